"""What Slack takes and what it refuses: messages, modals, home tabs and the blocks in them."""

from typing import TYPE_CHECKING, Any

from bot.sandbox.errors import Refused
from bot.sandbox.store import Doc

if TYPE_CHECKING:
    from bot.sandbox.app import App


def check_metadata(metadata: Any) -> Doc:
    return dict(metadata)


def check_message(app: "App", text: Any, blocks: Any, *, updating: bool = False) -> tuple[str, list[Doc]]:
    """Return text and blocks. Raises: Refused: `no_text`, `msg_too_long`, `invalid_blocks`, `invalid_blocks_format`."""
    if not text and not blocks:
        raise Refused("no_text")
    return str(text or ""), list(blocks or ())


def check_view(app: "App", view: Any, kinds: tuple[str, ...]) -> Doc:
    """Return the view. Raises: Refused: `invalid_arguments` with what is wrong where."""
    if not isinstance(view, dict) or view.get("type") not in kinds:
        raise Refused(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] unsupported type [json-pointer:/view/type]"]}
        )
    return view
