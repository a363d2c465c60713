"""
How everything is heard: kept, acknowledged, done in a thread, answered, ticked off. In this order.

A delivery is in the inbox before Slack gets its acknowledgement (a command, which only asks, right after), so when a
bot is killed in between, it or another one does it soon after; the inbox key makes a repeated delivery harmless, and
while one bot has it in hand others leave it alone. The work itself runs in a thread, so that no acknowledgement waits
for a database or for Slack; and it starts when nobody waits to be acknowledged, since threads that compute and the
loop that acknowledges share one interpreter.

Bolt's own `lazy=` would do for the work, but copies the whole request for it before it acknowledges.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from re import Pattern
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.deps import Deps
from bot.gateways.slack import SlackRefused, SlackUnavailable
from bot.inbox import Inbox, InboxClosed
from bot.listeners.errors import tell_error
from bot.listeners.heard import Heard, delivery_key, from_command, from_event, from_press, from_submission
from bot.listeners.reply import reply
from bot.views import preview as preview_view
from bot.views.blocks import Message, escape, private
from store import inbox
from store.domain.errors import UserError

logger = logging.getLogger(__name__)

Listener = Callable[[Deps, Heard], Message | None]
"""Does the work and returns the private answer, if there is one."""
Judge = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""Form values to errors by field; empty when the form may close."""
Preview = Callable[[Deps, Heard], dict[str, Any]]
"""Form values to a view that shows what they would do, with a button that does it."""
Body = Mapping[str, Any]
_ANYTHING = re.compile(".*")
Event = str | Pattern[str] | dict[str, str | Sequence[str | Pattern[str] | None] | None]
"""An event's type, a pattern of types, or a type with further fields."""

WORK_THREADS = 8
WORK_YIELDS_S = 0.05
"""How long work lets newer deliveries be acknowledged first; a stream without end must not put it off for ever."""
UNKEPT = "I cannot reach my database, so nothing was done and nothing is lost. Try again in a minute."


