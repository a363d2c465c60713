"""Public holidays, as the rules see them: days with a name, in a place."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from store.domain.team import HolidayFix

HolidaysIn = Callable[[str, str | None, int], tuple["Holiday", ...]]
"""(country, subdivision, year) to the holidays of that year, in order of time."""

_ASIDE = re.compile(r" *\([^)]*\)|^(first|second|third|fourth) day of ", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Holiday:
    day: date
    name: str

    @property
    def feast(self) -> str:
        """
        The name without what is in brackets: `Christmas Day (observed)` and `Christmas Day` are one feast.

        Comp is earned once per feast and year, however many days it is given.
        """
        return _ASIDE.sub("", self.name).strip()


def is_named(holiday: Holiday, names: Iterable[str]) -> bool:
    """Whether one of *names* stands in the holiday's name in whole words, in any case; True where none is given."""
    names = tuple(names)
    return not names or any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", holiday.name, re.IGNORECASE) for name in names
    )


def corrected(
    found: Iterable[Holiday], fixes: Iterable[HolidayFix], *, country: str, subdivision: str | None, year: int
) -> tuple[Holiday, ...]:
    """Return the holidays of a place and year with the plan's corrections."""
    here = [
        fix
        for fix in fixes
        if fix.country == country and fix.subdivision in (None, subdivision) and fix.day.year == year
    ]
    struck = {(fix.day, _key(fix.name)) for fix in here if not fix.holds}
    kept = {holiday for holiday in found if (holiday.day, _key(holiday.feast)) not in struck}
    added = {Holiday(fix.day, fix.name) for fix in here if fix.holds}
    return tuple(sorted(kept | added))


def _key(name: str) -> str:
    return _ASIDE.sub("", name).strip().casefold()
