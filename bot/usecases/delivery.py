"""The outbox, delivered: what Slack should show is made so, once, in order, whatever fails on the way."""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from typing import Any

from bot.deps import Deps
from bot.gateways.slack import Posted, SlackRefused, SlackUnavailable
from bot.views.blocks import clip, context, picture
from store import outbox, runs
from store.outbox import Owed

logger = logging.getLogger(__name__)

PACE = timedelta(seconds=1.2)
"""Between two edits of one message: Slack allows 50 a minute."""
HOLD = timedelta(seconds=12)
"""
How long a message is ours: longer than a look for the first copy and a post take at worst, and the time that a
message waits whose bot was killed while sending it.
"""
LOOK_S = 1.0
PLAIN_LIMIT = 3500
TOO_RICH = frozenset({"invalid_blocks", "msg_too_long", "msg_blocks_too_long", "invalid_blocks_format"})
NO_PLACE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
GONE = frozenset({"message_not_found", "cant_update_message"})


def deliver_due(deps: Deps, pool: ThreadPoolExecutor) -> float:
    """
    Deliver what is due, threads side by side and each in its order.

    Returns: seconds until the next look: at most one, for what another process may owe.
    """
    with deps.sessions.writing() as db:
        owed = outbox.claim_due(db, at=deps.machine_clock.now(), hold=HOLD)
    lanes = [tuple(rows) for _, rows in groupby(sorted(owed, key=_lane), key=_lane)]
    list(pool.map(lambda lane: _deliver_lane(deps, lane), lanes))
    with deps.sessions.reading() as db:
        due_at = outbox.next_due(db)
    if due_at is None:
        return LOOK_S
    return min(LOOK_S, max(0.01, (due_at - deps.machine_clock.now()).total_seconds()))


def _deliver_lane(deps: Deps, rows: Iterable[Owed]) -> None:
    for owed in rows:
        deliver(deps, owed)


def _lane(owed: Owed) -> str:
    return f"{owed.channel}:{owed.thread_ts or owed.key}"


def deliver(deps: Deps, owed: Owed) -> None:
    """Make Slack show *owed*, and save what Slack answered or when to try again."""
    try:
        pictured = _with_file(deps, owed) if "picture" in owed.payload else None
        held = _hold_on(deps, owed)
        if held is None:
            return
        owed = held
        posted = _show(deps, owed, pictured)
    except SlackUnavailable as error:
        wait = timedelta(seconds=max(error.retry_after_s or 0, min(2**owed.attempts, 60) * 0.5))
        logger.warning("Message %s waits %s: %s", owed.key, wait, error, extra={"action": "delivery_waits"})
        with deps.sessions.writing() as db:
            outbox.retry(db, owed, due_at=deps.machine_clock.now() + wait, why=str(error))
    except SlackRefused as error:
        logger.error("Message %s given up: %s", owed.key, error, extra={"action": "delivery_given_up"})
        with deps.sessions.writing() as db:
            outbox.give_up(db, owed, why=str(error))
    else:
        with deps.sessions.writing() as db:
            now = deps.machine_clock.now()
            outbox.delivered(db, owed, ts=posted.ts, channel=posted.channel, at=now, pace=PACE)


def _hold_on(deps: Deps, owed: Owed) -> Owed | None:
    """Begin the hold anew just before sending: the messages before this one, or its picture, may have taken long."""
    with deps.sessions.writing() as db:
        return outbox.hold_on(db, owed, until=deps.machine_clock.now() + HOLD)


def _show(deps: Deps, owed: Owed, pictured: dict[str, Any] | None) -> Posted:
    """Post or edit, richest form first: with its picture, without, as plain text."""
    for payload in _forms(owed, pictured):
        try:
            return _place(deps, owed, payload)
        except SlackRefused as error:
            if error.error not in TOO_RICH:
                raise
            refused = error
            logger.warning("Message %s shown in a plainer form: %s", owed.key, error)
    raise refused


def _forms(owed: Owed, pictured: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    if pictured:
        yield pictured
    bare = _bare(owed)
    blocks = [block for block in bare.get("blocks", ()) if "slack_file" not in block]
    yield {**bare, "blocks": blocks} if blocks else {key: bare[key] for key in bare if key != "blocks"}
    yield {"text": clip(bare["text"], PLAIN_LIMIT)}


def _bare(owed: Owed) -> dict[str, Any]:
    """Return what Slack is told: the payload without what is for us alone."""
    return {key: value for key, value in owed.payload.items() if key not in ("picture", "dm")}


def _with_file(deps: Deps, owed: Owed) -> dict[str, Any] | None:
    """Return the message with its picture as a file of Slack's, or None when Slack will not have the file."""
    run_id = owed.payload["picture"]
    with deps.sessions.reading() as db:
        png = runs.picture(db, run_id)
    payload = _bare(owed)
    at = next((at for at, block in enumerate(payload["blocks"]) if "slack_file" in block), None)
    if png is None or at is None:
        return None
    alt = payload["blocks"][at]["alt_text"]
    try:
        file_id = deps.slack.upload(png, name=f"run-{run_id}.png", alt=alt)
    except SlackRefused as error:
        logger.warning("Message %s goes without its picture: %s", owed.key, error)
        return None
    return {**payload, "blocks": [*payload["blocks"][:at], picture(file_id, alt), *payload["blocks"][at + 1 :]]}


def _place(deps: Deps, owed: Owed, payload: dict[str, Any]) -> Posted:
    if owed.ts:
        standing = Posted(owed.channel_posted or owed.channel, owed.ts)
        try:
            deps.slack.edit(standing, payload, key=owed.key)
            return standing
        except SlackRefused as error:
            if error.error not in GONE:
                raise
    elif owed.attempts:  # an earlier try may have reached Slack: look before sending again
        found = deps.slack.find(owed.channel, key=owed.key, thread_ts=owed.thread_ts)
        if found:
            deps.slack.edit(found, payload, key=owed.key)
            return found
    return _post(deps, owed, payload)


def _post(deps: Deps, owed: Owed, payload: dict[str, Any]) -> Posted:
    try:
        return deps.slack.post(owed.channel, payload, key=owed.key, thread_ts=owed.thread_ts)
    except SlackRefused as error:
        person = owed.payload.get("dm")
        if error.error not in NO_PLACE or not person or person == owed.channel:
            raise
        place = owed.channel if owed.channel.startswith("#") else f"<#{owed.channel}>"
        note = f"I cannot post in {place} ({error.error}), so you get this here. Invite me there."
        text = f"{payload['text']}\n{note}"
        blocks = [context(note), *payload["blocks"]] if "blocks" in payload else []
        told = {**payload, "text": text, **({"blocks": blocks} if blocks else {})}
        return deps.slack.post(person, told, key=owed.key, thread_ts=None)
