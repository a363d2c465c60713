"""Values that are also a file's format."""

from typing import ClassVar


class Strict:
    """
    Base of the dataclasses that a plan's files are read into (`store.plans`).

    Unknown keys are refused there: a mistyped key must never be ignored in silence. The docstring under a
    field becomes its description in the JSON Schema, so it is what an editor shows while the file is written.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
