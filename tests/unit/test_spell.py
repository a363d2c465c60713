"""The roster as people count it: changes of hands, and times on call told once."""

from collections.abc import Iterable
from datetime import time, timedelta
from itertools import pairwise

import pytest

from store.domain.roster import Line
from store.domain.rotation import Duty
from store.domain.spell import LONG_AGO, Spell, beginnings, is_all, spell_at, spells, stints
from store.domain.team import Cover, OnDeck
from tests.factories import make_absence, make_override, make_roster, make_rotation, moment


def told(found: Iterable[Spell]) -> list[str]:
    return [
        f"{spell.starts_at:%m-%d %H:%M} {'+'.join(spell.people) or ('off' if spell.on_purpose else 'gap')}"
        for spell in found
    ]


def begun(found: Iterable[Spell]) -> list[str]:
    return [
        f"{spell.starts_at:%m-%d} {person} after {'+'.join(after) or 'nobody'}"
        for person, spell, after in beginnings(found)
    ]


def test_who_merely_watches_beside_is_no_change_of_hands() -> None:
    roster = make_roster(on_deck=(OnDeck(why="month end"),))
    [line] = roster.lines
    found = spells(roster, line, moment("2025-01-20 12:00"), moment("2025-02-04"))
    assert told(found) == ["01-20 12:00 choo", "01-27 10:00 fahmi", "02-03 10:00 aidil"]


def test_gaps_and_hours_off_duty_are_told_apart() -> None:
    office = Duty(opens=time(9), closes=time(18))
    away = make_absence("aidil", "2025-01-07", "2025-01-08")
    roster = make_roster(line_duty=office, absences=[away], cover=())
    found = spells(roster, roster.lines[0], moment("2025-01-06 12:00"), moment("2025-01-08 12:00"))
    assert told(found) == [
        "01-06 12:00 aidil",
        "01-06 18:00 off",
        "01-07 09:00 gap",
        "01-07 18:00 off",
        "01-08 09:00 aidil",
    ]
    assert begun(found) == ["01-08 aidil after nobody"], "back from a gap; a night off is no beginning"


def test_a_cover_and_the_way_back_are_two_beginnings() -> None:
    away = make_absence("thiru", "2025-01-15", "2025-01-16")
    roster = make_roster(absences=[away], cover=(Cover.PREVIOUS,))
    found = spells(roster, roster.lines[0], moment("2025-01-12"), moment("2025-01-18"))
    assert begun(found) == ["01-13 thiru after aidil", "01-15 aidil after thiru", "01-16 thiru after aidil"]


def test_one_person_alone_never_begins_anew() -> None:
    roster = make_roster(order=("aidil",))
    found = spells(roster, roster.lines[0], moment("2025-02-01"), moment("2025-06-01"))
    assert told(found) == ["02-01 00:00 aidil"]
    assert begun(found) == []
    spell, until = spell_at(roster, roster.lines[0], at=moment("2025-06-01"))
    assert (spell.starts_at, until) == (LONG_AGO, None)


def test_the_spell_of_an_instant_has_its_true_ends() -> None:
    roster = make_roster()
    for at in ("2025-01-13 10:00", "2025-01-16 03:30", "2025-01-20 09:59"):
        spell, until = spell_at(roster, roster.lines[0], at=moment(at))
        assert (spell.people, spell.starts_at, until) == (
            ("thiru",),
            moment("2025-01-13 10:00"),
            moment("2025-01-20 10:00"),
        )


def test_people_who_serve_together_are_one_spell() -> None:
    rotation = make_rotation(order=("early", "late"), groups={"early": ("aidil", "thiru"), "late": ("choo", "thiru")})
    roster = make_roster(rotations={"data": rotation})
    found = spells(roster, roster.lines[0], moment("2025-01-07"), moment("2025-01-20"))
    assert told(found) == ["01-07 00:00 aidil+thiru", "01-13 10:00 choo+thiru"]
    assert begun(found) == ["01-13 choo after aidil"], "thiru goes on"


def test_lines_with_the_same_people_are_told_together() -> None:
    lines = tuple(Line(pipelines=(key,), key=key, rotation="data") for key in ("growth", "profit"))
    only = make_override("mei", "2025-01-08", "2025-01-09", pipelines=("profit",))
    roster = make_roster(lines=lines, overrides=[only])
    found = stints(roster, lines, moment("2025-01-06 10:00"), moment("2025-01-20 10:00"))
    assert [(one.shift.person, one.shift.starts_at.day, one.pipelines) for one in found] == [
        ("aidil", 6, ("profit",)),
        ("aidil", 6, ("growth",)),
        ("mei", 8, ("profit",)),
        ("aidil", 9, ("profit",)),
        ("thiru", 13, ("growth", "profit")),
    ]


@pytest.mark.parametrize(("pipelines", "whole"), [(("profit",), False), (("growth", "profit"), True), ((), False)])
def test_a_pipeline_without_on_call_is_not_missed(pipelines: tuple[str, ...], whole: bool) -> None:
    lines = (
        *(Line(pipelines=(key,), key=key, rotation="data") for key in ("growth", "profit")),
        Line(pipelines=("lab",), key="lab", rotation=None),
    )
    assert is_all(make_roster(lines=lines), pipelines) is whole


def test_spells_touch_and_differ_over_a_year() -> None:
    roster = make_roster(
        absences=[make_absence("choo", f"2025-{month:02}-03", f"2025-{month:02}-21") for month in range(1, 13)],
        cover=(Cover.NEXT,),
    )
    found = spells(roster, roster.lines[0], moment("2025-01-10"), moment("2026-01-10"))
    for one, other in pairwise(found):
        assert one.ends_at == other.starts_at
        assert (one.people, one.on_purpose) != (other.people, other.on_purpose)
    assert found[-1].ends_at - found[0].starts_at == timedelta(days=365)
