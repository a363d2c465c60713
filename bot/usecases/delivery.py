"""The outbox, delivered: what Slack should show is made so, once, in order, whatever fails on the way."""

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import groupby
from typing import Any

from bot.deps import Deps
from bot.gateways.slack import Posted, Slack, SlackRefused, SlackUnavailable
from bot.views.blocks import clip, context, picture
from store import outbox, runs
from store.outbox import Owed

logger = logging.getLogger(__name__)

PACE = timedelta(seconds=1.2)
"""Between two edits of one message: Slack allows 50 a minute."""
HOLD = timedelta(seconds=12)
"""
How long a message is ours, counted anew before each call; longer than one call takes at worst. A message whose bot was
killed while sending it waits this long.
"""
LOOK_S = 1.0
LONGEST_WAIT = timedelta(seconds=30)
AFTER_BUG = timedelta(minutes=1)
PLAIN_LIMIT = 3500
TOO_RICH = frozenset({"invalid_blocks", "msg_too_long", "msg_blocks_too_long", "invalid_blocks_format"})
NO_PLACE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "restricted_action"})
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
OURS = frozenset({"picture", "file", "dm", "place", "told"})
"""
What a payload holds for us alone: a run whose picture it shows, a small file that goes along in its thread, whom to
tell where there is no place for it, how far the run has been told to be.
"""


class TakenOver(Exception):
    """The hold ran out and another process goes on with the message."""


def deliver_due(deps: Deps, pool: ThreadPoolExecutor, stopping: Callable[[], bool] = lambda: False) -> float:
    """
    Deliver what is due, threads side by side and each in its order.

    Args:
        stopping: asked before each message; what is left then is still owed.
    Returns: seconds until the next look: at most one, for what another process may owe.
    """
    with deps.sessions.writing() as db:
        owed = outbox.claim_due(db, at=deps.machine_clock.now(), hold=HOLD)
    lanes = [tuple(rows) for _, rows in groupby(sorted(owed, key=_lane), key=_lane)]
    list(pool.map(lambda lane: _deliver_lane(deps, lane, stopping), lanes))
    with deps.sessions.reading() as db:
        due_at = outbox.next_due(db)
    if due_at is None:
        return LOOK_S
    return min(LOOK_S, max(0.01, (due_at - deps.machine_clock.now()).total_seconds()))


def _deliver_lane(deps: Deps, rows: Iterable[Owed], stopping: Callable[[], bool]) -> None:
    for owed in rows:
        if not stopping():
            deliver(deps, owed)


def _lane(owed: Owed) -> str:
    return f"{owed.channel}:{owed.thread_ts or owed.key}"


def deliver(deps: Deps, owed: Owed) -> None:
    """Make Slack show *owed*, and save what Slack answered or when to try again."""
    sending = Sending(deps, owed)
    try:
        posted = sending.show()
    except TakenOver:
        return
    except SlackUnavailable as error:
        sending.try_again(_wait(owed, error), why=str(error), sent=error.sent)
    except SlackRefused as error:
        person = owed.payload.get("dm")
        if error.error in NO_PLACE and person and person != owed.channel:
            sending.turn_to(person, why=str(error))
        else:
            sending.give_up(why=str(error))
    except Exception as error:  # one message that breaks us must not hold up all others, nor be tried without end
        logger.exception("Message %s breaks us", owed.key, extra={"action": "bug"})
        sending.try_again(AFTER_BUG * (1 + owed.attempts), why=repr(error), sent=True)
    else:
        sending.done(posted)


def _wait(owed: Owed, error: SlackUnavailable) -> timedelta:
    if error.retry_after_s is not None:
        return timedelta(seconds=error.retry_after_s)
    longer = min(LONGEST_WAIT, timedelta(seconds=0.5 * float(2 ** min(owed.attempts, 10))))
    return max(PACE, longer) if owed.ts else longer


