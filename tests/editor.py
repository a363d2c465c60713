"""A plan's files as an editor sees them: YAML 1.2 values against the JSON Schema."""

from typing import Any

from jsonschema import Draft202012Validator

from store.planfile.yaml import Items, Keys, Node, parse
from store.plans import SHAPES, schema

VALIDATORS = {which: Draft202012Validator(schema(which)) for which in SHAPES}


def told(which: str, value: Any) -> list[str]:
    """Return the places an editor would mark, such as `$.hours.opens`."""
    return [error.json_path for error in VALIDATORS[which].iter_errors(value)]


def marked(text: str) -> Any:
    """Return a YAML text as text, numbers, booleans and null."""
    return _plain(parse(text))


def front(page: str) -> Any:
    """Return the front matter of a page likewise."""
    return marked(page.split("---\n")[1])


def _plain(node: Node | None) -> Any:
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    if isinstance(node, Keys):
        return {entry.key: _plain(entry.value) for entry in node.entries.values()}
    if node is None or node.is_null:
        return None
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    return int(node.text) if node.plain and node.text.isdigit() else node.text
