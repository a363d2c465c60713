"""/rerun from the question to the result, with a hand at the worker's side of the table."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest

from bot.views.run import day_text
from store import audit, runs
from store.domain.check import Level, Verdict
from store.domain.run import Cause, Figure, Period, Run, RunStatus, Stage
from tests.driver import Message, Seat
from tests.e2e.world import Hand, World, a_result, running_world

CHANNEL = "#data-oncall"
DAYS = (date(2024, 3, 1) + timedelta(days=each) for each in count())
"""A day of its own for each test: they share one bot."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(tmp_path_factory.mktemp("rerun")) as running:
        yield running


@pytest.fixture
def day() -> str:
    return str(next(DAYS))


def start(seat: Seat, pipeline: str, day: str) -> Message:
    """Ask, confirm, and return the message in the channel."""
    seat.command(f"/rerun {pipeline} {day}", in_=CHANNEL)
    seat.expect_ephemeral(f"{day} (UTC)").click("Start run")
    told = seat.expect_ephemeral(f"{day_text(Period.of_day(date.fromisoformat(day)))}: follow it")
    number = told.text.split()[1]
    return seat.slack.expect(CHANNEL, f"run {number} ")


def end(hand: Hand) -> Run:
    hand.claim()
    return hand.finish(RunStatus.SUCCEEDED, result=a_result())


def test_one_message_goes_from_queued_to_the_result(world: World, day: str) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "aggregate-engagement", day)
    living = line.expect_reply("is queued")
    hand.claim()
    hand.progress(Stage.COMPUTE, 12, 20)
    living.expect("compute · 12 of 20 Spark tasks")
    hand.finish(
        RunStatus.SUCCEEDED,
        result=a_result(
            figures=(Figure(label="Daily active accounts", value="28", change="+12 %"),),
            verdicts=(Verdict(check="freshness", level=Level.PASS, observed="0 h old"),),
        ),
    )
    result = living.expect("published. All checks passed.")
    assert "1,036 rows in, 28 out" in result.text
    assert [block["type"] for block in result.doc["blocks"]].count("image") == 1
    line.expect("is published after")
    assert len(line.thread()) == 1, "one message, edited in place"


def test_the_second_run_tells_how_far_it_is(world: World, day: str) -> None:
    start(world.as_("choo"), "aggregate-engagement", str(next(DAYS)))
    end(world.hand)
    hand = world.hand
    line = start(world.as_("choo"), "aggregate-engagement", day)
    hand.claim()
    hand.progress(Stage.READ)
    line.expect_reply("80%")
    hand.progress(Stage.READ, 1, 1)
    line.expect_reply("97%")
    hand.progress(Stage.READ, 1, 4)
    assert "97%" in line.expect_reply("1 of 4 Spark tasks").text, "a bar that goes back tells nothing"
    hand.finish(RunStatus.SUCCEEDED, result=a_result())
    line.expect("is published")


def test_a_failed_check_publishes_nothing_and_leads_to_the_runbook_and_to_a_report(world: World, day: str) -> None:
    hand, choo = world.hand, world.as_("choo")
    line = start(choo, "aggregate-engagement", day)
    hand.claim()
    section = "Events arrive late: yesterday's events turn up today"
    late = Verdict(check="freshness", level=Level.FAIL, observed="31 h old", allowed="fail above 24 h", section=section)
    hand.finish(
        RunStatus.FAILED,
        cause=Cause.CHECKS,
        note="Freshness failed, so nothing was published.",
        result=a_result(published=False, version=None, verdicts=(late,)),
        picture=None,
    )
    failed = line.expect_reply("failed, nothing was published")
    assert "freshness: 31 h old _fail above 24 h_" in failed.text
    failed.click("What the runbook says", as_="choo")
    assert choo.expect_ephemeral("Events arrive late").root_ts == line.ts, "in the thread where it was asked"
    failed.click("Report an issue", as_="choo")
    choo.expect_modal("Report an issue")
    choo.fill(severity="low").submit()
    world.slack.expect(CHANNEL, "failed: Freshness failed")
    failed.click("Rerun", as_="choo")
    choo.expect_ephemeral(f"{day} (UTC)").click("Not now")


