"""Things that begin and end, kept in order so that those that touch a span are found without looking at all."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar


class Spanning(Protocol):
    """`[starts_at, ends_at)`, aware UTC."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


T = TypeVar("T", bound=Spanning)


class InTime(Generic[T]):
    """Things in order of their beginning."""

    def __init__(self, things: Iterable[T]) -> None:
        self._things = sorted(things, key=lambda one: one.starts_at)
        self._begins = [one.starts_at for one in self._things]
        self._longest = max((one.ends_at - one.starts_at for one in self._things), default=timedelta())

    def touching(self, starts_at: datetime, ends_at: datetime) -> list[T]:
        """Return those that have a part of `[starts_at, ends_at)`, in order."""
        if not self._things:
            return []
        first = bisect_left(self._begins, starts_at - self._longest)
        last = bisect_left(self._begins, ends_at, first)
        if first == last:
            return []
        return [one for one in self._things[first:last] if one.ends_at > starts_at]
