"""The roster, shown: now and next, why, a week, a month, one person's turns."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from bot.views import shifts as shift_view
from bot.views.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    header,
    mention,
    option,
    plain,
    private,
    section,
    select,
    slack_time,
)
from bot.views.preview import long_text
from bot.views.shifts import span
from store.domain.pipeline import Pipeline
from store.domain.roster import Line
from store.domain.roundup import Day, Group, by_day
from store.domain.shift import Shift, Source
from store.domain.spell import Stint
from store.domain.team import Cover, TeamFile
from store.domain.wall import DAY, WEEKDAYS, day_begins, local_of

SHOW = "oncall_show"
LEAVE, SWAP, OVERRIDE, VOLUNTEER = "leave_open", "swap_open", "override_open", "volunteer_open"
COMING = 4
BLOCKS = 50
"""What a message holds."""
CELL = 5
"""Letters of a day in the month; seven of them fit a phone."""

_COVER = {
    "previous": "last week’s on-call",
    "next": "next week’s on-call",
    "secondary": "the pipeline’s other owner",
    "least-loaded": "whoever has had the fewest days this year",
    "volunteer": "a volunteer asked for in the channel",
}


def current(team: TeamFile, groups: Sequence[Group], *, at: datetime | None = None, buttons: bool = True) -> Message:
    """
    Return who is on call and who follows.

    Args:
        at: the instant that was asked for; None: now.
    """
    several = len(groups) > 1
    held = [group for group in groups if _is_held(group)]
    texts = [_now(team, group, several=several) for group in held]
    if at is not None and texts:
        texts[0] = f"{slack_time(at)}: {texts[0]}"
    blocks: list[Block] = []
    for group, text in zip(held, texts, strict=True):
        blocks.append(section(text))
        if group.coming:
            lines = "\n".join(_next(team, one) for one in group.coming[:COMING])
            blocks.append(section(f"*Next*\n{lines}"))
        blocks += [context(each) for each in _beside(team, group)]
    blocks += [context(_on_purpose(group.pipelines, group.now)) for group in groups if not _is_held(group)]
    if not groups:
        blocks.append(
            section("Nobody is on call: this plan has no rotation. Add one under `rotations` in `team.yaml`.")
        )
    if team.cover and held:
        steps = ", then ".join(_COVER[rule] for rule in team.cover)
        blocks.append(context(f"When the person on call is away: {steps}."))
    if buttons:
        blocks.append(_more(team))
    return Message(text=" ".join(texts) or "Nobody is on call.", blocks=tuple(blocks[:50]))


def _is_held(group: Group) -> bool:
    return bool(group.coming) or not _is_nobody(group.now)


def _is_nobody(shifts: Iterable[Shift]) -> bool:
    return all(shift.source is Source.NONE for shift in shifts)


def _on_purpose(keys: Sequence[str], shifts: Iterable[Shift]) -> str:
    why = next((shift.why for shift in shifts), "")
    return f"*{', '.join(keys) or 'All pipelines'}*: no on-call on purpose. {escape(why)}"


def _now(team: TeamFile, group: Group, *, several: bool) -> str:
    whose = f" for {', '.join(group.pipelines)}" if several else ""
    return " ".join(_held(team, shift, whose) for shift in group.now)


def _held(team: TeamFile, shift: Shift, whose: str) -> str:
    if shift.person is not None:
        person = team.people.get(shift.person)
        name = mention(person.slack, person.name) if person else escape(shift.person)
        return f"*{name}* is on call{whose} until {slack_time(shift.ends_at)} ({escape(shift.why)})."
    if shift.source is Source.GAP:
        return (
            f"⚠️ *Nobody* is on call{whose} until {slack_time(shift.ends_at)}: {escape(shift.why)}. "
            "Take it with `/oncall override`, or offer to cover with `/oncall volunteer`."
        )
    return f"*Nobody* is on call{whose} until {slack_time(shift.ends_at)}: {escape(shift.why)}."


def _next(team: TeamFile, stint: Stint) -> str:
    shift = stint.shift
    why = "" if shift.source is Source.ROTATION else f" · {escape(shift.why)}"
    whose = f" ({', '.join(stint.pipelines)})" if stint.pipelines else ""
    icon = shift_view.ICON[shift.source]
    begins = slack_time(shift.starts_at, "{date_short_pretty}")
    return f"{begins}  {icon}{shift_view.who(team, shift)}{whose}{why}"


def _beside(team: TeamFile, group: Group) -> Iterable[str]:
    alert = f" · on high alert: {_names(team, group.alert)}" if group.alert else ""
    for shift in group.now:
        if shift.backup:
            yield f"Standing by on the holiday: {_names(team, shift.backup)}"
        if shift.on_deck:
            yield f"On deck for month end: {_names(team, shift.on_deck)}{alert}"


def _names(team: TeamFile, people: Iterable[str]) -> str:
    return ", ".join(escape(team.people[one].name) if one in team.people else escape(one) for one in people)


def _more(team: TeamFile) -> Block:
    return actions(
        [
            button("Week", f"{SHOW}_week", {"show": "week"}),
            button("Month", f"{SHOW}_month", {"show": "month"}),
            button("My turns", f"{SHOW}_mine", {"show": "mine"}),
            *changing(team),
        ]
    )


def looking(pipelines: Mapping[str, Pipeline]) -> Block:
    """Return what asks for one pipeline or one day."""
    choices = [option(pipeline.name, key) for key, pipeline in pipelines.items()]
    day = {"type": "datepicker", "action_id": f"{SHOW}_at", "placeholder": plain("On a day")}
    of = [select(f"{SHOW}_of", "Of a pipeline", choices)] if choices else []
    return actions([button("Why", f"{SHOW}_why", {"show": "why"}), *of, day])


def changing(team: TeamFile) -> list[Block]:
    """Return the buttons by which people change the roster; a plan that asks for no volunteers has none for them."""
    offer = [button("Volunteer", VOLUNTEER)] if Cover.VOLUNTEER in team.cover else []
    return [button("I’ll be away", LEAVE), button("Swap", SWAP), button("Override", OVERRIDE), *offer]


def why(team: TeamFile, groups: Sequence[Group], *, at: datetime | None = None) -> Message:
    """
    Return how the answer came about, rule by rule.

    Args:
        at: the instant that was asked for; None: now.
    """
    lines = [f"• {one}" for keys, shift in _told_alike(groups) for one in _reasons(team, keys, shift)]
    title = "*Why*" if at is None else f"*Why*, {slack_time(at)}"
    return private(f"{title}\n" + "\n".join(lines or ["Nobody is on call: this plan has no rotation."]))


def _told_alike(groups: Iterable[Group]) -> Iterable[tuple[tuple[str, ...], Shift]]:
    """Yield each answer once, with all pipelines for which it came about in the same way."""
    told: dict[tuple[object, ...], tuple[tuple[str, ...], Shift]] = {}
    for group in groups:
        for shift in group.now:
            same = (shift.person, shift.why, shift.instead_of, shift.passed)
            keys, first = told.get(same, ((), shift))
            told[same] = (tuple(dict.fromkeys((*keys, *group.pipelines))), first)
    return told.values()


def why_of_days(team: TeamFile, lines: Sequence[tuple[Line, tuple[Shift, ...]]], first: date, last: date) -> Message:
    """Return how each answer of the days *first* to *last* came about, rule by rule."""
    title = f"Why, {_days(first, last)}"
    rows = [
        f"• {span(shift.starts_at, shift.ends_at, team.zone)}  " + " · ".join(_reasons(team, keys, shift))
        for keys, found in _alike(lines)
        for shift in _joined(found)
    ]
    blocks = (header(title), *long_text(rows), context(f"Times are those of {team.zone}."))
    return Message(text=title, blocks=_fitting(blocks, "why"))


def _reasons(team: TeamFile, keys: Sequence[str], shift: Shift) -> Iterable[str]:
    holder = "Nobody" if shift.person is None else _names(team, (shift.person,))
    whose = f" for {', '.join(keys)}" if keys else ""
    yield f"*{holder}*{whose}: {escape(shift.why)}"
    if shift.instead_of:
        yield f"instead of {_names(team, (shift.instead_of,))}"
    for passed in shift.passed:
        yield f"passed over: {escape(passed.why)}"


def days(team: TeamFile, lines: Sequence[tuple[Line, tuple[Shift, ...]]], first: date, last: date) -> Message:
    """Return the days *first* to *last* in a line each, pipeline by pipeline where they differ."""
    title = _days(first, last)
    blocks: list[Block] = [header(f"On call, {title}")]
    for keys, found in _alike(lines):
        if _is_nobody(found):
            blocks.append(context(_on_purpose(keys, found)))
            continue
        named = [f"*{', '.join(keys)}*"] if keys else []
        blocks += long_text([*named, *(_day(team, day) for day in by_day(found, first, last, team.zone))])
        off = dict.fromkeys(shift.why for shift in found if shift.source is Source.NONE)
        if off:
            blocks.append(context("*nobody*: " + " · ".join(map(escape, off))))
    blocks.append(context(f"Times are those of {team.zone}."))
    return Message(text=f"On call, {title}", blocks=_fitting(blocks, "week"))


def _days(first: date, last: date) -> str:
    return f"{first:%a %d %b} – {last:%a %d %b %Y}" if first != last else f"{first:%A %d %B %Y}"


def _fitting(blocks: Sequence[Block], show: str) -> tuple[Block, ...]:
    if len(blocks) <= BLOCKS:
        return tuple(blocks)
    rest = f"There is more than one message holds. Ask for one pipeline: `/oncall {show} PIPELINE`."
    return (*blocks[: BLOCKS - 1], context(rest))


def _alike(
    lines: Sequence[tuple[Line, tuple[Shift, ...]]],
) -> Iterable[tuple[tuple[str, ...], tuple[Shift, ...]]]:
    """Yield what is on call together with the pipelines it holds for; no name where one answer holds for all."""
    alike: dict[tuple[object, ...], tuple[tuple[str, ...], tuple[Shift, ...]]] = {}
    for line, found in lines:
        same = tuple((one.person, one.starts_at, one.ends_at, one.why) for one in found)
        keys, _ = alike.get(same, ((), ()))
        alike[same] = ((*keys, *line.pipelines), found)
    several = len(alike) > 1
    return [(keys if several else (), found) for keys, found in alike.values()]


def _day(team: TeamFile, day: Day) -> str:
    shown = _joined(day.shifts)
    if len(shown) > 1 and shown[0].source is Source.NONE:
        shown = shown[1:]  # whoever's hours begin later says so by the time
    return f"`{day.day:%a %d %b}`  " + ", ".join(_part(team, shift, day) for shift in shown)


def _joined(shifts: Iterable[Shift]) -> list[Shift]:
    """Leave out what does not change who is on call."""
    joined: list[Shift] = []
    for shift in shifts:
        if not joined or (joined[-1].person, joined[-1].why) != (shift.person, shift.why):
            joined.append(shift)
    return joined


def _part(team: TeamFile, shift: Shift, day: Day) -> str:
    begins = shift.starts_at == day_begins(day.day, team.zone)
    at = "" if begins else f"{local_of(shift.starts_at, team.zone):%H:%M} "
    if shift.source is Source.NONE:
        return f"{at}nobody"
    why = "" if shift.source is Source.ROTATION else f" ({escape(shift.why)})"
    return f"{at}{shift_view.ICON[shift.source]}*{shift_view.who(team, shift)}*{why}"


def month(team: TeamFile, lines: Sequence[tuple[Line, tuple[Shift, ...]]], first: date, last: date) -> Message:
    """Return a month as a calendar: who holds most of each day, and below it everything out of the ordinary."""
    title = f"{first:%B %Y}"
    blocks: list[Block] = [header(f"On call, {title}")]
    for keys, found in _alike(lines):
        if _is_nobody(found):
            blocks.append(context(_on_purpose(keys, found)))
            continue
        named = f"*{', '.join(keys)}*\n" if keys else ""
        people = {shift.person for shift in found if shift.person}
        names = {key: team.people[key].name if key in team.people else key for key in sorted(people)}
        short = _short(names)
        for seat in sorted({shift.seat for shift in found}):  # who serve together have a calendar each
            cells = by_day((shift for shift in found if shift.seat == seat), first, last, team.zone)
            blocks.append(section(f"{named}```{_calendar(cells, short)}```"))
        legend = [f"`{short[key]}` {escape(name)}" for key, name in names.items() if not name.startswith(short[key])]
        blocks += [context(" · ".join(legend))] if legend else []
        odd = [shift for shift in found if shift.source not in (Source.ROTATION, Source.NONE)]
        blocks += long_text(shift_view.line(team, shift, team.zone) for shift in odd)
    blocks.append(context("Each day shows who holds most of it. `*` cover, swap or override · `!!!!` nobody"))
    return Message(text=f"On call, {title}", blocks=_fitting(blocks, "month"))


def _calendar(cells: Sequence[Day], short: Mapping[str, str]) -> str:
    head = "".join(f"{name[:3].capitalize():<{CELL}}" for name in WEEKDAYS)
    rows = [head.rstrip()]
    monday = cells[0].day - cells[0].day.weekday() * DAY
    by_date = {cell.day: cell for cell in cells}
    while monday <= cells[-1].day:
        if len(rows) > 1:
            rows.append("")
        week = [by_date.get(monday + step * DAY) for step in range(7)]
        rows.append("".join(f"{cell.day.day if cell else '':<{CELL}}" for cell in week).rstrip())
        rows.append("".join(f"{_cell(short, cell) if cell else '':<{CELL}}" for cell in week).rstrip())
        monday += 7 * DAY
    return "\n".join(rows)


def _cell(short: Mapping[str, str], day: Day) -> str:
    shift = day.main
    if shift is None or shift.source is Source.NONE:
        return "·"
    if shift.person is None:
        return "!!!!"
    name = short[shift.person]
    return name if shift.source is Source.ROTATION else f"{name[:3]}*"


def _short(names: Mapping[str, str]) -> dict[str, str]:
    """Return each name in four letters or fewer, the first three of which tell it from the others."""
    initials = {key: "".join(word[0] for word in name.split())[:3] for key, name in names.items()}
    short: dict[str, str] = {}
    for number, (key, name) in enumerate(sorted(names.items()), 1):
        alike = [other for other, each in names.items() if each[:3] == name[:3]]
        if len(alike) == 1:
            short[key] = name[:4]
        elif sum(each == initials[key] for each in initials.values()) == 1:
            short[key] = initials[key]
        else:
            short[key] = f"{name[:1]}{number}"
    return short


def mine(team: TeamFile, stints: Sequence[Stint]) -> Message:
    """Return one person's coming turns."""
    if not stints:
        return private("You have no turn in the next 26 weeks.")
    rows = [shift_view.own(stint, team.zone) for stint in stints[:40]]
    parts = [section("\n".join(rows[at : at + 15])) for at in range(0, len(rows), 15)]
    buttons = actions(changing(team))
    zone = context(f"Times are those of {team.zone}.")
    return Message(text="Your turns in the next 26 weeks", blocks=(header("Your turns"), *parts, zone, buttons))