def test_a_run_that_died_names_the_cause_and_its_section(world: World, day: str) -> None:
    hand, choo = world.hand, world.as_("choo")
    line = start(choo, "daily-growth", day)
    hand.claim()
    hand.finish(RunStatus.FAILED, cause=Cause.OUT_OF_MEMORY, note="Out of memory in the join.", picture=None)
    line.expect_reply("Out of memory in the join.").click("What the runbook says", as_="choo")
    choo.expect_ephemeral("Run failed: out of memory")


def test_an_outsider_is_refused_privately_and_it_is_audited(world: World, day: str) -> None:
    rin = world.as_("rin").command(f"/rerun daily-growth {day}", in_=CHANNEL)
    assert "takes the role engineer. Ask Aidil" in rin.expect_ephemeral("You are not in this team’s plan").text
    with world.sessions.reading() as db:
        refused = audit.entries(db, limit=1)[0]
    assert (refused.actor, refused.subject, refused.outcome) == ("U0RIN", "daily-growth", "refused")


def test_a_role_that_may_not_rerun_is_told_who_may(world: World, day: str) -> None:
    farah = world.as_("farah").command(f"/rerun daily-growth {day}", in_=CHANNEL)
    farah.expect_ephemeral("Your role does not cover this")


def test_pressing_twice_starts_one_run_and_is_audited_once(world: World, day: str) -> None:
    choo = world.as_("choo").command(f"/rerun daily-growth {day}", in_=CHANNEL)
    plan = choo.expect_ephemeral(f"{day} (UTC)")
    world.slack.faults("response_url", "timeout", seconds=0.5)  # the buttons stay a moment longer
    plan.click("Start run")
    plan.click("Start run")
    world.slack.control("redeliver", times=3)
    choo.expect_ephemeral(f"{day_text(Period.of_day(date.fromisoformat(day)))}: follow it")
    with world.sessions.reading() as db:
        assert [str(run.period) for run in runs.recent(db, limit=50)].count(day) == 1
        assert [entry.subject for entry in audit.entries(db)].count(f"daily-growth {day}") == 1
    end(world.hand)


def test_somebody_else_asking_for_the_same_day_is_pointed_to_the_open_run(world: World, day: str) -> None:
    hand = world.hand
    line = start(world.as_("choo"), "daily-growth", day)
    thiru = world.as_("thiru").command(f"/rerun daily-growth {day}", in_=CHANNEL)
    thiru.expect_ephemeral(f"{day} (UTC)").click("Start run")
    thiru.expect_ephemeral("is already queued")
    end(hand)
    line.expect("is published")


def test_a_range_is_one_run(world: World) -> None:
    choo = world.as_("choo").command("/rerun daily-growth 2023-05-01..2023-05-03", in_=CHANNEL)
    choo.expect_ephemeral("Mon 1 May 2023 to Wed 3 May 2023").click("Start run")
    choo.expect_ephemeral("Wed 3 May 2023: follow it")
    assert end(world.hand).period.days == 3


def test_an_unknown_pipeline_is_met_with_choices_and_the_day_survives(world: World, day: str) -> None:
    choo = world.as_("choo").command(f"/rerun daily-grwth {day}", in_=CHANNEL)
    choo.expect_ephemeral("Did you mean daily-growth").click("Choose a pipeline", value="daily-growth")
    choo.expect_ephemeral(f"{day} (UTC)").click("Not now")


def test_a_missing_day_is_met_with_days_to_press(world: World) -> None:
    choo = world.as_("choo").command("/rerun daily-growth", in_=CHANNEL)
    offer = choo.expect_ephemeral("Which day of Daily Growth?")
    offer.click(offer.buttons[0])
    choo.expect_ephemeral("(UTC)").click("Not now")


def test_a_pipeline_without_a_job_is_explained(world: World, day: str) -> None:
    choo = world.as_("choo").command(f"/rerun aggregate-profit {day}", in_=CHANNEL)
    choo.expect_ephemeral("has a runbook but no job")
