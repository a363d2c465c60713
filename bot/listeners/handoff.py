"""/handoff, and what is on a handoff's message: boxes, buttons, the form for notes."""

import re
from collections.abc import Mapping
from typing import Any

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.listeners.hear import Hear
from bot.listeners.heard import Heard
from bot.usecases import handoff as usecase
from bot.views import handoff as views
from bot.views.blocks import Message, private
from bot.views.handoff_boxes import TICK
from store.domain.errors import UserError, shorten
from store.domain.handoff import ITEM_LIMIT, Handoff

KNOWN = (
    "`/handoff` shows the one that runs, `/handoff start` starts one that is missing, `/handoff note TEXT` adds a note."
)


class NotUnderstood(UserError):
    """A word behind `/handoff` that means nothing."""


class NoHandoff(UserError):
    """A note for a handoff that there is not."""


def register(hear: Hear) -> None:
    hear.command("/handoff", answer)
    hear.press(re.compile(f"^{TICK}$"), tick)
    hear.press(re.compile(f"^{views.CONFIRM}:"), confirm)
    hear.press(re.compile(f"^{views.WRITE}$"), open_form)
    hear.press(re.compile(f"^{views.START}$"), start)
    hear.form(views.FORM, errors_of, write)


def answer(deps: Deps, heard: Heard) -> Message:
    """
    Show what runs, or do what the first word says; `note` alone takes words behind it.

    Raises: NotUnderstood; what starting and writing raise.
    """
    typed, at = heard.text.strip(), deps.clock.now()
    word, _, rest = typed.partition(" ")
    if word.lower() == "note":
        return _note(deps, heard, usecase.running(deps, user=heard.user), rest.strip())
    if typed.lower() == "start":
        return start(deps, heard)
    if typed.lower() == "help":
        return private(KNOWN)
    if typed:
        raise NotUnderstood(f"I do not know “{shorten(typed)}”. {KNOWN}")
    running = usecase.running(deps, user=heard.user)
    can_start = bool(usecase.startable(deps, user=heard.user, at=at))
    coming = () if running else usecase.upcoming(deps, at=at)
    shown = [(one, _link(deps, one)) for one in running]
    return views.running(shown, deps.plan.team, can_start=can_start, coming=coming)


def _note(deps: Deps, heard: Heard, running: tuple[Handoff, ...], text: str) -> Message:
    """Raises: NoHandoff."""
    if not text:
        return private("What shall the note say? Type `/handoff note` and the text behind it.")
    if not running:
        raise NoHandoff(f"No handoff runs now, so the note is kept nowhere. You had typed: {text}")
    at, key = deps.clock.now(), f"command:{heard.key}"
    kept = usecase.write(deps, id_=running[0].id, text=text, is_action=False, user=heard.user, request_key=key, at=at)
    return views.running([(kept, _link(deps, kept))], deps.plan.team, can_start=False)


def _link(deps: Deps, handoff: Handoff) -> str:
    """An answer without its link is better than none."""
    try:
        return usecase.link_to(deps, handoff)
    except (SlackRefused, SlackUnavailable):
        return ""


def tick(deps: Deps, heard: Heard) -> None:
    """The block's id names the handoff and its boxes, with a star behind those that were ticked when it was shown."""
    _, id_, boxes = heard.value["block"].split(":")
    usecase.tick(
        deps,
        id_=int(id_),
        shown={int(box.removesuffix("*")): box.endswith("*") for box in boxes.split(",")},
        chosen={int(value) for value in heard.value["chosen"]},
        user=heard.user,
        stamp=heard.value["stamp"],
        at=deps.clock.now(),
    )


def confirm(deps: Deps, heard: Heard) -> None:
    value, at = heard.value, deps.clock.now()
    usecase.confirm_for(deps, id_=value["handoff"], person=value["person"], user=heard.user, at=at)


def open_form(deps: Deps, heard: Heard) -> None:
    handoff = usecase.to_write(deps, heard.value["handoff"], user=heard.user)
    deps.slack.open_view(heard.trigger_id, views.form(handoff, channel=heard.channel))


def errors_of(value: Mapping[str, Any]) -> Mapping[str, str]:
    text = (value.get("text") or "").strip()
    if not text:
        return {"text": "Write what the others need to know."}
    if value.get("kind") == views.ACTION and len(" ".join(text.split())) > ITEM_LIMIT:
        return {"text": f"Keep an action item to {ITEM_LIMIT} characters, and put the rest into a note."}
    return {}


def write(deps: Deps, heard: Heard) -> None:
    usecase.write(
        deps,
        id_=heard.carried["handoff"],
        text=heard.value["text"].strip(),
        is_action=heard.value["kind"] == views.ACTION,
        user=heard.user,
        request_key=f"view:{heard.view_id}",
        at=deps.clock.now(),
    )


def start(deps: Deps, heard: Heard) -> Message:
    posted = usecase.start(deps, user=heard.user, at=deps.clock.now())
    return views.running([(one, "") for one in posted], deps.plan.team, can_start=False)
