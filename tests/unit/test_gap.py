"""Gaps of one turn are one thing, however much of them is covered meanwhile."""

from dataclasses import replace

from store.domain.gap import gaps, serving
from store.domain.roster import Line
from store.domain.shift import Source
from store.domain.team import Cover
from tests.factories import make_absence, make_roster, make_rotation, make_volunteer, moment

FROM, UNTIL = moment("2025-01-06"), moment("2025-03-03")
TUESDAY = make_absence("choo", "2025-01-21", "2025-01-22")
FRIDAY = make_absence("choo", "2025-01-24", "2025-01-26")
ASKING = {"cover": (Cover.VOLUNTEER,)}


def test_a_roster_that_is_covered_has_no_gap() -> None:
    assert gaps(make_roster(absences=[TUESDAY], cover=(Cover.PREVIOUS,)), FROM, UNTIL) == ()


def test_all_that_one_person_misses_of_one_turn_is_one_gap() -> None:
    (gap,) = gaps(make_roster(absences=[TUESDAY, FRIDAY]), FROM, UNTIL)
    assert (gap.name, gap.turn_at) == ("data:choo", moment("2025-01-20 10:00"))
    assert gap.spans == ((TUESDAY.starts_at, TUESDAY.ends_at), (FRIDAY.starts_at, FRIDAY.ends_at))
    assert gap.pipelines == ()


def test_leave_over_two_turns_is_a_gap_in_each() -> None:
    long = make_absence("choo", "2025-01-20", "2025-02-24")
    assert [gap.turn_at for gap in gaps(make_roster(absences=[long]), FROM, UNTIL)] == [
        moment("2025-01-20 10:00"),
        moment("2025-02-17 10:00"),
    ]


def test_a_gap_keeps_its_name_while_it_is_covered_piece_by_piece() -> None:
    helped = make_roster(
        absences=[TUESDAY, FRIDAY], volunteers=[make_volunteer("mei", "2025-01-21", "2025-01-22")], **ASKING
    )
    (gap,) = gaps(helped, FROM, UNTIL)
    assert (gap.name, gap.turn_at) == ("data:choo", moment("2025-01-20 10:00"))
    assert gap.spans == ((FRIDAY.starts_at, FRIDAY.ends_at),)


def test_pipelines_of_one_rotation_share_a_gap_and_are_named_where_they_are_not_all() -> None:
    roster = make_roster(absences=[TUESDAY])
    lines = tuple(Line(pipelines=(key,), key=key, rotation="data") for key in ("profit", "growth"))
    (gap,) = gaps(replace(roster, lines=lines), FROM, UNTIL)
    assert gap.pipelines == ()
    rotations = {**roster.rotations, "other": make_rotation(order=("mei",))}
    other = Line(pipelines=("books",), key="books", rotation="other")
    (gap,) = gaps(replace(roster, rotations=rotations, lines=(*lines, other)), FROM, UNTIL)
    assert gap.pipelines == ("profit", "growth")


def test_what_is_still_open_shrinks_with_time() -> None:
    (gap,) = gaps(make_roster(absences=[TUESDAY, FRIDAY]), FROM, UNTIL)
    noon = moment("2025-01-24 12:00")
    assert gap.open_at(noon) == ((noon, FRIDAY.ends_at),)
    assert gap.open_at(FRIDAY.ends_at) == ()


def test_what_was_a_gap_shows_who_serves_in_it_now() -> None:
    (gap,) = gaps(make_roster(absences=[TUESDAY]), FROM, UNTIL)
    offer = make_volunteer("mei", "2025-01-21", "2025-01-22")
    (still,) = serving(make_roster(absences=[TUESDAY], **ASKING), gap, gap.spans)
    (covered,) = serving(make_roster(absences=[TUESDAY], volunteers=[offer], **ASKING), gap, gap.spans)
    (back,) = serving(make_roster(**ASKING), gap, gap.spans)
    assert (still.after, still.source) == (None, Source.GAP)
    assert (covered.before, covered.after, covered.source) == ("choo", "mei", Source.COVER)
    assert (back.before, back.after) == (None, "choo")


def test_of_two_who_serve_together_each_gap_shows_its_own_seat() -> None:
    pair = {"groups": {"pair": ("choo", "thiru"), "other": ("mei", "nia")}, "order": ("pair", "other")}
    days = ("2025-01-07", "2025-01-09")
    roster = make_roster(absences=[make_absence("choo", *days), make_absence("thiru", *days)], **pair)
    first, second = gaps(roster, FROM, UNTIL)
    assert (first.person, first.seat, second.person, second.seat) == ("choo", 0, "thiru", 1)
    for gap in (first, second):
        assert [(one.seat, one.source, one.before) for one in serving(roster, gap, gap.spans)] == [
            (gap.seat, Source.GAP, gap.person)
        ]
