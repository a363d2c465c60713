"""Emoji by the short names that Slack gives them."""

import re
from pathlib import Path

NAME = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")

_LINES = Path(__file__).with_name("emoji.txt").read_text(encoding="utf-8").splitlines()
EMOJI = dict(line.split(" ", 1) for line in _LINES)


def with_emoji(text: str) -> str:
    """Return *text* with every known `:short_name:` replaced by its picture; unknown names stay as typed."""
    return NAME.sub(lambda found: EMOJI.get(found[1], found[0]), text)
