"""
Small rules that are put together to larger ones: what a JSON value must look like, and what to say where it does not.

A rule is called with a value, its JSON pointer and the list to add complaints to. Unknown properties and explicit nulls
are refused everywhere, as at Slack.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from bot.sandbox.store import Doc

Complaints = list[str]
Rule = Callable[[Any, str, Complaints], None]
Rules = dict[str, Rule]
Look = Callable[[Doc, str, Complaints], None]
"""Looks at a whole object whose parts are right."""


def complain(found: Complaints, text: str, where: str) -> None:
    found.append(f"[ERROR] {text} [json-pointer:{where}]")


def string(most: int, least: int = 1) -> Rule:
    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, str):
            complain(found, "must be a string", where)
        elif len(value) > most:
            complain(found, f"must be less than {most + 1} characters", where)
        elif len(value) < least:
            complain(found, f"must be more than {least - 1} characters", where)

    return rule


def matching(pattern: str, what: str) -> Rule:
    """A string that looks like *pattern*."""
    compiled = re.compile(pattern)

    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            complain(found, f"must be {what}", where)

    return rule


def one_of(*words: str) -> Rule:
    def rule(value: Any, where: str, found: Complaints) -> None:
        if value not in words:
            complain(found, f"must be a valid enum value: {', '.join(words)}", where)

    return rule


def boolean(value: Any, where: str, found: Complaints) -> None:
    if not isinstance(value, bool):
        complain(found, "must be a boolean", where)


def anything(value: Any, where: str, found: Complaints) -> None:
    if value is None:
        complain(found, "must not be null", where)


def integer(least: int, most: int) -> Rule:
    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            complain(found, "must be an integer", where)
        elif not least <= value <= most:
            complain(found, f"must be between {least} and {most}", where)

    return rule


def many(each: Rule, most: int, least: int = 1) -> Rule:
    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, list):
            complain(found, "must be an array", where)
            return
        if len(value) > most:
            complain(found, f"no more than {most} items allowed", where)
        elif len(value) < least:
            complain(found, f"must have at least {least} items", where)
        for number, item in enumerate(value):
            each(item, f"{where}/{number}", found)

    return rule


def nullable(rule: Rule) -> Rule:
    """The one place where Slack takes null: a column without settings."""
    return lambda value, where, found: None if value is None else rule(value, where, found)


def obj(required: Rules, optional: Rules | None = None, *looks: Look) -> Rule:
    """An object with exactly these properties; *looks* come when all of them are right."""
    known = {**required, **(optional or {})}

    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, dict):
            complain(found, "must provide an object", where)
            return
        before = len(found)
        for name in required:
            if name not in value:
                complain(found, f"missing required field: {name}", where)
        for name, part in value.items():
            if name not in known:
                complain(found, f"invalid additional property: {name}", where)
            else:
                known[name](part, f"{where}/{name}", found)
        for look in looks:
            if len(found) == before:
                look(value, where, found)

    return rule


def by_type(kinds: Rules, only: Collection[str] | None = None) -> Rule:
    """An object whose `type` tells which rule holds; *only* some of them here."""
    allowed = {name: rule for name, rule in kinds.items() if only is None or name in only}

    def rule(value: Any, where: str, found: Complaints) -> None:
        if not isinstance(value, dict):
            complain(found, "must provide an object", where)
        elif not isinstance(value.get("type"), str) or value["type"] not in allowed:
            complain(found, f"unsupported type: {value.get('type')}", f"{where}/type")
        else:
            allowed[value["type"]](value, where, found)

    return rule


def kind(
    name: str, required: dict[str, Rule] | None = None, optional: dict[str, Rule] | None = None, *looks: Look
) -> Rule:
    """An object of this `type`."""
    return obj({"type": one_of(name), **(required or {})}, optional, *looks)


def exactly_one(*names: str) -> Look:
    def look(value: Doc, where: str, found: Complaints) -> None:
        if sum(name in value for name in names) != 1:
            complain(found, f"must have exactly one of {', '.join(names)}", where)

    return look


def at_least_one(*names: str) -> Look:
    def look(value: Doc, where: str, found: Complaints) -> None:
        if not any(name in value for name in names):
            complain(found, f"must have at least one of {', '.join(names)}", where)

    return look
