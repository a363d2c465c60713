"""Safe HTML by construction: every string is escaped, only `Markup` passes."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Child = Markup | str | None
VOID = frozenset({"br", "hr", "img", "input"})


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """
    Return one element.

    Args:
        children: strings are escaped, `None` is left out.
        attributes: `class_` and `data_block` become `class` and `data-block`; `None` and `False` are left out.
    """
    written = "".join(
        f" {key.strip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    start = Markup(f"<{name}{written}>")  # noqa: S704  names come from our code, values were escaped above
    return start if name in VOID else start + joined(children) + Markup(f"</{name}>")  # noqa: S704


def joined(children: Iterable[Child]) -> Markup:
    """Return the children one after the other; strings are escaped."""
    return Markup("").join(child for child in children if child is not None)


def web_url(url: object) -> str | None:
    """Return *url* when a browser may open it from a message (http, https, mailto), else `None`."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme in ("http", "https") and parts.netloc:
        return url.strip()
    return url.strip() if parts.scheme == "mailto" and parts.path else None


def link(url: object, label: Markup | str, class_: str | None = None) -> Markup:
    """Return a link that opens beside the page; only the label where the address is not one to open."""
    href = web_url(url)
    if href is None:
        return tag("span", label, class_=class_)
    return tag("a", label, href=href, target="_blank", rel="noopener noreferrer", class_=class_)
