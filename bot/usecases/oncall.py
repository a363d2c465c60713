"""Who is on call."""

from datetime import datetime

from bot.deps import Deps
from store.domain.oncall import OnCall, resolve


def who(deps: Deps, *, at: datetime) -> OnCall:
    plan = deps.plan
    return resolve(plan.team, plan.pipelines, at=at)