class Hear:
    """Registers listeners with Bolt so that each of them keeps the same promises."""

    def __init__(self, app: AsyncApp, deps: Deps) -> None:
        self._app, self._deps = app, deps
        self._inbox = Inbox(deps)
        self.working: dict[asyncio.Task[None], str] = {}
        """What is in hand, by the keys of its deliveries."""
        # of their own: work that waits for Slack must not hold up the look-up of its address, or taking up
        self._threads = ThreadPoolExecutor(WORK_THREADS, thread_name_prefix="work")
        self._commands: dict[str, Listener] = {}
        self._other_command: Listener = _nothing
        app.use(self._keep)
        # The first listener of all, for every command: Bolt asks one after another, at 30 µs each.
        app.command(_ANYTHING)(self._command)

    def command(self, name: str, listener: Listener) -> None:
        self._commands[name] = listener

    def any_other_command(self, listener: Listener) -> None:
        self._other_command = listener

    def press(self, action: Pattern[str], listener: Listener) -> None:
        self._app.action(action)(self._acknowledge_and_do(listener, from_press))

    def event(self, name: Event, listener: Listener) -> None:
        self._app.event(name)(self._acknowledge_and_do(listener, from_event))

    def form(
        self, callback_id: str | Pattern[str], judge: Judge, listener: Listener, *, closes_all: bool = False
    ) -> None:
        """
        Hear a modal's submission: *judge* decides, before the acknowledgement, whether it may close.

        Args:
            closes_all: the views below it close with it.
        """
        closing = {"response_action": "clear"} if closes_all else {}
        self._app.view(callback_id)(self._judge_and_do(judge, listener, lambda _body: closing))

    def preview(self, callback_id: str, judge: Judge, preview: Preview) -> None:
        """
        Hear a modal's submission that is shown before it is done.

        A view that waits comes on top with the acknowledgement, so that no work delays it, and becomes what *preview*
        returns, or why it cannot be. Closing it leads back to the form, as it was filled in.
        """

        def push(body: Body) -> Mapping[str, Any]:
            return {"response_action": "push", "view": preview_view.waiting(_preview_id(delivery_key(body)))}

        def show(deps: Deps, heard: Heard) -> None:
            try:
                view = preview(deps, heard)
            except UserError as error:
                view = preview_view.refused(escape(str(error)))
            try:
                deps.slack.update_view(_preview_id(heard.key), view)
            except SlackRefused as error:
                if error.error != "not_found":  # else it was closed meanwhile
                    raise

        self._app.view(callback_id)(self._judge_and_do(judge, show, push))

    def _judge_and_do(
        self, judge: Judge, listener: Listener, answer: Callable[[Body], Mapping[str, Any]]
    ) -> Callable[..., Awaitable[None]]:
        async def check(ack: Callable[..., Awaitable[Any]], body: dict[str, Any]) -> None:
            errors = judge(from_submission(body).value)
            await (ack(response_action="errors", errors=dict(errors)) if errors else ack(**answer(body)))
            self._start(_nothing if errors else listener, from_submission, body)

        return check

    def any_shortcut(self, listener: Listener) -> None:
        self._app.shortcut(_ANYTHING)(self._acknowledge_and_do(listener, _asker))

    def ignore_the_rest(self) -> None:
        """Acknowledge the rest of what needs no answer: to a 404 of Bolt's Slack would send it three times again."""
        self._app.event(_ANYTHING)(self._acknowledge_and_do(_nothing, from_event))
        self._app.view_closed(_ANYTHING)(self._acknowledge_and_do(_nothing, _asker))
        self._app.options(_ANYTHING)(_offer_nothing)

    async def take_up(self) -> int:
        """Do what nobody has in hand and was never finished; return how many. What we have in hand stays ours."""
        await asyncio.to_thread(self._inbox.renew, tuple(self.working.values()))
        taken = await asyncio.to_thread(self._inbox.take_up)
        for _key, body in taken:
            request = AsyncBoltRequest(body=dict(body), mode="socket_mode", context={"again": True})
            await self._app.async_dispatch(request)
        return len(taken)

    async def drain(self, timeout_s: float) -> None:
        """Wait for the work that has been acknowledged, at most *timeout_s*; the inbox keeps the rest."""
        if self.working:
            await asyncio.wait(self.working, timeout=timeout_s)

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _keep(self, body: dict[str, Any], context: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002 - the name Bolt gives it
        if body.get("type") == "block_suggestion" or "command" in body or context.get("again"):
            return await next()
        try:
            new = await self._inbox.keep(delivery_key(body), body)
        except InboxClosed:
            logger.exception("A delivery could not be kept", extra={"action": "inbox_closed"})
            return BoltResponse(status=503, body="")
        return await next() if new else BoltResponse(status=200, body="")

    async def _command(self, ack: Callable[..., Awaitable[Any]], body: dict[str, Any], context: dict[str, Any]) -> None:
        """
        Hear a command: acknowledged first and kept right after.

        A command changes nothing by itself, it shows; what changes something is pressed or submitted. So a bot that is
        killed in those milliseconds loses a question, which its asker sees, and no work.
        """
        await ack()
        listener = self._commands.get(body["command"], self._other_command)
        self._start(listener, from_command, body, kept=bool(context.get("again")))

    async def _keep_command(self, body: Body) -> bool:
        try:
            return await self._inbox.keep(delivery_key(body), body)
        except InboxClosed:
            logger.exception("A command could not be kept", extra={"action": "inbox_closed"})
            await asyncio.get_running_loop().run_in_executor(self._threads, self._tell_unkept, body)
            return False

    def _tell_unkept(self, body: Body) -> None:
        with suppress(SlackRefused, SlackUnavailable):
            reply(self._deps, _asker(body), private(UNKEPT))

    def _acknowledge_and_do(self, listener: Listener, read: Callable[[Body], Heard]) -> Callable[..., Awaitable[None]]:
        async def hear(ack: Callable[..., Awaitable[Any]], body: dict[str, Any]) -> None:
            await ack()
            self._start(listener, read, body)

        return hear

    def _start(self, listener: Listener, read: Callable[[Body], Heard], body: Body, *, kept: bool = True) -> None:
        """Let the work begin in the loop's next turn: the acknowledgement leaves in this one."""
        task = asyncio.create_task(self._work(listener, read, body, kept=kept))
        self.working[task] = delivery_key(body)
        task.add_done_callback(self._finished)

    async def _work(self, listener: Listener, read: Callable[[Body], Heard], body: Body, *, kept: bool) -> None:
        if not kept and not await self._keep_command(body):
            return
        await self._inbox.quiet(at_most_s=WORK_YIELDS_S)
        await asyncio.get_running_loop().run_in_executor(self._threads, self._do, listener, read, body)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self.working.pop(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("Not ticked off, so it will be taken up again", exc_info=error, extra={"action": "unticked"})

    def _do(self, listener: Listener, read: Callable[[Body], Heard], body: Body) -> None:
        deps = self._deps
        with tell_error(deps, _asker(body)):
            heard = read(body)
            with tell_error(deps, heard):
                answer = listener(deps, heard)
                if answer is not None:
                    reply(deps, heard, answer)
        with deps.sessions.writing() as db:
            inbox.done(db, key=delivery_key(body), at=deps.machine_clock.now())


def _asker(body: Body) -> Heard:
    """Read who sent this and where an answer goes; whatever else came with it may be unreadable."""
    return Heard(
        key=delivery_key(body),
        user=body.get("user_id") or (body.get("user") or {}).get("id", ""),
        channel=body.get("channel_id") or (body.get("channel") or {}).get("id", ""),
        trigger_id=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
    )


def _preview_id(key: str) -> str:
    """Return our own name for the view on top of the form whose delivery has *key*."""
    return f"preview:{key}"


async def _offer_nothing(ack: Callable[..., Awaitable[Any]]) -> None:
    await ack(options=[])


def _nothing(_deps: Deps, _heard: Heard) -> None:
    """Nobody listens to this."""
