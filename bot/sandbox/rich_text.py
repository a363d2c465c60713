"""What Slack takes in rich text."""

from bot.sandbox.elements import ID, URL
from bot.sandbox.shapes import Rule, boolean, by_type, integer, kind, many, matching, obj, one_of, string

_STYLE = obj({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))


def _inline(name: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> tuple[str, Rule]:
    return name, kind(name, required, {"style": _STYLE, **(optional or {})})


_INLINE = by_type(
    dict(
        (
            _inline("text", {"text": string(40_000)}),
            _inline("link", {"url": URL}, {"text": string(3000), "unsafe": boolean}),
            _inline("user", {"user_id": ID}),
            _inline("channel", {"channel_id": ID}),
            _inline("usergroup", {"usergroup_id": ID}),
            _inline("emoji", {"name": string(100)}, {"unicode": string(100), "skin_tone": integer(1, 6)}),
            _inline("broadcast", {"range": one_of("here", "channel", "everyone")}),
            _inline("color", {"value": matching("#[0-9a-fA-F]{6}", "a colour such as #14213d")}),
            _inline(
                "date",
                {"timestamp": integer(0, 10**10), "format": string(250)},
                {"url": URL, "fallback": string(3000)},
            ),
        )
    )
)
_INLINES = many(_INLINE, 10_000, least=0)
_SECTION = kind("rich_text_section", {"elements": _INLINES})
_BORDER = integer(0, 1)
RICH_TEXT_ELEMENTS = many(
    by_type(
        {
            "rich_text_section": _SECTION,
            "rich_text_list": kind(
                "rich_text_list",
                {"style": one_of("bullet", "ordered"), "elements": many(_SECTION, 1000)},
                {"indent": integer(0, 8), "offset": integer(0, 10_000), "border": _BORDER},
            ),
            "rich_text_preformatted": kind(
                "rich_text_preformatted",
                {"elements": many(_INLINE, 10_000, least=0)},
                {"border": _BORDER, "language": ID},
            ),
            "rich_text_quote": kind(
                "rich_text_quote", {"elements": many(_INLINE, 10_000, least=0)}, {"border": _BORDER}
            ),
        }
    ),
    1000,
    least=0,
)
