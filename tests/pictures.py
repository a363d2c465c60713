"""
Take the README's pictures from the running page: `python -m tests.pictures`.

What they show is what the demo shows, and a Monday at ten; they are taken again whenever that changes.
"""

import json
import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from store import issues, rosters, runs
from store.domain.absence import Absence
from store.domain.override import Override
from store.domain.run import Cause, Period, RunStatus, advance
from store.domain.team import Severity
from store.domain.wall import days_span
from tests.driver import Workspace, until
from tests.e2e.page_browser import launched, window
from tests.e2e.test_demo import CHANNEL, demo
from tests.e2e.test_handoff import tick, ticked, wait_until_seen
from tests.e2e.world import PLAN, World, a_result, running_world

DOCS = Path(__file__).parent.parent / "docs"
MONDAY = datetime(2026, 1, 12, 2, tzinfo=UTC)
RUN_S, HANDOFF_S = 120, 20
SETTLE_MS = 800
SIZE = {"viewport": {"width": 1280, "height": 880}, "device_scale_factor": 1.5}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder) / "state") as slack, launched() as browser:
        take_rerun(slack, browser)
        take_runbook(slack, browser)
        take_handoff(browser)
        take_roster(browser)


def take_rerun(slack: Workspace, browser: Browser) -> None:
    """A run in its thread, from the question to the figures."""
    choo = slack.as_("choo").command("/rerun aggregate-engagement 2024-06-03", in_=CHANNEL)
    choo.expect_ephemeral("2024-06-03 (UTC)").click("Start run")
    line = slack.expect(CHANNEL, "run 1 is published", timeout=RUN_S)
    line.expect_reply("All checks passed.")
    with window(browser, f"{slack.url}/as/U0CHOO/C0DATAONCALL", **SIZE) as page:
        page.get_by_text("1 reply").last.click()
        page.get_by_text("table version").wait_for()
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=DOCS / "rerun.png")


def take_runbook(slack: Workspace, browser: Browser) -> None:
    """A question in plain words, answered."""
    question = "/runbook aggregate-engagement kafka was down all night"
    slack.as_("thiru").command(question, in_=CHANNEL).expect_ephemeral("Kafka is down")
    with window(browser, f"{slack.url}/as/U0THIRU/C0DATAONCALL", **SIZE) as page:
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=DOCS / "runbook.png")


def take_handoff(browser: Browser) -> None:
    """A handoff half an hour after ten: something burns, the week holds a leave, two boxes are ticked."""
    tall = {**SIZE, "viewport": {"width": 1100, "height": 1280}, "timezone_id": PLAN.team.zone}
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder), at="2026-01-11 20:00") as world:
        wait_until_seen(world)
        _let_the_week_begin(world)
        world.clock.set("2026-01-12 10:00")
        line = world.slack.expect(world.channel, "Handoff: Aidil → Thiru", timeout=HANDOFF_S)
        line.expect_reply("handoff-1.ics")
        tick(world, "thiru", "Known outages and late data, and who is waiting for them")
        until(lambda: ticked(world), "it was not ticked", HANDOFF_S)
        line.click("Add note or action item", as_="aidil")
        world.as_("aidil").fill(kind="action", text="Ask finance for the AWS costs of December").submit()
        line.expect("To be done", timeout=HANDOFF_S)
        with window(browser, f"{world.slack.url}/as/U0THIRU/C0DATAONCALL", **tall) as page:
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=DOCS / "handoff.png")


