"""
Two rosters held against each other, and one person's time against what they were told.

Weeks: Aidil from Monday 6 January 2025, Thiru 13, Choo 20, Fahmi 27, and again; hands change at 10:00 UTC.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from store.domain.change import Change, Moved, Time, changes, moved, shifts_by_person, together, with_successors
from store.domain.oncall import timeline
from store.domain.roster import Line, Roster
from store.domain.rotation import Version
from store.domain.shift import Source
from store.domain.team import Cover
from tests.factories import ORDER, make_absence, make_override, make_roster, make_rotation, moment

FROM, UNTIL = moment("2025-01-06"), moment("2025-03-03")
LEAVE = make_absence("choo", "2025-01-21", "2025-01-23")
PREVIOUS = {"cover": (Cover.PREVIOUS,)}


def two_lines(**changes: object) -> Roster:
    """A roster whose two pipelines have a line each."""
    roster = make_roster(**changes)
    return replace(
        roster, lines=tuple(Line(pipelines=(key,), key=key, rotation="data") for key in ("profit", "growth"))
    )


def told(found: tuple[Change, ...]) -> list[str]:
    return [" ".join((_when(one), f"{one.before} -> {one.after} {one.source}", *one.pipelines)) for one in found]


def _when(change: Change) -> str:
    return f"{change.starts_at:%d %b %H:%M}-{change.ends_at:%d %b %H:%M}"


def test_the_same_roster_differs_in_nothing() -> None:
    roster = make_roster(absences=[LEAVE], **PREVIOUS)
    assert changes(roster, roster, FROM, UNTIL) == ()


def test_leave_changes_the_hours_of_it_and_says_why() -> None:
    (change,) = changes(make_roster(**PREVIOUS), make_roster(absences=[LEAVE], **PREVIOUS), FROM, UNTIL)
    assert told((change,)) == ["21 Jan 00:00-23 Jan 00:00 choo -> thiru cover"]
    assert change.why == "covers for Choo (leave) as last week’s on-call"


def test_leave_that_nobody_covers_is_a_gap() -> None:
    (change,) = changes(make_roster(), make_roster(absences=[LEAVE]), FROM, UNTIL)
    assert change.is_gap
    assert (change.before, change.after) == ("choo", None)


def test_a_gap_that_becomes_nobody_on_purpose_is_a_change() -> None:
    on_purpose = make_override(None, "2025-01-21", "2025-01-23")
    before, after = make_roster(absences=[LEAVE]), make_roster(absences=[LEAVE], overrides=[on_purpose])
    assert told(changes(before, after, FROM, UNTIL)) == ["21 Jan 00:00-23 Jan 00:00 None -> None none"]


def test_another_reason_for_the_same_person_is_no_change() -> None:
    before = make_roster(absences=[LEAVE], **PREVIOUS)
    after = make_roster(absences=[LEAVE], overrides=[make_override("thiru", "2025-01-21", "2025-01-23")], **PREVIOUS)
    assert changes(before, after, FROM, UNTIL) == ()


def test_what_several_pipelines_share_is_told_once() -> None:
    before, after = two_lines(**PREVIOUS), two_lines(absences=[LEAVE], **PREVIOUS)
    assert told(changes(before, after, FROM, UNTIL)) == ["21 Jan 00:00-23 Jan 00:00 choo -> thiru cover"]


def test_what_one_of_several_pipelines_has_names_it() -> None:
    override = make_override("fahmi", "2025-01-21", "2025-01-23", pipelines=("growth",))
    found = changes(two_lines(), two_lines(overrides=[override]), FROM, UNTIL)
    assert told(found) == ["21 Jan 00:00-23 Jan 00:00 choo -> fahmi override growth"]


def test_a_line_that_splits_is_compared_pipeline_by_pipeline() -> None:
    whole = make_roster()
    whole = replace(whole, lines=(Line(pipelines=("profit", "growth"), key=None, rotation="data"),))
    override = make_override("fahmi", "2025-01-21", "2025-01-23", pipelines=("growth",))
    assert told(changes(whole, two_lines(overrides=[override]), FROM, UNTIL)) == [
        "21 Jan 00:00-23 Jan 00:00 choo -> fahmi override growth"
    ]


def test_people_who_serve_together_are_compared_seat_by_seat() -> None:
    pairs = {"order": ("first", "second"), "groups": {"first": ("aidil", "thiru"), "second": ("choo", "fahmi")}}
    away = make_absence("thiru", "2025-01-07", "2025-01-08")
    found = changes(make_roster(**pairs), make_roster(absences=[away], **pairs), FROM, UNTIL)
    assert [(one.before, one.after, one.seat) for one in found] == [("thiru", None, 1)]


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.integers(0, 40), st.integers(1, 9)), max_size=4))
def test_outside_its_changes_both_rosters_agree(leave: list[tuple[str, int, int]]) -> None:
    absences = [
        make_absence(
            who,
            "2025-01-06",
            "2025-01-07",
            starts_at=FROM + timedelta(days=day),
            ends_at=FROM + timedelta(days=day + length),
        )
        for who, day, length in leave
    ]
    before, after = make_roster(**PREVIOUS), make_roster(absences=absences, **PREVIOUS)
    found = changes(before, after, FROM, UNTIL)
    at = FROM
    while at < UNTIL:
        was, now = (timeline(each, each.lines[0], at, at + timedelta(minutes=1))[0].person for each in (before, after))
        here = [(one.before, one.after) for one in found if one.starts_at <= at < one.ends_at]
        assert here == ([(was, now)] if was != now else [])
        at += timedelta(hours=7)


def test_together_folds_only_what_is_alike() -> None:
    one = Change(
        pipelines=("a",), starts_at=FROM, ends_at=UNTIL, before="x", after="y", why="because", source=Source.COVER
    )
    other = replace(one, pipelines=("b",))
    different = replace(one, pipelines=("b",), after="z")
    assert together([one, other], ("a", "b")) == (replace(one, pipelines=()),)
    assert together([one, other], ("a", "b", "c")) == (replace(one, pipelines=("a", "b")),)
    assert {each.pipelines for each in together([one, different], ("a", "b"))} == {("a",), ("b",)}


def test_a_persons_time_is_merged_over_lines() -> None:
    found = shifts_by_person(two_lines(), FROM, UNTIL)
    assert [(f"{one.starts_at:%d %b}", f"{one.ends_at:%d %b}", one.pipelines) for one in found["choo"]] == [
        ("20 Jan", "27 Jan", ()),
        ("17 Feb", "24 Feb", ()),
    ]


def test_a_persons_part_of_the_pipelines_is_named() -> None:
    override = make_override("fahmi", "2025-01-21", "2025-01-23", pipelines=("growth",))
    found = shifts_by_person(two_lines(overrides=[override]), moment("2025-01-20"), moment("2025-01-27"))
    assert [one.pipelines for one in found["choo"]] == [(), ("profit",), ()]
    assert [one.pipelines for one in found["fahmi"]] == [("growth",)]


def time(begin: str, end: str, *pipelines: str, why: str = "") -> Time:
    return Time(starts_at=moment(begin), ends_at=moment(end), pipelines=pipelines, why=why)


def pieces(found: tuple[Moved, ...]) -> list[str]:
    return [f"{one.starts_at:%d}-{one.ends_at:%d} {one.before} -> {one.after}" for one in found]


def test_only_what_differs_was_moved() -> None:
    before, now = (
        [time("2025-01-06", "2025-01-13")],
        [time("2025-01-06", "2025-01-10"), time("2025-01-12", "2025-01-15")],
    )
    found = moved(before, now, moment("2025-01-06"), moment("2025-01-31"))
    assert pieces(found) == ["10-12 () -> None", "13-15 None -> ()"]


def test_seams_without_a_difference_are_no_move() -> None:
    before = [time("2025-01-06", "2025-01-13")]
    now = [time("2025-01-06", "2025-01-10", why="one"), time("2025-01-10", "2025-01-13", why="other")]
    assert moved(before, now, moment("2025-01-06"), moment("2025-01-31")) == ()


def test_what_lies_outside_the_window_was_not_moved() -> None:
    before = [time("2025-01-06", "2025-01-13")]
    assert moved(before, [], moment("2025-01-13"), moment("2025-01-31")) == ()
    assert moved(before, [], moment("2025-01-31"), moment("2025-01-06")) == (), "nobody was told that far ahead"
    assert pieces(moved(before, [], moment("2025-01-10"), moment("2025-01-12"))) == ["10-12 () -> None"]


def test_other_pipelines_in_the_same_time_are_a_move() -> None:
    found = moved(
        [time("2025-01-06", "2025-01-13")], [time("2025-01-06", "2025-01-13", "profit")], FROM, moment("2025-01-31")
    )
    assert pieces(found) == ["06-13 () -> ('profit',)"]


def test_what_was_lost_says_who_has_it_now_and_why() -> None:
    lost = Moved(starts_at=moment("2025-01-21"), ends_at=moment("2025-01-23"), before=(), after=None)
    came = Moved(starts_at=moment("2025-01-06"), ends_at=moment("2025-01-07"), before=None, after=(), why="turn")
    found = with_successors(make_roster(absences=[LEAVE], **PREVIOUS), [lost, came])
    assert (found[0].instead, found[0].why) == (("thiru",), "covers for Choo (leave) as last week’s on-call")
    assert found[1] == came
    (gap,) = with_successors(make_roster(absences=[LEAVE]), [lost])
    assert (gap.instead, gap.why) == ((), "Choo is away (leave)")


def test_time_lost_to_several_names_them_all_and_no_single_reason() -> None:
    lost = Moved(starts_at=moment("2025-01-07"), ends_at=moment("2025-01-22"), before=(), after=None)
    (found,) = with_successors(make_roster(absences=[LEAVE], **PREVIOUS), [lost])
    assert (found.instead, found.why) == (("aidil", "thiru", "choo"), "")


def test_an_edit_that_keeps_a_persons_weeks_moves_nothing_of_theirs() -> None:
    plain, reordered = make_rotation(), make_rotation()
    later = Version(starts_on=moment("2025-02-03").date(), order=("aidil", "choo", "thiru", "fahmi"))
    reordered = replace(reordered, versions=(*reordered.versions, later))
    before, after = (shifts_by_person(make_roster(rotations={"data": one}), FROM, UNTIL) for one in (plain, reordered))
    changed = {who for who in ORDER if moved(before[who], after[who], FROM, UNTIL)}
    assert changed == {"thiru", "choo"}


def test_who_takes_over_from_two_leaves_nobody_missing() -> None:
    pair = {"groups": {"pair": ("choo", "thiru")}, "order": ("pair",)}
    both = make_override("mei", "2025-01-21", "2025-01-22")
    _, second = changes(make_roster(**pair), make_roster(**pair, overrides=[both]), FROM, UNTIL)
    assert (second.before, second.after, second.why) == ("thiru", None, "one covers for all who serve together")
