"""A simulated roster as a picture: who serves when, and what it adds up to."""

import io
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from store.domain.oncall import timelines
from store.domain.roster import Roster
from store.domain.shift import Shift, Source
from store.domain.simulate import Simulation

COLOURS = {
    Source.ROTATION: "#4878a8",
    Source.COVER: "#d08a2e",
    Source.SWAP: "#5b9a68",
    Source.OVERRIDE: "#8a6bb0",
    Source.GAP: "#c0392b",
}
"""Told apart also where red and green look alike."""
FEAST = "#222222"
MOST = 40
"""People shown; more are unreadable in one picture."""


def draw(roster: Roster, found: Simulation) -> bytes:
    """Return a PNG: a row per person with their shifts and holidays served, and beside it their days."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    people = [load.person for load in found.loads][:MOST]
    figure = Figure(figsize=(13, 2.2 + 0.42 * (len(people) + 1)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    calendar, days = figure.subplots(1, 2, sharey=True, width_ratios=[4, 1])
    _calendar(calendar, roster, found, people)
    _days(days, found, people)
    figure.legend(*calendar.get_legend_handles_labels(), loc="outside lower center", ncols=6, frameon=False)
    here = ZoneInfo(roster.zone)
    begin, end = found.starts_at.astimezone(here), found.ends_at.astimezone(here)
    figure.suptitle(f"On call, {begin:%d %b %Y} to {end:%d %b %Y} ({roster.zone})")
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _calendar(axes: Any, roster: Roster, found: Simulation, people: Sequence[str]) -> None:
    from matplotlib import dates

    ticks: Any = dates
    shifts = timelines(roster, found.starts_at, found.ends_at)
    for source, colour in COLOURS.items():
        bars = [(shift, _row(shift, people)) for shift in shifts if shift.source is source]
        shown = [(shift, row) for shift, row in bars if row is not None]
        if shown:
            axes.barh(
                [row for _, row in shown],
                [shift.ends_at - shift.starts_at for shift, _ in shown],
                left=[shift.starts_at for shift, _ in shown],
                height=0.62,
                color=colour,
                label=source.value,
            )
    feasts = [(each.day, people.index(each.person)) for person in people for each in found.holidays[person]]
    if feasts:
        axes.plot(
            [day for day, _ in feasts],
            [row for _, row in feasts],
            "d",
            color=FEAST,
            markersize=5,
            label="holiday served",
        )
    names = [*(_plain(roster.name_of(person)) for person in people), "nobody"]
    axes.set_yticks(range(len(names)), labels=names)
    axes.invert_yaxis()
    axes.set_xlim(found.starts_at, found.ends_at)
    locator = ticks.AutoDateLocator(tz=ZoneInfo(roster.zone), minticks=6, maxticks=14)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ticks.ConciseDateFormatter(locator, tz=ZoneInfo(roster.zone)))
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)


def _row(shift: Shift, people: Sequence[str]) -> int | None:
    """Return the row of a shift: the person's, or the last for a gap; None where it is not shown."""
    if shift.person is None:
        return len(people) if shift.source is Source.GAP else None
    return people.index(shift.person) if shift.person in people else None


def _days(axes: Any, found: Simulation, people: Sequence[str]) -> None:
    loads = [load for load in found.loads if load.person in people]
    rows = range(len(loads))
    axes.barh(rows, [load.days for load in loads], height=0.62, color="#c9d6e4")
    axes.barh(rows, [load.weekend_days for load in loads], height=0.62, color="#7f9bb8")
    for row, load in zip(rows, loads, strict=True):
        axes.text(0, row, f" {load.days:.0f} days, {load.weekend_days:.0f} at weekends", va="center", fontsize=8)
    axes.set_title("days on call, dark: weekends", fontsize=9)
    axes.tick_params(axis="y", left=False)


def _plain(name: str) -> str:
    """A name is never read as mathematics."""
    return name.replace("$", r"\$")
