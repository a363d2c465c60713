"""Public holidays of a place, from the library `holidays`. Islamic and Hindu dates of coming years are estimates."""

import re
from collections.abc import Iterable
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from store.domain.errors import UserError, shorten
from store.domain.holiday import Holiday

LANGUAGE = "en_US"
"""The one English that the library has for nearly every country, so that a feast has one name everywhere."""

_SPELT = MappingProxyType({country: {"Diwali": "Deepavali (Diwali)"} for country in ("MY", "SG")})
"""Where people know a feast by another name than the library's: both, as either may stand in a plan."""


class UnknownSubdivision(UserError):
    """The country has no such state or province."""

    def __init__(self, country: str, subdivision: str, known: Iterable[str]) -> None:
        self.country, self.subdivision, self.known = country, subdivision, tuple(known)
        super().__init__(
            f"{country} has no state or province “{shorten(subdivision)}”. Use its ISO 3166-2 code without the country."
        )


@lru_cache(maxsize=4096)
def holidays_in(country: str, subdivision: str | None, year: int) -> tuple[Holiday, ...]:
    """
    Return the public holidays of a place and year, in order of time; several on one day each for itself.

    Args:
        country: ISO 3166 code. One that has no calendar here has no holidays.
        subdivision: ISO 3166-2 code without the country, or the state's name; None: those of the whole country alone.
    Raises: UnknownSubdivision.
    """
    calendar = _calendar(country)
    if calendar is None:
        return ()
    if subdivision is not None and subdivision not in subdivisions_of(country):
        raise UnknownSubdivision(country, subdivision, subdivisions_of(country))
    found = calendar(subdiv=subdivision, years=year, language=LANGUAGE)
    spelt = _SPELT.get(country, {})
    return tuple(
        sorted(
            Holiday(day, _spelled(name, spelt))
            for day in found
            if day.year == year  # an observed day may lie in the year before
            for name in found.get_list(day)
        )
    )


@lru_cache(maxsize=512)
def subdivisions_of(country: str) -> tuple[str, ...]:
    """Return what may be written as a subdivision of the country: codes, then names."""
    calendar = _calendar(country)
    return () if calendar is None else (*calendar.subdivisions, *calendar.subdivisions_aliases)


def feasts_in(country: str, subdivision: str | None, years: Iterable[int]) -> tuple[str, ...]:
    """Return the names of the feasts of those years, each once. Raises: UnknownSubdivision."""
    found = (holiday for year in years for holiday in holidays_in(country, subdivision, year))
    return tuple(dict.fromkeys(holiday.feast for holiday in found))


@lru_cache(maxsize=512)
def missing_without_subdivision(country: str, year: int) -> tuple[str, ...]:
    """Return the feasts that most states or provinces have and the country as a whole does not, each once."""
    calendar = _calendar(country)
    states = calendar.subdivisions if calendar else ()
    counts: dict[str, int] = {}
    for state in states:
        for feast in feasts_in(country, state, (year,)):
            counts[feast] = counts.get(feast, 0) + 1
    everywhere = feasts_in(country, None, (year,))
    return tuple(feast for feast, count in counts.items() if count > len(states) / 2 and feast not in everywhere)


@lru_cache(maxsize=512)
def _calendar(country: str) -> Any:
    """Return the library's class for the country; None where it has none."""
    import holidays  # 40 ms, and most processes ask only later

    return getattr(holidays, country, None) if re.fullmatch("[A-Z]{2}", country) else None


def _spelled(name: str, spelt: dict[str, str]) -> str:
    for theirs, ours in spelt.items():
        name = name.replace(theirs, ours)
    return name
