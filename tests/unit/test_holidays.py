"""Public holidays of real places, by the library; dates from official gazettes."""

import subprocess
import sys
from datetime import date

import pytest

from store.domain.errors import UserError
from store.domain.holiday import Holiday, is_named
from store.holidays import UnknownSubdivision, feasts_in, holidays_in, missing_without_subdivision, subdivisions_of

SELANGOR = "10"


def named(name: str, country: str, subdivision: str | None, year: int) -> list[date]:
    return [one.day for one in holidays_in(country, subdivision, year) if is_named(one, [name])]


def test_malaysia_without_a_state_lacks_what_only_states_have() -> None:
    assert named("National Day", "MY", None, 2026) == [date(2026, 8, 31)]
    for feast in ("Deepavali", "Thaipusam", "New Year's Day"):
        assert named(feast, "MY", None, 2026) == []


def test_a_state_has_the_country_s_holidays_and_its_own_with_the_observed_days() -> None:
    assert named("National Day", "MY", SELANGOR, 2026) == [date(2026, 8, 31)]
    assert named("Deepavali", "MY", SELANGOR, 2026) == [date(2026, 11, 8), date(2026, 11, 9)]  # a Sunday is given back
    assert named("Thaipusam", "MY", SELANGOR, 2026) == [date(2026, 2, 1), date(2026, 2, 2)]
    assert named("Thaipusam", "MY", "13", 2026) == []  # Sarawak


def test_a_feast_has_both_names_where_people_say_another_than_the_library() -> None:
    assert named("Diwali", "MY", SELANGOR, 2027) == named("Deepavali", "MY", SELANGOR, 2027) != []
    assert {one.feast for one in holidays_in("MY", SELANGOR, 2026) if is_named(one, ["Diwali"])} == {"Deepavali"}


@pytest.mark.parametrize(("year", "day"), [(2025, 27), (2026, 26), (2027, 25), (2028, 23)])
def test_thanksgiving_is_the_fourth_thursday_of_november(year: int, day: int) -> None:
    assert named("Thanksgiving", "US", None, year) == [date(year, 11, day)]


def test_a_holiday_on_a_saturday_has_its_observed_day_in_the_same_year_s_list() -> None:
    assert named("Christmas Day", "US", None, 2027) == [date(2027, 12, 24), date(2027, 12, 25)]
    # 1 January 2028 is a Saturday: its observed day belongs to the year in which it lies.
    assert named("New Year's Day", "US", None, 2027) == [date(2027, 1, 1), date(2027, 12, 31)]
    assert named("New Year's Day", "US", None, 2028) == [date(2028, 1, 1)]


def test_two_holidays_on_one_day_are_two() -> None:
    same = [one for one in holidays_in("SG", None, 2030) if one.day == date(2030, 2, 4)]
    assert [one.feast for one in same] == ["Chinese New Year", "Eid al-Fitr"]


def test_they_are_in_order_and_asked_for_once() -> None:
    found = holidays_in("DE", "BE", 2026)
    assert list(found) == sorted(found)
    assert Holiday(date(2026, 10, 3), "German Unity Day") in found
    assert holidays_in("DE", "BE", 2026) is found


@pytest.mark.parametrize("country", ["XX", "my", "Y", "__name__", "list_supported_countries"])
def test_a_country_without_a_calendar_has_no_holidays(country: str) -> None:
    assert holidays_in(country, None, 2026) == ()
    assert subdivisions_of(country) == ()


def test_an_unknown_state_is_told_with_what_there_is() -> None:
    with pytest.raises(UnknownSubdivision, match="MY has no state or province “99”") as caught:
        holidays_in("MY", "99", 2026)
    assert isinstance(caught.value, UserError)
    assert "10" in caught.value.known
    assert "Selangor" in caught.value.known


def test_a_state_may_be_named() -> None:
    assert holidays_in("MY", "Selangor", 2026) == holidays_in("MY", SELANGOR, 2026)


def test_feasts_are_named_once_however_many_days_they_have() -> None:
    feasts = feasts_in("MY", SELANGOR, range(2026, 2029))
    assert len(feasts) == len(set(feasts))
    assert "Eid al-Fitr" in feasts
    assert not [feast for feast in feasts if "(" in feast]


def test_what_is_missing_without_a_state_is_what_most_states_have() -> None:
    assert {"Deepavali", "New Year's Day"} <= set(missing_without_subdivision("MY", 2026))
    assert missing_without_subdivision("US", 2026) == ()
    assert missing_without_subdivision("SG", 2026) == ()
    assert missing_without_subdivision("XX", 2026) == ()


def test_the_library_is_loaded_only_when_somebody_asks() -> None:
    program = "import sys, store.holidays; print('holidays' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "False"
