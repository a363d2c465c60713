"""The roster as a script reads it, and as a person reads it in a shell."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from store.domain.roster import Roster
from store.domain.shift import Shift
from store.domain.simulate import Evening, Simulation


def as_objects(shifts: Iterable[Shift]) -> list[dict[str, object]]:
    """Return the shifts as the contract for scripts has them: half-open, instants in UTC with their offset."""
    return [
        {
            "pipeline": shift.pipeline,
            "person": shift.person,
            "start": _iso(shift.starts_at),
            "end": _iso(shift.ends_at),
            "why": shift.why,
            "kind": shift.source.value,
            "instead_of": shift.instead_of,
            "also": {"backup": list(shift.backup), "on_deck": list(shift.on_deck)},
        }
        for shift in shifts
    ]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def as_lines(roster: Roster, shifts: Iterable[Shift]) -> str:
    """Return one line per shift, in columns, on the clock of the roster's zone."""
    here = ZoneInfo(roster.zone)
    rows = [
        (
            _local(shift.starts_at, here),
            _local(shift.ends_at, here),
            shift.pipeline or "",
            roster.name_of(shift.person) if shift.person else "nobody",
            shift.why + _also(roster, shift),
        )
        for shift in shifts
    ]
    columns = _columns([(f"{begin} → {end}", *cells) for begin, end, *cells in rows], right=())
    return "\n".join([f"Times are those of {roster.zone}.", *columns])


def simulation_as_object(found: Simulation) -> dict[str, object]:
    """Return a simulation for scripts; days are those of 24 hours."""
    return {
        "start": _iso(found.starts_at),
        "end": _iso(found.ends_at),
        "people": [
            {
                "person": load.person,
                "days": round(load.days, 2),
                "weekend_days": round(load.weekend_days, 2),
                "holidays": [
                    {"day": each.day.isoformat(), "feast": each.feast} for each in found.holidays[load.person]
                ],
                "took_over": load.took_over,
                "were_covered": load.were_covered,
            }
            for load in found.loads
        ],
        "gaps": as_objects(found.gaps),
        "swap": None if found.evening is None else _swap_object(found.evening),
    }


def _swap_object(evening: Evening) -> dict[str, object]:
    swap = evening.swap
    return {
        "rotation": swap.rotation,
        "asker": swap.asker,
        "gives": swap.gives.isoformat(),
        "other": swap.other,
        "takes": swap.takes.isoformat(),
        "holidays_before": dict(evening.before),
        "holidays_after": dict(evening.after),
    }


def simulation_as_lines(roster: Roster, found: Simulation) -> str:
    """Return a simulation as a table of people, then the gaps, then the swap that would even out the holidays."""
    here = ZoneInfo(roster.zone)
    head = ("", "days", "weekend days", "holidays", "took over", "were covered")
    rows = [
        (
            roster.name_of(load.person),
            f"{load.days:.1f}",
            f"{load.weekend_days:.1f}",
            str(load.holidays),
            str(load.took_over),
            str(load.were_covered),
            ", ".join(each.feast for each in found.holidays[load.person]),
        )
        for load in found.loads
    ]
    begins, ends = (f"{at.astimezone(here):%a %d %b %Y}" for at in (found.starts_at, found.ends_at))
    lines = [f"{begins} → {ends}, times are those of {roster.zone}.", ""]
    lines += _columns([(*head, ""), *rows], right=range(1, len(head)))
    lines += ["", "No gaps." if not found.gaps else f"Gaps, in which nobody is on call: {len(found.gaps)}"]
    lines += as_lines(roster, found.gaps).split("\n")[1:]
    if found.evening is not None:
        lines += ["", _advice(roster, found.evening)]
    return "\n".join(lines)


def _advice(roster: Roster, evening: Evening) -> str:
    swap = evening.swap
    changed = [
        f"{roster.name_of(person)} {evening.before[person]} → {evening.after.get(person, 0)}"
        for person in (swap.asker, swap.other)
    ]
    return (
        f"Holidays fall more evenly if {roster.name_of(swap.asker)} gives the turn of {swap.gives:%a %d %b %Y} and "
        f"takes {roster.name_of(swap.other)}'s of {swap.takes:%a %d %b %Y}: {', '.join(changed)}."
    )


def _columns(rows: Sequence[Sequence[str]], *, right: Collection[int]) -> list[str]:
    """Return *rows* as lines of aligned cells, without the columns that are empty everywhere."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    shown = [column for column, width in enumerate(widths) if width]

    def cell(row: Sequence[str], column: int) -> str:
        return row[column].rjust(widths[column]) if column in right else row[column].ljust(widths[column])

    return ["  ".join(cell(row, column) for column in shown).rstrip() for row in rows]


def _local(at: datetime, here: ZoneInfo) -> str:
    local = at.astimezone(here)
    return f"{local:%a %d %b %Y %H:%M}" + (f":{local:%S}" if local.second else "") + f" {local:%z}"


def _also(roster: Roster, shift: Shift) -> str:
    watching = (("backup", shift.backup), ("on deck", shift.on_deck))
    return "".join(f"; {role}: {', '.join(map(roster.name_of, people))}" for role, people in watching if people)
