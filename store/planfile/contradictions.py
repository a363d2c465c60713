"""What a plan says twice in different ways, or for nothing: for a person to look at, never settled here."""

import re
from collections.abc import Iterable, Iterator, Mapping

from store.domain.pipeline import Pipeline, Sla
from store.domain.team import TeamFile
from store.planfile.facts import IN_FORCE
from store.planfile.faults import quoted
from store.planfile.sheet import Sheet

OWNER_THEN_NAMES = re.compile(r"\b(primary|secondary) owners?[ *_`]{0,9}[:|]", re.IGNORECASE)
"""Such as `**Primary owner:** Finance` or `| Primary owner | Finance |`."""
NAMES_THEN_OWNER = re.compile(r"\((primary|secondary) owner\)", re.IGNORECASE)
"""Such as `| Finance (primary owner) | ...`."""

RANK = {"last-business-day": 31, "last-day": 31}
"""In a month whose last day is a working day, these two are one and the latest."""


def note_contradictions(sheet: Sheet, team: TeamFile, pipelines: Mapping[str, tuple[Sheet, Pipeline]]) -> None:
    """Tell the sheets of people, roles and rotations without use, of double meanings and of odd deadlines."""
    everyone = [pipeline for _, pipeline in pipelines.values()]
    _note_unused(sheet, team, everyone)
    _note_double_meanings(sheet, team, everyone)
    for page, pipeline in pipelines.values():
        for index, key in enumerate(pipeline.upstreams):
            if key in pipelines and pipelines[key][1] is not pipeline:
                _note_deadlines(page, index, pipeline, pipelines[key][1])


def note_other_owner(sheet: Sheet, pipeline: Pipeline, body: str, first_line: int, team: TeamFile) -> None:
    """Tell the sheet when the page's text names another owner than its facts do."""
    for number, line in enumerate(body.split("\n"), start=first_line):
        role, names = _owner_in(line)
        named = _named(names, team) if role else set()
        owner = getattr(pipeline.owners, role) if role else ""
        if named and not named & {owner, *_kin(owner, team)}:
            others = ", ".join(map(quoted, sorted(named)))
            sheet.notice(("owners", role), f"is {quoted(owner)}, the text below says {others}", line=number)


def _owner_in(line: str) -> tuple[str, str]:
    """Return `primary` or `secondary` with the text that names that owner; nothing where a line names none."""
    found = NAMES_THEN_OWNER.search(line)
    if found:
        return found[1].lower(), re.split("[|:]", line[: found.start()])[-1]
    found = OWNER_THEN_NAMES.search(line)
    return (found[1].lower(), line[found.end() :]) if found else ("", "")


def _named(text: str, team: TeamFile) -> set[str]:
    names = {key: person.name for key, person in team.people.items()}
    names |= {key: one.name for key, one in team.teams.items()}
    return {key for key, name in names.items() if _says(text, key) or _says(text, name)}


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _kin(owner: str, team: TeamFile) -> set[str]:
    """The members of a team, or the teams of a person: to name one is not to contradict the other."""
    members = {key for key, person in team.people.items() if owner in person.teams}
    return members | (set(team.people[owner].teams) if owner in team.people else set())


def _note_unused(sheet: Sheet, team: TeamFile, pipelines: Iterable[Pipeline]) -> None:
    named = set(_people_named(team, pipelines))
    for key, person in team.people.items():
        if key not in named and not person.roles:
            sheet.notice(("people", key), "has no role and no turn, and nothing in the plan names them")
    held = {role for person in team.people.values() for role in person.roles}
    for key in team.roles:
        if key not in held:
            sheet.notice(("roles", key), "nobody has this role")
    used = {pipeline.on_call.rotation for pipeline in pipelines}
    used |= {layer for rotation in team.rotations.values() for layer in rotation.layers}
    for key in team.rotations:
        if key not in used:
            sheet.notice(("rotations", key), "no pipeline uses this rotation")


def _people_named(team: TeamFile, pipelines: Iterable[Pipeline]) -> Iterator[str]:
    for rotation in team.rotations.values():
        for version in rotation.versions:
            yield from version.order
        for members in rotation.groups.values():
            yield from members
    for one in team.teams.values():
        yield one.lead or ""
    for deck in team.on_deck:
        yield from deck.who
    for step in team.escalation:
        yield from step.tell
    for pipeline in pipelines:
        yield from (pipeline.owners.primary, pipeline.owners.secondary, *pipeline.on_call.high_alert)
        yield from (step.tell for step in pipeline.escalation)


def _note_double_meanings(sheet: Sheet, team: TeamFile, pipelines: list[Pipeline]) -> None:
    """A role may be named like a team, or like a word of the escalation; then a step that uses it is not plain."""
    told = {key for step in team.escalation for key in step.tell}
    for key in team.roles:
        if key in told and key in IN_FORCE:
            sheet.notice(("roles", key), f"an escalation step that tells {quoted(key)} does not mean this role")
    told |= {step.tell for pipeline in pipelines for step in pipeline.escalation}
    for key in team.roles:
        if key in told and key in team.teams:
            sheet.notice(("roles", key), f"is a team too, and an escalation tells {quoted(key)}: which of the two?")


def _note_deadlines(sheet: Sheet, index: int, pipeline: Pipeline, upstream: Pipeline) -> None:
    for own in pipeline.sla:
        for other in upstream.sla:
            if _is_later(other, own):
                sheet.notice(
                    ("upstreams", index),
                    f"{quoted(upstream.key)} is promised later than this: "
                    f"{quoted(other.promise)} there, {quoted(own.promise)} here",
                )
                return


def _is_later(one: Sla, other: Sla) -> bool:
    """Whether the deadline *one* is plainly later than *other*; False also where that cannot be told simply."""
    if one.every is None or one.every != other.every or None in (one.at, other.at) or one.zone != other.zone:
        return False
    if one.every == "week" and one.on != other.on:
        return False  # the weeks of the two may be different ones
    return (_rank(one), one.at) > (_rank(other), other.at)


def _rank(sla: Sla) -> int:
    return RANK.get(sla.on, 0) if isinstance(sla.on, str) else sla.on or 0