def take_roster(browser: Browser) -> None:
    """A month with a leave, a gap and an override, as a page; a swap seen by both; the home tab."""
    narrow = {**SIZE, "viewport": {"width": 1000, "height": 620}, "timezone_id": PLAN.team.zone}
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder), at="2026-01-13 09:00") as world:
        _let_the_month_be_uneven(world)
        aidil, choo = world.as_("aidil"), world.as_("choo")
        month = browser.new_page(viewport={"width": 1180, "height": 780}, device_scale_factor=1.5)
        month.goto(f"{_page_of(world)}?month=2026-01")
        month.get_by_text("for Thiru").first.hover()
        month.wait_for_timeout(SETTLE_MS)
        month.screenshot(path=DOCS / "month.png")
        aidil.command("/oncall swap").expect_modal("Swap two turns")
        aidil.fill(gives="data-engineers|2026-03-02|aidil", takes="data-engineers|2026-02-16|choo").submit()
        aidil.expect_modal("Swap these turns?")
        with window(browser, f"{world.slack.url}/as/{aidil.user}/C0DATAONCALL", **narrow) as page:
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=DOCS / "swap-asked.png")
        aidil.submit()
        asked = choo.expect("Aidil asks to swap turns with you", in_="dm")
        with window(browser, f"{world.slack.url}/as/{choo.user}/{asked.channel}", **narrow) as page:
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=DOCS / "swap-answered.png")
        asked.click("Accept")
        choo.open_home().expect_home("Your turns")
        home = {**narrow, "viewport": {"width": 1000, "height": 1000}}
        with window(browser, f"{world.slack.url}/as/{choo.user}/D{choo.user[1:]}?tab=home", **home) as page:
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=DOCS / "home.png")


def _page_of(world: World) -> str:
    """Return the private address of the month, as `/oncall calendar` gives it."""
    answer = world.as_("aidil").command("/oncall calendar").expect_ephemeral("/roster/")
    found = re.search(r"http://[^\s|>]+/roster/[\w-]+", json.dumps(answer.doc))
    assert found
    return found[0]


def _let_the_month_be_uneven(world: World) -> None:
    """Aidil covers for Thiru; on one day he is away too; Spencer takes two days by hand."""
    zone, at = PLAN.team.zone, datetime(2026, 1, 5, 2, tzinfo=UTC)
    away = (("thiru", 14, 16), ("aidil", 16, 16))
    with world.sessions.writing() as db:
        for person, first, last in away:
            begins, ends = days_span(date(2026, 1, first), date(2026, 1, last), zone)
            absence = Absence(person=person, starts_at=begins, ends_at=ends, entered_at=at)
            rosters.save_absence(db, absence, request_key=f"leave:{person}", by="U0IRFAN")
        begins, ends = days_span(date(2026, 1, 21), date(2026, 1, 22), zone)
        override = Override(person="spencer", replaces="choo", starts_at=begins, ends_at=ends, entered_at=at)
        rosters.save_override(db, override, request_key="override")


def _let_the_week_begin(world: World) -> None:
    """Report an issue, let a run fail and another one publish, and enter a leave."""
    begin = MONDAY + timedelta(hours=38)
    away = Absence(person="thiru", starts_at=begin, ends_at=begin + timedelta(days=2), entered_at=begin)
    with world.sessions.writing() as db:
        rosters.save_absence(db, away, request_key="leave", by="U0THIRU")
        issues.save(
            db,
            request_key="issue",
            pipeline="aggregate-profit",
            summary="The AWS costs of December are missing",
            severity=Severity.HIGH,
            by="U0NADIA",
            at=begin - timedelta(days=3),
        )
        for pipeline in ("aggregate-engagement", "daily-growth"):
            day = Period.of_day((begin - timedelta(days=2)).date())
            runs.request(db, key=pipeline, pipeline=pipeline, period=day, by="U0AIDIL", channel="", at=begin)
    published = {"status": RunStatus.SUCCEEDED, "result": a_result()}
    failed = {"status": RunStatus.FAILED, "cause": Cause.OUT_OF_MEMORY, "note": "Out of memory in the join."}
    for outcome in (published, failed):
        ended = advance(world.hand.claim(), at=MONDAY - timedelta(hours=2), **outcome)
        with world.sessions.writing() as db:
            runs.finish(db, ended, attempt=ended.attempt, picture=None)


if __name__ == "__main__":
    main()
