"""
Edits of a rotation: who joins, leaves, changes places, and from when.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from datetime import date

import pytest

from store.domain.oncall import timeline
from store.domain.roster import Roster
from store.domain.rotation import Unit, Version, following, in_order, preceding, turn_at
from store.domain.team import Cover, LastWeek, OnDeck
from tests.factories import ORDER, make_absence, make_roster, make_rotation, moment, told


def edited(*later: tuple[str, tuple[str, ...]], **changes: object) -> Roster:
    versions = [Version(starts_on=date.fromisoformat(day), order=order) for day, order in later]
    return make_roster(versions=(Version(starts_on=date(2025, 1, 6), order=ORDER), *versions), **changes)


def shifts(roster: Roster, begin: str = "2025-01-06 10:00", end: str = "2025-02-03 10:00") -> list[str]:
    return told(timeline(roster, roster.lines[0], moment(begin), moment(end)))


def test_somebody_who_joins_waits_for_the_handoff() -> None:
    """Thursday's edit: Thiru's running week stays; the new order begins on Monday with its own first."""
    assert shifts(edited(("2025-01-16", ("mei", *ORDER)))) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-20 10:00 mei rotation",
        "2025-01-27 10:00 aidil rotation",
    ]


def test_a_new_order_changes_neither_the_past_nor_the_running_week() -> None:
    assert shifts(edited(("2025-01-14", ("thiru", "fahmi", "choo", "aidil")))) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-20 10:00 thiru rotation",
        "2025-01-27 10:00 fahmi rotation",
    ]


def test_the_turn_of_somebody_who_leaves_passes_to_the_next_at_once() -> None:
    roster = edited(("2025-01-15", ("fahmi", "aidil", "choo")))
    assert shifts(roster) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-15 10:00 choo rotation",
        "2025-01-20 10:00 fahmi rotation",
        "2025-01-27 10:00 aidil rotation",
    ]
    heir = timeline(roster, roster.lines[0], moment("2025-01-16"), moment("2025-01-17"))[0]
    assert heir.why == "took over from Thiru, who left the rotation"


def test_who_leaves_out_of_turn_changes_nothing_until_the_handoff() -> None:
    assert shifts(edited(("2025-01-15", ("thiru", "fahmi", "aidil"))))[:3] == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 thiru rotation",
        "2025-01-20 10:00 thiru rotation",
    ]


def test_two_edits_in_one_week_hold_one_after_the_other() -> None:
    """Thiru leaves on Tuesday and Choo takes over; Choo leaves on Thursday and Fahmi does."""
    roster = edited(("2025-01-14", ("choo", "fahmi", "aidil")), ("2025-01-16", ("aidil", "fahmi")))
    assert shifts(roster, "2025-01-13 10:00", "2025-02-03 10:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-14 10:00 choo rotation",
        "2025-01-16 10:00 fahmi rotation",
        "2025-01-20 10:00 aidil rotation",
        "2025-01-27 10:00 fahmi rotation",
    ]


def test_where_everybody_is_new_the_first_of_them_takes_over_at_once() -> None:
    roster = edited(("2025-01-15", ("mei", "nia")))
    assert shifts(roster, "2025-01-13 10:00", "2025-02-03 10:00") == [
        "2025-01-13 10:00 thiru rotation",
        "2025-01-15 10:00 mei rotation",
        "2025-01-20 10:00 mei rotation",
        "2025-01-27 10:00 nia rotation",
    ]


def test_an_empty_order_lets_the_running_week_end() -> None:
    roster = edited(("2025-01-15", ()))
    assert shifts(roster, "2025-01-13 10:00") == ["2025-01-13 10:00 thiru rotation", "2025-01-20 10:00 nobody none"]


def test_those_who_serve_together_go_on_without_the_one_who_leaves() -> None:
    groups = {"first": ("aidil", "thiru"), "second": ("choo", "fahmi"), "rest": ("thiru", "mei")}
    versions = (
        Version(starts_on=date(2025, 1, 6), order=("first", "second")),
        Version(starts_on=date(2025, 1, 8), order=("second", "rest")),
    )
    roster = make_roster(versions=versions, groups=groups)
    found = timeline(roster, roster.lines[0], moment("2025-01-06 10:00"), moment("2025-01-20 10:00"))
    assert told(found) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-06 10:00 thiru rotation",
        "2025-01-08 10:00 thiru rotation",
        "2025-01-13 10:00 choo rotation",
        "2025-01-13 10:00 fahmi rotation",
    ]
    assert all(shift.why == "turn 1 of 2 in the rotation" for shift in found), "nobody took over from anybody"


def test_an_edit_for_a_far_day_holds_from_that_day() -> None:
    roster = edited(("2026-01-01", ("mei", *ORDER)))
    plain = make_roster()
    span = (moment("2025-12-01"), moment("2026-01-05 10:00"))
    assert timeline(roster, roster.lines[0], *span) == timeline(plain, plain.lines[0], *span)
    assert shifts(roster, "2026-01-05 10:00", "2026-01-12 10:00") == ["2026-01-05 10:00 mei rotation"]


def test_an_edit_may_come_back_before_it_ever_held() -> None:
    """Both begin on Monday the 20th: the later one is in force, the other never is."""
    roster = edited(("2025-01-14", ("mei", *ORDER)), ("2025-01-17", ("fahmi", "thiru", "choo", "aidil")))
    assert shifts(roster)[1:3] == ["2025-01-13 10:00 thiru rotation", "2025-01-20 10:00 fahmi rotation"]


def test_two_weeks_give_way_on_the_first_handoff_day_of_an_edit() -> None:
    assert shifts(edited(("2025-01-08", ("fahmi", *ORDER[:3])), every=2)) == [
        "2025-01-06 10:00 aidil rotation",
        "2025-01-13 10:00 fahmi rotation",
        "2025-01-27 10:00 aidil rotation",
    ]


@pytest.mark.parametrize("unit", [Unit.DAY, Unit.MONTH])
def test_turns_of_days_and_months_begin_anew_on_the_day_of_an_edit(unit: Unit) -> None:
    found = shifts(edited(("2025-01-15", ("fahmi", "choo")), turn=unit), "2025-01-15 09:00", "2025-01-15 11:00")
    assert found[-1] == "2025-01-15 10:00 fahmi rotation"


# whoever left is asked for nothing


def test_last_weeks_engineer_does_not_cover_after_leaving() -> None:
    roster = edited(
        ("2025-01-20", ("choo", "fahmi", "aidil")),
        absences=[make_absence("choo", "2025-01-21", "2025-01-22")],
        cover=(Cover.PREVIOUS,),
    )
    gap = timeline(roster, roster.lines[0], moment("2025-01-21"), moment("2025-01-22"))
    assert told(gap) == ["2025-01-21 00:00 nobody gap"]
    assert [one.person for one in gap[0].passed] == ["thiru"]
    assert "Thiru, last week’s on-call, is not in the rotation at that time" in gap[0].why


def test_who_leaves_in_the_middle_of_a_week_covers_only_until_then() -> None:
    """Aidil, on call last week, leaves on Thursday the 16th while Thiru is away."""
    roster = edited(
        ("2025-01-16", ("thiru", "choo", "fahmi")),
        absences=[make_absence("thiru", "2025-01-15", "2025-01-18")],
        cover=(Cover.PREVIOUS, Cover.NEXT),
    )
    found = timeline(roster, roster.lines[0], moment("2025-01-15"), moment("2025-01-18"))
    # by the new order Thiru himself comes after Thiru, so the next rule has nobody
    assert told(found) == ["2025-01-15 00:00 aidil cover", "2025-01-16 10:00 nobody gap"]


def test_who_joins_next_week_does_not_cover_this_week() -> None:
    """Nor does the edit change who covers before its day: that is who came next in the order as it was."""
    roster = edited(
        ("2025-01-20", ("mei", *ORDER)),
        absences=[make_absence("thiru", "2025-01-15", "2025-01-16")],
        cover=(Cover.NEXT,),
    )
    found = timeline(roster, roster.lines[0], moment("2025-01-15"), moment("2025-01-16"))
    assert told(found) == ["2025-01-15 00:00 choo cover"]
    assert found[0].why == "covers for Thiru (leave) as next in the order"


def test_the_least_loaded_is_never_somebody_who_left() -> None:
    """Of this year's turns Fahmi has had none, and left on the 24th; Aidil and Thiru have had one each."""
    roster = edited(
        ("2025-01-24", ORDER[:3]),
        absences=[make_absence("choo", "2025-01-25", "2025-01-26")],
        cover=(Cover.LEAST_LOADED,),
    )
    found = timeline(roster, roster.lines[0], moment("2025-01-25"), moment("2025-01-26"))
    assert told(found) == ["2025-01-25 00:00 aidil cover"]
    assert [one.person for one in found[0].passed] == ["fahmi"]


