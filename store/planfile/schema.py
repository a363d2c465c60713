"""The JSON Schema of a plan's files, for editors that check and complete while somebody writes."""

from datetime import time, timedelta
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from store.domain.pipeline import Pipeline, Sla
from store.domain.rosterfile import RosterFile
from store.domain.rotation import Duty, Rotation
from store.domain.team import EscalationStep, Hours, Leave, ManualCheck, Person, TeamFile
from store.domain.wall import WEEKDAYS
from store.planfile.leave_rules import CALENDAR
from store.planfile.page_rules import EVERY, MONTH_DAYS
from store.planfile.places import GROUP_HANDLE, KEY, SLACK_ID
from store.planfile.scalars import DAY, DURATION, MOMENT, SHARE, TIME
from store.planfile.team_rules import KEYED, MANUAL, UNLESS

KEY_PATTERN = f"^{KEY.pattern}$"

WORDS: dict[type, dict[str, tuple[str | int, ...]]] = {
    Rotation: {"handoff_on": WEEKDAYS},
    Hours: {"days": WEEKDAYS},
    RosterFile: {"workdays": WEEKDAYS},
    Duty: {"days": WEEKDAYS},
    EscalationStep: {"unless": UNLESS},
    ManualCheck: {"every": MANUAL},
    Sla: {"every": EVERY, "on": (*WEEKDAYS, *MONTH_DAYS, *range(1, 32))},
}
"""Fields of text whose words are known, so that an editor can offer them."""

PATTERNS: dict[type, dict[str, str]] = {
    Pipeline: {"key": KEY_PATTERN},
    Person: {"slack": f"^{SLACK_ID.pattern}$"},
    Rotation: {"slack_group": f"^{GROUP_HANDLE.pattern}$"},
    Leave: {"calendar_ics": CALENDAR},
}

TABLES: dict[type, tuple[str, ...]] = {
    TeamFile: KEYED,
    RosterFile: ("people", "teams", "rotations", "pipelines"),
    Rotation: ("groups",),
}
"""Fields whose keys people choose."""


def json_schema(kind: type) -> dict[str, object]:
    """Return the JSON Schema of a file whose shape is the dataclass *kind*."""
    found = TypeAdapter(kind).json_schema(schema_generator=_PlanSchema)
    return {"$schema": _PlanSchema.schema_dialect, **found}


class _PlanSchema(GenerateJsonSchema):
    """Pydantic's schema, with scalars in the form in which people write them in a plan."""

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "string", "pattern": DURATION, "examples": ["30m", "18h", "14d"]}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:  # noqa: ARG002
        percent = {"type": "string", "pattern": SHARE, "examples": ["20%"]}
        return {"anyOf": [percent, {"type": "number", "minimum": 0, "maximum": 1}]}

    def time_schema(self, schema: core_schema.TimeSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "string", "pattern": TIME, "examples": ["09:00"]}

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "string", "pattern": DAY, "examples": ["2026-01-05"]}

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "string", "pattern": MOMENT, "examples": ["2026-01-05 10:00", "2026-01-05T02:00:00Z"]}

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, timedelta):
            return _duration(dft)
        return f"{dft:%H:%M}" if isinstance(dft, time) else super().encode_default(dft)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        found = super().dataclass_schema(schema)
        kind, properties = schema["cls"], found["properties"]
        for name, words in WORDS.get(kind, {}).items():
            _offer(properties[name], words)
        for name, pattern in PATTERNS.get(kind, {}).items():
            _branch(properties[name], "string")["pattern"] = pattern
        for name in TABLES.get(kind, ()):
            properties[name]["propertyNames"] = {"pattern": KEY_PATTERN}
        if kind is Rotation:
            properties["every"]["minimum"] = 1
        return found


def _duration(span: timedelta) -> str:
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if span % length == timedelta(0):
            return f"{span // length}{unit}"
    return f"{span // timedelta(seconds=1)}s"


def _offer(schema: JsonSchemaValue, words: tuple[str | int, ...]) -> None:
    if schema.get("type") == "array":
        return _offer(schema["items"], words)
    _branch(schema, "string")["enum"] = [word for word in words if isinstance(word, str)]
    days = [word for word in words if isinstance(word, int)]
    if days:
        _branch(schema, "integer").update(minimum=min(days), maximum=max(days))
    return None


def _branch(schema: JsonSchemaValue, kind: str) -> JsonSchemaValue:
    """Return the part of a schema, or of a union in it, that describes values of the JSON type *kind*."""
    branches: list[JsonSchemaValue] = schema.get("anyOf", [schema])
    return next(branch for branch in branches if branch.get("type") == kind)