class Sending:
    """One message on its way; each call to Slack is preceded by a renewed hold."""

    def __init__(self, deps: Deps, owed: Owed) -> None:
        self._deps, self._owed = deps, owed

    def show(self) -> Posted:
        """Post or edit, richest form first: with its picture, without, as plain text."""
        refused: SlackRefused | None = None
        for payload in self._forms():
            try:
                posted = self._place(payload)
                self._share_file(posted)
                return posted
            except SlackRefused as error:
                if error.error not in TOO_RICH:
                    raise
                refused = error
                logger.warning("Message %s shown in a plainer form: %s", self._owed.key, error)
        assert refused is not None, "there is always a plain form"
        raise refused

    def _forms(self) -> Iterator[dict[str, Any]]:
        bare = {key: value for key, value in self._owed.payload.items() if key not in OURS}
        if note := self._note():
            bare = {**bare, "text": f"{bare['text']}\n{note}", "blocks": [context(note), *bare.get("blocks", ())]}
        if pictured := self._with_file(bare):
            yield pictured
        blocks = [block for block in bare.get("blocks", ()) if "slack_file" not in block]
        yield {**bare, "blocks": blocks} if blocks else {key: bare[key] for key in bare if key != "blocks"}
        yield {"text": clip(bare["text"], PLAIN_LIMIT)}

    def _note(self) -> str:
        """Return why the message stands in a direct message, where it was meant for a channel."""
        if self._owed.payload.get("dm") != self._owed.channel:
            return ""
        place = self._owed.payload["place"]
        shown = place if place.startswith("#") else f"<#{place}>"
        return f"I cannot post in {shown}, so you get this here. Invite me there with `/invite @Baton`."

    def _with_file(self, bare: dict[str, Any]) -> dict[str, Any] | None:
        """Return the message with its picture as a file of Slack's; a result never waits long for its picture."""
        at = next((at for at, block in enumerate(bare.get("blocks", ())) if "slack_file" in block), None)
        if at is None:
            return None
        run_id = self._owed.payload["picture"]
        with self._deps.sessions.reading() as db:
            png = runs.picture(db, run_id)
        alt = bare["blocks"][at]["alt_text"]
        try:
            file_id = self._held.upload(png or b"", name=f"run-{run_id}.png", alt=alt)
        except (SlackRefused, SlackUnavailable) as error:
            if isinstance(error, SlackUnavailable) and not self._owed.attempts:
                raise
            logger.warning("Message %s goes without its picture: %s", self._owed.key, error)
            return None
        return {**bare, "blocks": [*bare["blocks"][:at], picture(file_id, alt), *bare["blocks"][at + 1 :]]}

    def _share_file(self, posted: Posted) -> None:
        """Let the file go along with the first post; the message says all that matters, also without it."""
        file = self._owed.payload.get("file")
        if file is None or self._owed.ts is not None:
            return
        try:
            self._held.share(posted, thread_ts=self._owed.thread_ts, name=file["name"], content=file["content"])
        except (SlackRefused, SlackUnavailable) as error:
            logger.warning("Message %s goes without its file: %s", self._owed.key, error)

    def _place(self, payload: dict[str, Any]) -> Posted:
        owed = self._owed
        standing = Posted(owed.channel_posted or owed.channel, owed.ts) if owed.ts else self._earlier_copy()
        if standing:
            try:
                self._held.edit(standing, payload, key=owed.key)
                return standing
            except SlackRefused as error:
                if error.error not in GONE:
                    raise
        return self._held.post(owed.channel, payload, key=owed.key, thread_ts=owed.thread_ts)

    def _earlier_copy(self) -> Posted | None:
        """An earlier try may have reached Slack without our hearing of it: look before sending again."""
        if not self._owed.attempts:
            return None
        try:
            return self._held.find(self._owed.channel, key=self._owed.key, thread_ts=self._owed.thread_ts)
        except SlackRefused as error:
            if error.error in NO_PLACE:  # where we may not look we cannot have posted
                return None
            raise

    @property
    def _held(self) -> Slack:
        """The way to Slack, with the message ours for the next call. Raises: TakenOver."""
        with self._deps.sessions.writing() as db:
            held = outbox.hold_on(db, self._owed, until=self._deps.machine_clock.now() + HOLD)
        if held is None:
            raise TakenOver
        self._owed = held
        return self._deps.slack

    def done(self, posted: Posted) -> None:
        with self._deps.sessions.writing() as db:
            now = self._deps.machine_clock.now()
            outbox.delivered(db, self._owed, ts=posted.ts, channel=posted.channel, at=now, pace=PACE)

    def try_again(self, wait: timedelta, *, why: str, sent: bool) -> None:
        logger.warning("Message %s waits %s: %s", self._owed.key, wait, why, extra={"action": "delivery_waits"})
        with self._deps.sessions.writing() as db:
            outbox.retry(db, self._owed, due_at=self._deps.machine_clock.now() + wait, why=why, sent=sent)

    def turn_to(self, person: str, *, why: str) -> None:
        """Owe the message to *person* instead; from then on it lives in their direct messages."""
        logger.warning("Message %s goes to %s: %s", self._owed.key, person, why, extra={"action": "delivery_turned"})
        with self._deps.sessions.writing() as db:
            outbox.turn_to(db, self._owed, channel=person, at=self._deps.machine_clock.now(), why=why)

    def give_up(self, *, why: str) -> None:
        logger.error("Message %s given up: %s", self._owed.key, why, extra={"action": "delivery_given_up"})
        with self._deps.sessions.writing() as db:
            outbox.give_up(db, self._owed, why=why)