def test_everybody_on_deck_is_everybody_who_is_in_the_rotation_then() -> None:
    deck = OnDeck(counted=LastWeek.LAST_DAYS, why="reports")
    roster = edited(("2025-01-29", ("aidil", "fahmi", "mei")), on_deck=(deck,))
    found = timeline(roster, roster.lines[0], moment("2025-01-27 10:00"), moment("2025-02-01"))
    assert [(f"{shift.starts_at:%d %H:%M}", shift.on_deck) for shift in found] == [
        ("27 10:00", ("aidil", "thiru", "choo")),
        ("29 10:00", ("aidil",)),
    ]


def test_before_and_after_a_turn_look_past_a_change_within_it() -> None:
    rotation = make_rotation(
        versions=(
            Version(starts_on=date(2025, 1, 6), order=ORDER),
            Version(starts_on=date(2025, 1, 15), order=("fahmi", "aidil", "choo")),
        )
    )
    first, heirs = (turn_at(rotation, at=moment(at)) for at in ("2025-01-14", "2025-01-16"))
    assert first is not None
    assert heirs is not None
    assert (heirs.members, heirs.left) == (("choo",), "thiru")
    for turn in (first, heirs):
        before, after = preceding(rotation, turn), following(rotation, turn)
        assert before is not None
        assert after is not None
        assert (before.members, after.members) == (("aidil",), ("fahmi",))
    assert in_order(rotation, moment("2025-01-15 09:59")) == ORDER
    assert in_order(rotation, moment("2025-01-15 10:00")) == ("aidil", "choo", "fahmi")
