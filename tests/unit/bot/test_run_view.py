"""A run's messages, as somebody reads them at 3 a.m."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.views import run as views
from bot.views.blocks import Message
from store.domain.check import Level, Verdict
from store.domain.run import Cause, Figure, Period, Progress, Result, Run, RunStatus, Stage
from store.plans import Plan

NOW = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
DAY = Period.of_day(date(2024, 6, 3))
USUAL = {Stage.START: 4.0, Stage.READ: 1.0, Stage.COMPUTE: 3.0, Stage.CHECK: 1.0, Stage.PUBLISH: 1.0}


def a_run(**changes: Any) -> Run:
    run = Run(
        id=12,
        pipeline="aggregate-engagement",
        period=DAY,
        status=RunStatus.QUEUED,
        requested_by="U0CHOO",
        requested_at=NOW,
        channel="C1",
    )
    return replace(run, **changes)


def a_result(**changes: Any) -> Result:
    result = Result(
        rows_in=1036,
        rows_out=28,
        figures=(Figure(label="Daily active accounts", value="28", change="+12 %"),),
        verdicts=(Verdict(check="freshness", level=Level.PASS, observed="0 h old"),),
        published=True,
        version=3,
    )
    return replace(result, **changes)


def an_ended_run(status: RunStatus, **changes: Any) -> Run:
    return a_run(status=status, started_at=NOW, finished_at=NOW + timedelta(seconds=14), **changes)


def read(message: Message) -> str:
    """Return everything a person reads of *message*."""
    return "\n".join(_texts(list(message.blocks)))


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in _texts(value)]
    return [text for one in node for text in _texts(one)] if isinstance(node, list) else []


def buttons(message: Message) -> list[str]:
    return [
        element["text"]["text"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def test_the_plan_says_what_would_happen_and_asks(house: Plan) -> None:
    pipeline = house.pipelines["aggregate-engagement"]
    message = views.plan(pipeline, DAY, nonce="T1", last=None, by_now=NOW)
    assert "Rerun *Aggregate Engagement* for *Mon 3 Jun 2024*?" in read(message)
    assert "none yet" in read(message)
    assert buttons(message) == ["Start run", "Not now"]


def test_investor_figures_are_guarded_against_a_slip_and_experiments_are_not(house: Plan) -> None:
    def start_button(key: str) -> Any:
        message = views.plan(house.pipelines[key], DAY, nonce="T1", last=None, by_now=NOW)
        return next(b for b in message.blocks if b["type"] == "actions")["elements"][0]

    assert "Investors read" in start_button("aggregate-engagement")["confirm"]["text"]["text"]
    assert "confirm" not in start_button("daily-growth")


def test_the_plan_of_an_open_day_warns_that_data_may_be_missing(house: Plan) -> None:
    today = Period.of_day(NOW.date())
    assert "may be incomplete" in read(
        views.plan(house.pipelines["daily-growth"], today, nonce="T", last=None, by_now=NOW)
    )


def test_the_plan_names_the_last_run_of_the_period(house: Plan) -> None:
    last = an_ended_run(RunStatus.FAILED, cause=Cause.CHECKS)
    assert "failed <!date^" in read(views.plan(house.pipelines["daily-growth"], DAY, nonce="T", last=last, by_now=NOW))


def test_a_queued_run_names_the_missing_worker_and_the_command_that_starts_one(house: Plan) -> None:
    pipeline = house.pipelines["aggregate-engagement"]
    assert "worker" not in read(views.living(a_run(), pipeline.name, at=NOW))
    waiting = views.living(a_run(), pipeline.name, at=NOW, waits_for_worker=True)
    assert "start one with `baton worker`" in read(waiting)


def test_the_first_run_shows_no_invented_percentage(house: Plan) -> None:
    run = a_run(status=RunStatus.RUNNING, started_at=NOW, progress=Progress(stage=Stage.READ))
    text = read(views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW + timedelta(seconds=3)))
    assert "First run: no estimate yet" in text
    assert "%" not in text
    assert "3 s" in text
    assert "✓ start Spark  →  *read*" in text


def test_progress_comes_from_sparks_own_counts(house: Plan) -> None:
    progress = Progress(stage=Stage.COMPUTE, tasks_done=12, tasks_total=20, rows=25000)
    run = a_run(status=RunStatus.RUNNING, started_at=NOW, progress=progress, attempt=2)
    text = read(views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW, usual=USUAL))
    assert "compute · 12 of 20 Spark tasks · 25,000 rows" in text
    assert "(attempt 2)" in text
    assert "🟩🟩🟩🟩🟩🟩🟩🟩⬜⬜⬜⬜ 68%" in text, "4 s and 1 s are done, and 12/20 of 3 s: 6.8 of 10"


@pytest.mark.parametrize(
    ("progress", "share"),
    [
        (Progress(stage=Stage.START), 0.0),
        (Progress(stage=Stage.READ), 0.4),
        (Progress(stage=Stage.COMPUTE, tasks_done=1, tasks_total=2), 0.65),
        (Progress(stage=Stage.PUBLISH, tasks_done=5, tasks_total=5), 0.97),
    ],
)
def test_a_stage_weighs_what_it_took_before(progress: Progress, share: float) -> None:
    assert views.done_share(progress, USUAL) == pytest.approx(share)


def test_no_share_is_told_without_history() -> None:
    assert views.done_share(Progress(stage=Stage.READ), None) is None
    assert views.done_share(Progress(stage=Stage.READ), {}) is None


def test_a_result_shows_figures_checks_rows_and_version(house: Plan) -> None:
    run = an_ended_run(RunStatus.SUCCEEDED, result=a_result())
    message = views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW, with_picture=True)
    text = read(message)
    assert "published. All checks passed." in text
    assert "*Daily active accounts*\n28  _+12 %_" in text
    assert "✅ *freshness*: 0 h old" in text
    assert "1,036 rows in, 28 out · 14 s · table version 3 · run 12" in text
    assert [block["type"] for block in message.blocks].count("image") == 1
    assert buttons(message) == [], "nothing is left to do"


def test_a_warning_is_published_and_named(house: Plan) -> None:
    odd = Verdict(check="rows", level=Level.WARN, observed="53 rows, 57 % above 33.7", allowed="warn above 20 %")
    run = an_ended_run(RunStatus.SUCCEEDED, result=a_result(verdicts=(odd,)))
    text = read(views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW))
    assert "published. 1 check to look at." in text
    assert "⚠️ *rows*: 53 rows, 57 % above 33.7 _warn above 20 %_" in text


def test_no_figure_is_left_out_however_many_there_are(house: Plan) -> None:
    figures = tuple(Figure(label=f"figure {n}", value=str(n)) for n in range(23))
    run = an_ended_run(RunStatus.SUCCEEDED, result=a_result(figures=figures))
    text = read(views.living(run, house.pipelines["daily-growth"].name, at=NOW))
    assert all(f"*figure {n}*\n{n}" in text for n in range(23))


def test_a_failed_run_shows_what_failed_before_figures_that_nobody_will_see(house: Plan) -> None:
    late = Verdict(check="freshness", level=Level.FAIL, observed="31 h old")
    fine = Verdict(check="rows", level=Level.PASS, observed="36 rows")
    result = a_result(published=False, version=None, verdicts=(fine, late))
    text = read(views.living(an_ended_run(RunStatus.FAILED, cause=Cause.CHECKS, result=result), "Daily Growth", at=NOW))
    assert text.index("❌ *freshness*") < text.index("✅ *rows*") < text.index("Daily active accounts")
    assert "1,036 rows in, nothing published" in text


def test_a_warning_is_seen_in_the_channel_too(house: Plan) -> None:
    odd = Verdict(check="rows", level=Level.WARN, observed="53 rows")
    line = views.headline(an_ended_run(RunStatus.SUCCEEDED, result=a_result(verdicts=(odd,))), "Daily Growth").text
    assert line.startswith("⚠️")
    assert "is published after 14 s, with a warning" in line


def test_the_bar_never_goes_back(house: Plan) -> None:
    progress = Progress(stage=Stage.COMPUTE, tasks_done=17, tasks_total=21)
    run = a_run(status=RunStatus.RUNNING, started_at=NOW, progress=progress)
    assert "83%" in read(views.living(run, "Daily Growth", at=NOW, usual=USUAL, at_least=0.83))


def test_a_failure_says_that_nothing_was_published_and_offers_the_next_moves(house: Plan) -> None:
    note = "No input <at> /data/usage.csv. Put it there, or change `inputs` on the page."
    run = an_ended_run(RunStatus.FAILED, cause=Cause.MISSING_INPUT, note=note)
    message = views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW)
    assert "failed, nothing was published.\nNo input &lt;at&gt; /data/usage.csv" in read(message)
    assert buttons(message) == ["What the runbook says", "Rerun", "Report an issue"]


@pytest.mark.parametrize(
    ("cause", "stage"),
    [(Cause.WORKER_LOST, Stage.READ), (Cause.KILLED, Stage.PUBLISH), (Cause.OUT_OF_MEMORY, Stage.PUBLISH)],
)
def test_a_run_that_was_cut_off_claims_nothing_about_what_was_published(
    house: Plan, cause: Cause, stage: Stage
) -> None:
    run = an_ended_run(RunStatus.FAILED, cause=cause, note="It is gone.", progress=Progress(stage=stage))
    for message in (
        views.living(run, house.pipelines["daily-growth"].name, at=NOW),
        views.headline(run, house.pipelines["daily-growth"].name),
    ):
        assert "not known whether it published" in message.text
        assert "nothing was published" not in message.text


def test_a_run_killed_before_it_published_is_said_to_have_published_nothing(house: Plan) -> None:
    run = an_ended_run(RunStatus.FAILED, cause=Cause.KILLED, progress=Progress(stage=Stage.COMPUTE))
    assert "nothing was published" in views.headline(run, house.pipelines["daily-growth"].name).text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RunStatus.QUEUED, "run 12 is queued"),
        (RunStatus.RUNNING, "run 12 is running"),
        (RunStatus.SUCCEEDED, "run 12 is published after 14 s"),
        (RunStatus.FAILED, "run 12 failed, nothing was published"),
        (RunStatus.CANCELLED, "run 12 was cancelled"),
    ],
)
def test_the_channel_gets_one_line_that_follows_the_run(house: Plan, status: RunStatus, said: str) -> None:
    message = views.headline(an_ended_run(status), house.pipelines["aggregate-engagement"].name)
    assert said in message.text
    assert message.text.endswith("Asked by <@U0CHOO>.")
    assert len(message.blocks) == 1


def test_every_message_keeps_slacks_limit_of_blocks(house: Plan) -> None:
    verdicts = tuple(Verdict(check=f"nulls {n}", level=Level.FAIL, observed="x" * 500) for n in range(40))
    figures = tuple(Figure(label=f"figure {n}", value=str(n)) for n in range(30))
    run = an_ended_run(RunStatus.FAILED, note="y" * 9000, result=a_result(verdicts=verdicts, figures=figures))
    message = views.living(run, house.pipelines["aggregate-engagement"].name, at=NOW)
    assert len(message.blocks) <= 50
    assert all(len(text) <= 3000 for text in _texts(list(message.blocks)))


def test_days_and_pipelines_are_offered_for_what_cannot_be_read(house: Plan) -> None:
    pipeline = house.pipelines["daily-growth"]
    offered = views.days(pipeline, said="Which day?", offered=(date(2026, 1, 11), date(2026, 1, 10)))
    assert buttons(offered) == ["Sun 11 Jan 2026", "Sat 10 Jan 2026"]
    picked = views.pick([pipeline], said="Which pipeline?", day="2024-06-03")
    assert picked.blocks[0]["accessory"]["options"][0]["value"] == "daily-growth"
    assert picked.blocks[0]["block_id"] == "day:2024-06-03", "the day survives the choice"


def test_a_period_of_several_days_names_both_ends() -> None:
    assert views.day_text(Period(date(2024, 6, 1), date(2024, 6, 4))) == "Sat 1 Jun 2024 to Mon 3 Jun 2024"
