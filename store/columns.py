"""A column type that takes what people and programs really write."""

import re

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class PlainText(TypeDecorator[str]):
    """
    Text of any length.

    PostgreSQL refuses NUL and both databases refuse half of a surrogate pair; a pasted log may hold either, and
    a report must not fail over it. Both become U+FFFD.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
