"""What must hold of leave and public holidays: whose they are, which of them count, and where leave is read from."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from store.domain.holiday import Holiday, corrected, is_named
from store.domain.rotation import Rotation
from store.domain.team import HolidayFix, Leave, Person
from store.holidays import holidays_in, missing_without_subdivision, subdivisions_of
from store.planfile.faults import Where, closest_to, quoted
from store.planfile.places import check_country
from store.planfile.sheet import Sheet

CALENDAR = r"^(https://[^\s/]\S*|[^\s./\\:][^/\\:]*)$"
"""An https address, or the name of a file."""

AHEAD = 4
"""Years from the first turn of all whose holidays are looked at: Islamic ones may miss a year, names do not change."""


@dataclass(frozen=True)
class Calendars:
    """The public holidays of a file's people."""

    fixes: tuple[HolidayFix, ...]
    years: range
    """Empty when no rotation has begun: then no holiday matters."""
    known: bool
    """Whether the holidays of countries are looked up; else those of `fixes` are all there are."""

    @classmethod
    def of(cls, fixes: tuple[HolidayFix, ...], rotations: Mapping[str, Rotation], *, known: bool) -> "Calendars":
        begins = [version.starts_on.year for rotation in rotations.values() for version in rotation.versions]
        return cls(fixes, range(min(begins), min(begins) + AHEAD) if begins else range(0), known)

    def found(self, country: str, subdivision: str | None, year: int) -> tuple[Holiday, ...]:
        """Return what is known of a place without the corrections; nothing of one that there is not."""
        is_there = subdivision is None or subdivision in subdivisions_of(country)
        return holidays_in(country, subdivision, year) if self.known and is_there else ()

    def of_place(self, country: str, subdivision: str | None) -> Iterator[Holiday]:
        """Yield the holidays of a place, one for each name."""
        names: set[str] = set()
        for year in self.years:
            found = self.found(country, subdivision, year)
            for holiday in corrected(found, self.fixes, country=country, subdivision=subdivision, year=year):
                if holiday.name not in names:
                    names.add(holiday.name)
                    yield holiday

    def check_place(self, sheet: Sheet, where: Where, country: str, subdivision: str | None) -> bool:
        """Tell the sheet of a place that is none; return whether anything is known of its holidays."""
        if self.known and check_country(sheet, (*where, "country"), country):
            _check_subdivision(sheet, (*where, "subdivision"), country, subdivision)
            return True
        return False


def check_home(sheet: Sheet, where: Where, person: Person, calendars: Calendars) -> None:
    """Tell the sheet of a place that is none, and of holidays that the person cannot have there."""
    if person.country is None:
        for name in ("subdivision", "observes"):
            if getattr(person, name):
                sheet.notice((*where, name), "has no effect without a country")
        return
    known = calendars.check_place(sheet, where, person.country, person.subdivision)
    if known and person.subdivision is None and calendars.years:
        missing = missing_without_subdivision(person.country, calendars.years[0])
        if missing:
            some = ", ".join(map(quoted, missing[:3]))
            sheet.notice((*where, "country"), f"without a subdivision some holidays are missing: {some}")
    found = list(calendars.of_place(person.country, person.subdivision))
    for index, name in enumerate(person.observes):
        if found and not any(is_named(holiday, (name,)) for holiday in found):
            sheet.notice(
                (*where, "observes", index), f"no public holiday there is called {quoted(name)}{_near(name, found)}"
            )


def _check_subdivision(sheet: Sheet, where: Where, country: str, subdivision: str | None) -> None:
    """Tell the sheet of a state or province that the country does not have."""
    known = subdivisions_of(country)
    if subdivision is None or subdivision in known:
        return
    if not known:
        sheet.notice(where, f"has no effect: no holidays are known by state or province in {quoted(country)}")
        return
    closest = closest_to(subdivision, known)
    hint = f"did you mean {quoted(closest)}?" if closest else f"write its ISO 3166-2 code, such as {quoted(known[0])}"
    sheet.error(where, f"{quoted(country)} has no state or province {quoted(subdivision)}: {hint}")


def check_leave(
    sheet: Sheet, leave: Leave, people: Mapping[str, Person], serving: Collection[str], calendars: Calendars
) -> None:
    """
    Tell the sheet what does not hold in `leave`.

    Args:
        serving: keys of everybody who stands in a rotation.
    """
    seen: set[str] = set()
    for index, choice in enumerate(leave.compensation):
        if choice in seen:
            sheet.error(("leave", "compensation", index), f"{quoted(choice)} is in this list twice")
        seen.add(choice)
    homes = {(people[key].country, people[key].subdivision) for key in serving if key in people}
    everything = (holiday for country, state in homes if country for holiday in calendars.of_place(country, state))
    found = list({holiday.name: holiday for holiday in everything}.values())
    for index, name in enumerate(leave.major_holidays):
        if not any(is_named(holiday, (name,)) for holiday in found):
            sheet.notice(
                ("leave", "major_holidays", index),
                f"nobody in a rotation has a public holiday called {quoted(name)}{_near(name, found)}",
            )


def check_calendar(sheet: Sheet, leave: Leave, beside: Collection[str]) -> None:
    """
    Tell the sheet when leave cannot be read from where `calendar_ics` says.

    Args:
        beside: names of the files in the plan's folder.
    """
    where, address = ("leave", "calendar_ics"), leave.calendar_ics
    if address is None:
        return
    if re.match("[a-z][a-z+.-]*:", address, re.IGNORECASE):
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname or re.search(r"\s", address):
            sheet.error(where, f"{quoted(address)} is no https address")
    elif re.search(r"[/\\]|^\.", address):
        sheet.error(where, "write an https address, or the name of a file beside team.yaml: without a folder or a dot")
    elif address not in beside:
        closest = closest_to(address, beside)
        hint = f": did you mean {quoted(closest)}?" if closest else ", so nobody's leave is read from it"
        sheet.notice(where, f"there is no file {quoted(address)} here{hint}")


def check_fixes(
    sheet: Sheet, fixes: tuple[HolidayFix, ...], people: Mapping[str, Person], calendars: Calendars
) -> None:
    """Tell the sheet of corrections in no place, and of those that strike out nothing."""
    for index, fix in enumerate(fixes):
        where = ("holidays", index)
        if calendars.check_place(sheet, where, fix.country, fix.subdivision) and not fix.holds:
            _check_strike(sheet, (*where, "name"), fix, people, calendars)


def _check_strike(
    sheet: Sheet, where: Where, fix: HolidayFix, people: Mapping[str, Person], calendars: Calendars
) -> None:
    homes = {fix.subdivision}
    if fix.subdivision is None:
        homes |= {person.subdivision for person in people.values() if person.country == fix.country}
    there = [
        holiday
        for state in homes
        for holiday in calendars.found(fix.country, state, fix.day.year)
        if holiday.day == fix.day
    ]
    struck = corrected(there, [fix], country=fix.country, subdivision=fix.subdivision, year=fix.day.year)
    if len(struck) == len(set(there)):
        hint = f": did you mean {quoted(there[0].feast)}?" if there else ""
        sheet.notice(where, f"strikes out nothing: {fix.day} is no {quoted(fix.name)} there{hint}")


def _near(name: str, found: list[Holiday]) -> str:
    closest = closest_to(name, sorted({holiday.feast for holiday in found}))
    return f": did you mean {quoted(closest)}?" if closest else ""
