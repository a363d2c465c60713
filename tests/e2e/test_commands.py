"""Every command over the wire, in both ways that Slack reaches us."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store import audit, issues
from store.domain.team import Severity
from tests.e2e.world import World, running_world


@pytest.fixture(scope="module", params=["socket", "http"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp(request.param)
    with running_world(folder, transport=request.param) as running:
        yield running


def test_oncall_is_answered_for_the_asker_alone(world: World) -> None:
    choo = world.as_("choo").command("/oncall")
    answer = choo.expect_ephemeral("is on call until")
    assert answer.text.count("\n") >= 4, "four weeks ahead"
    assert not [each for each in world.as_("aidil").messages("#data-oncall") if "is on call until" in each.text]


def test_baton_help_lists_the_commands_also_where_the_bot_is_no_member(world: World) -> None:
    choo = world.as_("choo").command("/baton help", in_="#random")
    assert "/rerun PIPELINE DAY" in choo.expect_ephemeral("runs this team’s on-call").text


def test_a_runbook_question_gets_the_section_as_it_stands_on_the_page(world: World) -> None:
    choo = world.as_("choo").command("/runbook aggregate-engagement kafka was down all night")
    answer = choo.expect_ephemeral("The event stream is empty: Kafka is down")
    assert "Do not rerun while Kafka is down" in answer.text
    assert "From aggregate-engagement.md, line" in answer.text


def test_a_question_that_no_page_covers_is_refused_and_can_be_reported(world: World) -> None:
    choo = world.as_("choo").command("/runbook how do I bake sourdough bread")
    refusal = choo.expect_ephemeral("No runbook covers")
    assert "sourdough" in refusal.text
    refusal.click("Report an issue")
    choo.expect_modal("Report an issue").seat.close()


def test_the_pages_are_listed_and_each_opens_with_its_facts(world: World) -> None:
    choo = world.as_("choo").command("/runbook")
    assert "Aggregate Investor" in choo.expect_ephemeral("Ask in your own words").text
    choo.command("/runbook daily-growth")
    page = choo.expect_ephemeral("Data Engineering, then Product Analytics")
    page.click(page.buttons[0])
    choo.expect_ephemeral("From daily-growth.md, line")
    page.click("Open a section", value="Run failed: out of memory")
    choo.expect_ephemeral("Daily Growth › When a run fails › Run failed: out of memory")


def test_a_mention_is_answered_once_in_its_thread_for_everybody(world: World) -> None:
    asked = world.as_("choo").say("@Baton kafka was down all night on aggregate engagement", in_="#data-oncall")
    asked.expect_reply("The event stream is empty: Kafka is down")
    assert len(asked.thread()) == 1


def test_who_is_on_call_is_answered_in_plain_words_too(world: World) -> None:
    asked = world.as_("choo").say("@Baton who is on call?", in_="#data-oncall")
    asked.expect_reply("is on call until")


def test_a_direct_message_is_a_question(world: World) -> None:
    thiru = world.as_("thiru")
    thiru.say("duplicate events in engagement, one click is counted three times", in_="dm")
    thiru.expect("From aggregate-engagement.md, line", in_="dm")


def test_a_medium_issue_is_kept_told_in_the_channel_and_wakes_nobody(world: World) -> None:
    sofia = world.as_("sofia").command("/issue daily-growth no signups since noon")
    sofia.expect_modal("Report an issue")
    assert sofia.fill(severity="medium", details="<!channel> look at this").submit() == {}
    message = world.slack.expect("#data-oncall", "no signups since noon")
    sofia.expect_ephemeral("it stands in #data-oncall")
    assert "within 24 business hours" in message.text
    plain = [block["text"] for block in message.doc["blocks"] if block.get("text", {}).get("type") == "plain_text"]
    assert "<!channel> look at this" in [each["text"] for each in plain], "shown, not rung"
    with world.sessions.reading() as db:
        kept = issues.recent(db, limit=1)[0]
        noted = audit.entries(db, limit=1)[0]
    assert (kept.pipeline, kept.severity, kept.reported_by) == ("daily-growth", Severity.MEDIUM, "U0SOFIA")
    assert (noted.actor, noted.action, noted.outcome) == ("U0SOFIA", "issue", "done")


def test_a_high_issue_goes_to_the_alerts_channel_and_mentions_who_is_on_call(world: World) -> None:
    nadia = world.as_("nadia").command("/issue aggregate-profit salaries are missing")
    nadia.expect_modal()
    nadia.fill(severity="high").submit()
    assert "On call: @" in world.slack.expect("#on-call-alerts", "salaries are missing").text


def test_a_form_that_is_submitted_twice_is_one_issue(world: World) -> None:
    nadia = world.as_("nadia").command("/issue aggregate-profit twice pressed")
    form = nadia.expect_modal()
    values = nadia.fill(severity="low")._filled
    submission = {"user": nadia.user, "view_id": form.id, "action": "submit", "values": values}
    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(world.slack.act, "view", **submission) for _ in range(2)]
    assert sum(each.exception() is None for each in pressed) >= 1
    world.slack.expect("#data-oncall", "twice pressed")
    with world.sessions.reading() as db:
        assert [each.summary for each in issues.recent(db)].count("twice pressed") == 1


def test_what_was_told_at_length_is_shown_at_length(world: World) -> None:
    nadia = world.as_("nadia").command("/issue aggregate-profit a long report")
    nadia.expect_modal()
    details = "<" * 2990 + "the end"
    nadia.fill(severity="low", details=details).submit()
    assert details in world.slack.expect("#data-oncall", "a long report").text.replace("\n", "")


def test_an_empty_summary_stays_in_the_form_with_its_error(world: World) -> None:
    nadia = world.as_("nadia").command("/issue")
    nadia.expect_modal()
    nadia.fill(pipeline="aggregate-profit", summary="   ", severity="low")
    assert "Say in a line" in nadia.submit()["summary"]
    nadia.close()


def test_a_report_for_a_channel_that_is_gone_is_kept_and_comes_to_its_author(world: World) -> None:
    nadia = world.as_("nadia").command("/issue aggregate-profit a long story")
    nadia.expect_modal()
    world.slack.control("channel", name="on-call-alerts", archived=True)
    try:
        nadia.fill(severity="high").submit()
        assert "I cannot post in #on-call-alerts" in nadia.expect("a long story", in_="dm").text
    finally:
        world.slack.control("channel", name="on-call-alerts", archived=False)


def test_home_shows_who_is_on_call_and_opens_the_form(world: World) -> None:
    aidil = world.as_("aidil").open_home()
    home = aidil.expect_home("is on call until")
    assert "Your turns" in home.text
    home.click("Report an issue")
    aidil.expect_modal("Report an issue").seat.close()
