"""Where an answer goes when the usual way is closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import build_deps
from bot.deps import Deps
from bot.gateways.slack import SlackRefused
from bot.listeners.errors import tell_error
from bot.listeners.heard import Heard
from bot.listeners.reply import reply
from bot.views.blocks import private
from store import migrations, outbox
from store.settings import Settings
from tests.driver import Workspace, running_sandbox


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with running_sandbox(tmp_path_factory.mktemp("reply"), rate_limits=False) as running:
        yield running


@pytest.fixture
def deps(slack: Workspace, tmp_path: Path) -> Iterator[Deps]:
    settings = Settings(
        slack_bot_token=slack.credentials.bot_token,
        slack_api_url=slack.api_url,
        database_url=f"sqlite:///{tmp_path / 'baton.db'}",
    )
    made = build_deps(settings, nudge=lambda: None)
    migrations.upgrade(made.sessions.engine)
    yield made
    made.sessions.engine.dispose()


def test_a_spent_address_gives_way_to_an_ephemeral_message(slack: Workspace, deps: Deps) -> None:
    spent = f"{slack.url}/response/T0BATON/no-such-key"
    reply(deps, Heard(key="T1", user="U0CHOO", channel="C0DATAONCALL", response_url=spent), private("still told"))
    slack.as_("choo").expect_ephemeral("still told")


def test_no_answer_is_ever_sent_to_a_foreign_host(deps: Deps) -> None:
    foreign = "http://169.254.169.254/latest"
    with pytest.raises(SlackRefused, match="foreign_host"):
        deps.slack.answer(foreign, {"text": "hello"})
    reply(deps, Heard(key="T2", user="U0CHOO", response_url=foreign), private("hello"))
    with deps.sessions.reading() as db:
        owed = outbox.find(db, "reply:T2")
    assert owed is not None, "the person is answered all the same"


def test_when_no_way_is_open_the_answer_is_owed_as_a_direct_message(slack: Workspace, deps: Deps) -> None:
    slack.faults("chat.postEphemeral", "500")
    slack.faults("response_url", "500")
    url = f"{slack.url}/response/T0BATON/whatever"
    reply(deps, Heard(key="T4", user="U0CHOO", channel="C0DATAONCALL", response_url=url), private("later"))
    with deps.sessions.reading() as db:
        owed = outbox.find(db, "reply:T4")
    assert owed is not None
    assert owed.channel == "U0CHOO"


def test_a_form_that_broke_comes_back_as_a_direct_message_with_what_was_typed(deps: Deps) -> None:
    with tell_error(deps, Heard(key="T3", user="U0CHOO", typed="no <signups> since noon")):
        raise ZeroDivisionError
    with deps.sessions.reading() as db:
        owed = outbox.find(db, "reply:T3")
    assert owed is not None
    assert owed.channel == "U0CHOO"
    assert "Something broke on our side" in owed.payload["text"]
    assert "You had typed:\nno &lt;signups&gt; since noon" in str(owed.payload["blocks"]).replace("\\n", "\n")
