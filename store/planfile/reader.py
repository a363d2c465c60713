"""
A tree of nodes in, the values of a type out.

The dataclasses of `store.domain.team` and `store.domain.pipeline` are the format: this walks their type hints beside
the tree, so that every fault is named with its line, and a scalar is read as what its field wants
(`3d` is a duration under `max_runtime` and text under `name`). Nothing is guessed between the types of a union.
"""

from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from store.planfile.faults import Where, closest_to, quoted, suggestion
from store.planfile.scalars import KINDS
from store.planfile.sheet import Sheet
from store.planfile.yaml import Items, Keys, Node, Scalar

T = TypeVar("T")


def read(sheet: Sheet, kind: type[T]) -> T:
    """
    Return the sheet's tree as a value of the dataclass *kind*; what does not fit is told to the sheet.

    Where something could not be read the value holds a blank of the right type, so that the rules can still
    look at the rest. It may be handed on only when the sheet has no error.
    """
    return cast(T, _value(sheet, kind, sheet.tree, ()))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(sheet: Sheet, hint: Any, node: Node | None, where: Where) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _choice(sheet, get_args(hint), node, where)
    if is_dataclass(hint):
        return _record(sheet, cast(type, hint), node, where)
    if origin is tuple:
        return _list(sheet, get_args(hint)[0], node, where)
    if origin is dict:
        return _table(sheet, get_args(hint), node, where)
    if issubclass(hint, Enum):
        return _word(sheet, hint, node, where)
    return _scalar(sheet, (hint,), node, where)


def _choice(sheet: Sheet, hints: tuple[Any, ...], node: Node | None, where: Where) -> Any:
    if NoneType in hints and isinstance(node, Scalar) and node.is_null:
        return None
    rest = tuple(hint for hint in hints if hint is not NoneType)
    return _value(sheet, rest[0], node, where) if len(rest) == 1 else _scalar(sheet, rest, node, where)


def _scalar(sheet: Sheet, hints: tuple[type, ...], node: Node | None, where: Where) -> Any:
    kinds = [kind for hint, kind in KINDS.items() if hint in hints]
    if isinstance(node, Scalar):
        for kind in kinds:
            value = kind.read(node)
            if value is not None:
                return value
    sheet.refuse(where, _expected(" or ".join(kind.words for kind in kinds), node))
    return _blank(hints[0])


def _word(sheet: Sheet, hint: type[Enum], node: Node | None, where: Where) -> Enum:
    words = [str(member.value) for member in hint]
    if isinstance(node, Scalar) and node.text in words:
        return hint(node.text)
    if isinstance(node, Scalar) and not node.is_null:
        sheet.refuse(where, f"unknown word {quoted(node.text)}{suggestion(node.text, words)}")
    else:
        sheet.refuse(where, _expected(f"one of {', '.join(map(quoted, words))}", node))
    return next(iter(hint))


def _list(sheet: Sheet, hint: Any, node: Node | None, where: Where) -> tuple[Any, ...]:
    if not isinstance(node, Items):
        sheet.refuse(where, _expected("a list (`[a, b]`, or one `- ` line for each)", node))
        return ()
    return tuple(_value(sheet, hint, item, (*where, index)) for index, item in enumerate(node.items))


def _table(sheet: Sheet, hints: tuple[Any, ...], node: Node | None, where: Where) -> dict[Any, Any]:
    if not isinstance(node, Keys):
        sheet.refuse(where, _expected("keys with values", node))
        return {}
    _tell_repeats(sheet, node, where)
    of_key, of_value = hints
    table: dict[Any, Any] = {}
    for entry in node.entries.values():
        at = (*where, entry.key)
        key = _word(sheet, of_key, Scalar(entry.key, True, entry.line), at) if of_key is not str else entry.key
        table[key] = _value(sheet, of_value, entry.value, at)
    return table


def _record(sheet: Sheet, kind: type, node: Node | None, where: Where) -> Any:
    if not isinstance(node, Keys):
        sheet.refuse(where, _expected("keys with values", node))
        return _blank(kind)
    _tell_repeats(sheet, node, where)
    hints = {one.name: _hints(kind)[one.name] for one in fields(kind)}
    unknown = [entry for entry in node.entries.values() if entry.key not in hints]
    free = [name for name in hints if name not in node.entries]
    meant = {closest_to(entry.key, free) for entry in unknown}
    for entry in unknown:
        message = f"unknown key{suggestion(entry.key, free or hints)}"
        sheet.error((*where, entry.key), message)
    values: dict[str, Any] = {}
    for one in fields(kind):
        at = (*where, one.name)
        if one.name in node.entries:
            values[one.name] = _field(sheet, one, hints[one.name], node.entries[one.name].value, at)
        elif one.name in meant:
            sheet.give_up(at)
            values[one.name] = _blank(hints[one.name])
        elif _is_required(one):
            sheet.refuse(at, "missing")
            values[one.name] = _blank(hints[one.name])
    return kind(**values)


def _field(sheet: Sheet, one: "Field[Any]", hint: Any, node: Node, where: Where) -> Any:
    value = _value(sheet, hint, node, where)
    if value == "" and _is_required(one) and not sheet.is_broken(where):
        sheet.refuse(where, "empty: write something here")
    return value


def _is_required(one: "Field[Any]") -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _tell_repeats(sheet: Sheet, node: Keys, where: Where) -> None:
    for entry, first in node.repeats:
        sheet.error((*where, entry.key), f"stands here a second time, first on line {first}", line=entry.line)


def _expected(wanted: str, node: Node | None) -> str:
    if isinstance(node, Items):
        return f"expected {wanted}, found a list"
    if isinstance(node, Keys):
        return f"expected {wanted}, found keys"
    if node is None or node.is_null:
        comment = " (text that begins with `#` needs quotes)" if wanted == "text" else ""
        return f"expected {wanted}, found nothing{comment}"
    hint = ": put it in quotes" if wanted == "text" else ""
    return f"expected {wanted}, found {quoted(node.text)}{hint}"


def _blank(hint: Any) -> Any:
    """Return a value of the type that stands where none could be read."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return None if NoneType in get_args(hint) else _blank(get_args(hint)[0])
    if origin in (tuple, dict):
        return origin()
    if is_dataclass(hint):
        kind = cast(type, hint)
        return kind(**{one.name: _blank(_hints(kind)[one.name]) for one in fields(kind) if _is_required(one)})
    if issubclass(hint, Enum):
        return next(iter(hint))
    return KINDS[hint].blank
