"""The plan that Baton ships with is clean, and its roster says what its people expect."""

from datetime import date
from pathlib import Path

import pytest

from store.domain.holiday import is_named
from store.domain.oncall import timeline
from store.domain.roster import Entries, Roster, build
from store.domain.shift import Shift, Source
from store.domain.wall import at_clock, days_span, local_of
from store.holidays import holidays_in
from store.plans import Plan, check_plan
from store.settings import PLANS
from tests.editor import front, marked, told

HOUSE = PLANS / "house"
PAGES = sorted(path for path in HOUSE.glob("*.md") if path.name != "README.md")


ZONE = "Asia/Kuala_Lumpur"
NATIONAL = ("New Year's Day", "Labor Day", "National Day", "Malaysia Day", "Birthday of HM Yang di-Pertuan Agong")


@pytest.fixture(scope="module")
def plan() -> Plan:
    plan, faults = check_plan(HOUSE)
    assert plan is not None, "\n".join(map(str, faults))
    return plan


@pytest.fixture(scope="module")
def roster(plan: Plan) -> Roster:
    return build(plan.team, plan.pipelines, Entries(), holidays_in)


def shifts(roster: Roster, first: date, last: date) -> tuple[Shift, ...]:
    (line,) = roster.lines
    return timeline(roster, line, *days_span(first, last, ZONE))


def on_call(roster: Roster, day: date) -> list[str | None]:
    """Who is on call on the local day, in order."""
    return list(dict.fromkeys(shift.person for shift in shifts(roster, day, day)))


def test_nothing_is_wrong_with_it_and_nothing_contradicts_itself() -> None:
    assert [str(fault) for fault in check_plan(HOUSE)[1]] == []


def test_it_has_the_six_pipelines(plan: Plan) -> None:
    assert set(plan.pipelines) == {
        "unit-level-profit",
        "aggregate-profit",
        "daily-growth",
        "aggregate-growth",
        "aggregate-engagement",
        "aggregate-investor",
    }


def test_an_editor_finds_nothing_wrong_with_its_files() -> None:
    assert told("team", marked((HOUSE / "team.yaml").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_editor_finds_nothing_wrong_with_a_page(path: Path) -> None:
    assert told("pipeline", front(path.read_text(encoding="utf-8"))) == []


def test_each_body_begins_where_its_page_says(plan: Plan) -> None:
    for page in plan.pages.values():
        lines = page.path.read_text(encoding="utf-8").split("\n")
        assert "\n".join(lines[page.first_line - 1 :]) == page.body
        assert lines[page.first_line - 2] == "---"


def test_one_engineer_a_week_watches_every_pipeline(plan: Plan, roster: Roster) -> None:
    (line,) = roster.lines
    assert set(line.pipelines) == set(plan.pipelines)
    begun = [shift for shift in shifts(roster, date(2026, 1, 5), date(2026, 2, 8)) if shift.person]
    turns = list(dict.fromkeys((shift.person, shift.why) for shift in begun))
    assert [person for person, _ in turns] == ["aidil", "thiru", "choo", "spencer"]
    assert at_clock(date(2026, 1, 12), plan.team.rotations["data-engineers"].handoff_at, ZONE) in {
        shift.starts_at for shift in begun if shift.person == "thiru"
    }


def test_last_weeks_engineer_covers_a_feast(roster: Roster) -> None:
    assert on_call(roster, date(2026, 2, 16)) == ["thiru", "choo"]
    assert on_call(roster, date(2026, 2, 17)) == ["thiru"]  # Chinese New Year
    assert on_call(roster, date(2026, 2, 18)) == ["thiru"]
    assert on_call(roster, date(2026, 2, 19)) == ["choo"]


def test_somebody_elses_feast_leaves_the_engineer_on_call(roster: Roster) -> None:
    assert on_call(roster, date(2026, 3, 21)) == ["choo"]  # Eid al-Fitr, which Choo does not keep
    assert on_call(roster, date(2026, 12, 25)) == ["choo"]  # Christmas Day likewise


def test_a_national_day_leaves_the_engineer_on_call(roster: Roster) -> None:
    for year in (2026, 2027):
        for holiday in holidays_in("MY", "14", year):
            if is_named(holiday, NATIONAL) and holiday.day >= date(2026, 1, 5):
                assert {one.source for one in shifts(roster, holiday.day, holiday.day)} == {Source.ROTATION}, holiday


def test_feasts_leave_no_gap_for_two_years(roster: Roster) -> None:
    found = shifts(roster, date(2026, 1, 6), date(2027, 12, 31))
    assert [shift.why for shift in found if shift.source is Source.GAP] == []
    covered = {local_of(shift.starts_at, ZONE).date() for shift in found if shift.source is Source.COVER}
    assert covered == {
        date(2026, 2, 17),  # Chinese New Year
        date(2026, 2, 18),
        date(2026, 3, 7),  # Nuzul Al-Quran
        date(2026, 5, 27),  # Eid al-Adha
        date(2027, 3, 26),  # Good Friday
        date(2027, 8, 16),  # the Prophet's birthday, observed
    }


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_every_feast_in_the_plan_is_one_in_its_persons_state(plan: Plan, year: int) -> None:
    for key in plan.team.rotations["data-engineers"].versions[0].order:
        person = plan.team.people[key]
        assert person.country == "MY"
        found = holidays_in("MY", person.subdivision, year)
        assert person.observes, key
        for name in person.observes:
            assert any(is_named(holiday, (name,)) for holiday in found), (key, name)


def test_everybody_is_on_deck_for_the_months_last_seven_days(roster: Roster) -> None:
    others = {"aidil", "thiru", "choo", "spencer"}
    for shift in shifts(roster, date(2026, 6, 1), date(2026, 6, 30)):
        in_last_week = local_of(shift.starts_at, ZONE).date() >= date(2026, 6, 24)
        assert set(shift.on_deck) == (others - {shift.person} if in_last_week else set())


def test_the_rotation_keeps_a_user_group(plan: Plan) -> None:
    assert plan.team.rotations["data-engineers"].slack_group == "on-call"
