"""Every field of the format can be read, and holds the type that it declares."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import TypeAdapter

from store.domain.pipeline import Pipeline
from store.domain.team import TeamFile
from store.planfile.reader import read
from store.planfile.sheet import Sheet
from store.planfile.yaml import Entry, Items, Keys, Node, Scalar
from store.plans import SHAPES, load_plan
from store.settings import PLANS
from tests.plan_files import write_plan


def _kinds_in(hint: Any) -> Iterator[type]:
    if is_dataclass(hint):
        assert isinstance(hint, type)
        yield hint
        for inner in get_type_hints(hint).values():
            yield from _kinds_in(inner)
    for inner in get_args(hint):
        yield from _kinds_in(inner)


KINDS = tuple(dict.fromkeys(kind for shape in SHAPES.values() for kind in _kinds_in(shape)))
WORD = Scalar("x", plain=True, line=1)
NODES = [WORD, Items((WORD,), 1, 2), Keys({"x": Entry("x", 1, WORD)}, (), 1, 3)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("node", NODES, ids=["scalar", "list", "keys"])
def test_every_field_is_read_or_refused_whatever_stands_there(kind: type, node: Node) -> None:
    names = [one.name for one in fields(kind)]
    sheet = Sheet("file", Keys({name: Entry(name, 1, node) for name in names}, (), 1, len(names)))
    value: Any = read(sheet, kind)
    assert isinstance(value, kind)
    refused = {str(where[0]) for where in sheet.broken}
    good = {name: getattr(value, name) for name in names if name not in refused}
    assert refused or good
    for name, found in good.items():
        # What was not refused has its type: pydantic, asked strictly, takes it as it is.
        assert TypeAdapter(get_type_hints(kind)[name]).validate_python(found, strict=True) == found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_file_without_its_keys_is_refused_and_still_can_be_looked_at(kind: type) -> None:
    sheet = Sheet("file", None)
    assert isinstance(read(sheet, kind), kind)
    assert [fault.message for fault in sheet.faults] == ["expected keys with values, found nothing"]


def test_pydantic_finds_the_types_that_the_dataclasses_declare(tmp_path: Path) -> None:
    for folder in (write_plan(tmp_path / "plan"), PLANS / "house"):
        plan = load_plan(folder)
        _check_types(TeamFile, plan.team)
        for pipeline in plan.pipelines.values():
            _check_types(Pipeline, pipeline)


def _check_types(kind: type, value: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    assert adapter.validate_python(adapter.dump_python(value)) == value
