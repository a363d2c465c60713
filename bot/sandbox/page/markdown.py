"""The `markdown` block: ordinary Markdown, without HTML and without pictures."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bot.sandbox.page.emoji import with_emoji
from bot.sandbox.page.html import tag, web_url


class _Renderer(RendererHTML):
    """Links open beside the page; pictures become their words, as Slack shows them."""

    def link_open(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[at]
        if web_url(token.attrGet("href")) is None:
            token.attrs = {}
        else:
            token.attrSet("target", "_blank")
            token.attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, at, options, env)

    def image(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002
        return str(tag("span", tokens[at].content))

    def text(self, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
        tokens[at].content = with_emoji(tokens[at].content)
        return super().text(tokens, at, options, env)


_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer).enable(
    ["table", "strikethrough"]
)


def markdown(text: str) -> Markup:
    """Return *text* as safe HTML; tags in it are shown as they were typed."""
    return tag("div", Markup(_MARKDOWN.render(text)), class_="markdown")  # noqa: S704  html=False escapes every tag
