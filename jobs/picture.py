"""The small picture of a run: the main figure over the trailing days, the period marked."""

import io
import os
import tempfile
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from store.domain.run import Period

TRAILING = 30
SIZE = (6.0, 2.2)
"""Inches, at 200 dots each: 1200 x 440, crisp where Slack shows it 600 wide."""
DPI = 200
QUIET, LOUD, PAPER, INK, GRID = "#b9cbe4", "#1f5fbf", "#ffffff", "#333333", "#e6e6e6"


def draw(series: Mapping[date, float], *, period: Period, title: str) -> bytes:
    """Return a PNG; a day without data is a gap, not a zero."""
    # A home that cannot be written must not cost a warning or a slow search for fonts on each run.
    os.environ.setdefault("MPLCONFIGDIR", os.path.join(tempfile.gettempdir(), "baton-matplotlib"))  # noqa: PTH118
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    days = [period.ends_on - timedelta(days=back) for back in range(max(TRAILING, period.days), 0, -1)]
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    inside = [day >= period.starts_on for day in days]
    heights = [series.get(day, 0) for day in days]
    axes.bar(days, heights, width=0.8, color=[LOUD if mark else QUIET for mark in inside])
    peak = max(heights, default=0)
    if sum(inside) == 1 and days[-1] in series:
        axes.annotate(
            f"{series[days[-1]]:,.4g}", (days[-1], heights[-1]), textcoords="offset points", xytext=(0, 3),
            ha="center", fontsize=9, color=LOUD, fontweight="bold",
        )  # fmt: skip
    axes.set_ylim(0, peak * 1.18 or 1)
    axes.set_xlim(days[0] - timedelta(days=1), days[-1] + timedelta(days=1))
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.set_title(str(period), loc="right", fontsize=9, color=LOUD)
    weekly = days[:: -7 if len(days) < 60 else -28]
    axes.set_xticks(weekly, [f"{day.day} {day:%b}" for day in weekly])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.tick_params(labelsize=8, colors=INK, length=0)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png")
    return drawn.getvalue()
