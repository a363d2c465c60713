"""
Drive the sandbox like a script:

    with running_sandbox(tmp_path) as slack:
        choo = slack.as_("choo")
        choo.command("/rerun aggregate-engagement 2024-06-03", in_="#data-oncall")
        choo.click("Start run")
        slack.expect("#data-oncall", "Queued").expect_reply("3 of 9 tasks")

Whatever is expected is waited for, a bounded time; a failure tells what was there instead. Texts are compared as people
read them: `<@U0CHOO>` is `@Choo`, `*bold*` is `bold`, `&amp;` is `&`.
"""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox.app import Credentials
from bot.sandbox.server import Options, Server
from tests.reading import as_read, elements, has, input_of, label_of, texts

Doc = dict[str, Any]
T = TypeVar("T")

MANIFEST = Path(__file__).parent.parent / "bot" / "manifest.yaml"
PEOPLE = (
    {"id": "U0AIDIL", "name": "Aidil", "tz": "Asia/Kuala_Lumpur", "title": "Data engineer"},
    {"id": "U0CHOO", "name": "Choo", "tz": "Asia/Kuala_Lumpur", "title": "Data engineer"},
    {"id": "U0THIRU", "name": "Thiru", "tz": "Asia/Kuala_Lumpur", "title": "Data engineer"},
    {"id": "U0FARAH", "name": "Farah", "tz": "Asia/Kuala_Lumpur", "title": "Finance", "outsider": True},
)
TIMEOUT_S = 5.0
_POLL_S = 0.02


class Refusal(AssertionError):
    """The workspace did not let the person do this; `error` is the word for it, the text is what they read."""

    def __init__(self, answer: Doc) -> None:
        super().__init__(f"{answer.get('error')}: {answer.get('message', '')}")
        self.error = str(answer.get("error"))
        self.message = str(answer.get("message", ""))


class Workspace:
    """The workspace as nobody in particular: what is in its channels, and what tests may do to it."""

    def __init__(self, url: str, credentials: Credentials | None = None) -> None:
        self.url = url
        self.credentials = credentials or Credentials()
        self._people = [each for each in self._see("people")["people"] if not each["is_bot"]]
        self.names: dict[str, str] = {
            each["id"]: each["profile"]["display_name"] for each in self._see("people")["people"]
        }

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def as_(self, name: str) -> "Seat":
        """Return the seat of a person, by name (`choo`) or id."""
        for each in self._people:
            if name.lower() in (each["name"], each["id"].lower(), each["profile"]["display_name"].lower()):
                return Seat(self, each["id"])
        raise AssertionError(f"there is no {name} here, only {', '.join(self.names.values())}")

    def messages(self, channel: str) -> list["Message"]:
        """Return what stands in *channel* and its threads for everybody, oldest first."""
        return [each for each in self._anybody.messages(channel) if not each.doc["is_ephemeral"]]

    def expect(self, channel: str, text: str, *, timeout: float = TIMEOUT_S) -> "Message":
        """Return the newest message of *channel* or its threads that has *text* in it, as soon as there is one."""
        return newest_with(text, lambda: self.messages(channel), f"in {channel}", timeout)

    def expect_thread(self, channel: str, text: str, *, timeout: float = TIMEOUT_S) -> "Message":
        """The same, but it must be an answer in a thread."""
        answers = lambda: [each for each in self.messages(channel) if each.in_thread]  # noqa: E731
        return newest_with(text, answers, f"in the threads of {channel}", timeout)

    # -- what tests do to the workspace

    def faults(self, method: str, fault: str, **more: Any) -> None:
        """Let the next calls of *method* go wrong, in one of the ways of `bot.sandbox.faults.NAMES`."""
        self.control("faults", method=method, fault=fault, **more)

    def control(self, what: str, **body: Any) -> Doc:
        return self._post(f"/control/{what}", body)

    def state(self) -> Doc:
        return self._get("/control/state")

    def wait_for_app(self, connections: int = 1, timeout: float = TIMEOUT_S) -> None:
        """Wait until the app has opened so many sockets."""
        until(lambda: self.state()["connections"] >= connections, "the app has not connected", timeout)

    # -- the wire

    def act(self, what: str, **body: Any) -> Doc:
        """Raises: Refusal."""
        answer = self._post(f"/act/{what}", {key: value for key, value in body.items() if value is not None})
        if not answer["ok"]:
            raise Refusal(answer)
        return answer

    def _see(self, what: str, **query: str) -> Doc:
        answer = self._get(f"/see/{what}?{urllib.parse.urlencode(query)}")
        if not answer["ok"]:
            raise Refusal(answer)
        return answer

    @property
    def _anybody(self) -> "Seat":
        return Seat(self, self._people[0]["id"])

    def _get(self, path: str) -> Doc:
        return _ask(urllib.request.Request(self.url + path))

    def _post(self, path: str, body: Doc) -> Doc:
        return _ask(
            urllib.request.Request(self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        )


@dataclass
class Seat:
    """The workspace as one person sees and uses it."""

    slack: Workspace
    user: str
    here: str = "#data-oncall"
    """The channel they were last in."""
    _filled: Doc = field(default_factory=dict)

    # -- acting

    def say(self, text: str, in_: str | None = None, *, thread: "Message | None" = None) -> "Message":
        channel = self._go(thread.channel if thread else in_)
        root = thread.root_ts if thread else None
        ts = self.slack.act("say", user=self.user, channel=channel, text=text, thread_ts=root)["ts"]
        return next(each for each in self.messages(channel) if each.ts == ts)

    def command(self, text: str, in_: str | None = None, *, thread: "Message | None" = None) -> "Seat":
        channel = self._go(in_)
        self.slack.act("command", user=self.user, channel=channel, text=text, thread_ts=thread and thread.root_ts)
        return self

    def click(self, what: str, *, value: Any = None, timeout: float = TIMEOUT_S) -> "Seat":
        """
        Use a button by its text or action id: in the topmost modal, else in the newest message of this channel.

        It is waited for. Other elements go by action id or placeholder, with a *value*.
        """
        place, block, element = until(
            lambda: self._find(what), lambda: f"nothing to click says {what!r} for {self.name}:\n{self._all()}", timeout
        )
        return self._use(place, block, element, value)

    choose = click

    def react(self, message: "Message", name: str) -> "Seat":
        self.slack.act("react", user=self.user, channel=message.channel, ts=message.ts, name=name)
        return self

    def shortcut(self, callback_id: str, message: "Message | None" = None) -> "Seat":
        where = {"channel": message.channel, "ts": message.ts} if message else {}
        self.slack.act("shortcut", user=self.user, callback_id=callback_id, **where)
        return self

    def fill(self, **by_key: Any) -> "Seat":
        """Put values into the topmost modal by block or action id; see `fill_in` for labels."""
        return self.fill_in(by_key)

    def fill_in(self, values: Doc) -> "Seat":
        """Put values into the topmost modal by label, block or action id; choices by their text or value."""
        view = self.expect_modal()
        for key, value in values.items():
            block, element = input_of(view.doc["blocks"], key)
            self._filled[block["block_id"]] = self._value(view, block, element, value)
        return self

    def submit(self) -> Doc:
        """Submit the topmost modal; return the errors people see, by block id. Raises: Refusal."""
        view, values = self.expect_modal(), self._filled
        self._filled = {}
        answer = self.slack.act("view", user=self.user, view_id=view.id, action="submit", values=values)
        return dict(answer.get("errors", {}))

    def close(self, *, everything: bool = False) -> "Seat":
        view = self.expect_modal()
        self.slack.act("view", user=self.user, view_id=view.id, action="close", all=everything)
        return self

    def open_home(self) -> "Seat":
        self.slack.act("home", user=self.user)
        return self

    # -- seeing

    @property
    def name(self) -> str:
        return self.slack.names[self.user]

    def messages(self, channel: str | None = None) -> list["Message"]:
        """Return what this person sees in *channel* and its threads, oldest first."""
        found = self.slack._see("messages", user=self.user, channel=_id(channel or self.here, self), all="1")
        return [Message(self, found["channel"]["id"], each) for each in found["messages"]]

    def views(self) -> list["View"]:
        return [View(self, each) for each in self.slack._see("views", user=self.user)["views"]]

    def home(self) -> "View | None":
        home = self.slack._see("home", user=self.user)["home"]
        return View(self, home) if home else None

    def expect(self, text: str, in_: str | None = None, *, timeout: float = TIMEOUT_S) -> "Message":
        """Return the newest message this person sees that has *text* in it."""
        channel = in_ or self.here
        return newest_with(text, lambda: self.messages(channel), f"in {channel} for {self.name}", timeout)

    def expect_ephemeral(self, text: str, in_: str | None = None, *, timeout: float = TIMEOUT_S) -> "Message":
        """The same, but nobody else sees it."""
        channel = in_ or self.here
        mine = lambda: [each for each in self.messages(channel) if each.doc["is_ephemeral"]]  # noqa: E731
        return newest_with(text, mine, f"only for {self.name} in {channel}", timeout)

    def expect_new_ephemeral(self, known: set[str], in_: str | None = None, *, timeout: float = TIMEOUT_S) -> "Message":
        """Return a message only this person sees, as soon as there is one besides the *known* (their `ts`)."""
        channel = in_ or self.here
        new = lambda: [m for m in self.messages(channel) if m.doc["is_ephemeral"] and m.ts not in known]  # noqa: E731
        return newest_with("", new, f"new only for {self.name} in {channel}", timeout)

    def expect_modal(self, text: str = "", *, timeout: float = TIMEOUT_S) -> "View":
        """Return the topmost modal once it has *text* in it."""

        def top() -> View | None:
            views = self.views()
            return views[-1] if views and has(text, views[-1].text) else None

        return until(top, lambda: f"no modal with {text!r} for {self.name}, but {self.views()}", timeout)

    def expect_no_modal(self, *, timeout: float = TIMEOUT_S) -> None:
        until(lambda: not self.views(), lambda: f"{self.name} still has a modal open: {self.views()}", timeout)

    def expect_home(self, text: str, *, timeout: float = TIMEOUT_S) -> "View":
        def found() -> View | None:
            home = self.home()
            return home if home and has(text, home.text) else None

        return until(found, lambda: f"no home with {text!r} for {self.name}, but {self.home()}", timeout)

    # -- how elements are found and used

    def _go(self, channel: str | None) -> str:
        self.here = channel or self.here
        return _id(self.here, self)

    def _find(self, what: str) -> "tuple[Message | View, Doc, Doc] | None":
        places: list[Message | View] = [*self.views()[-1:], *self.messages()[::-1]]
        for place in places:
            for block, element in elements(place.doc.get("blocks", [])):
                if what in (element.get("action_id"), label_of(element)):
                    return place, block, element
        return None

    def _use(self, place: "Message | View", block: Doc, element: Doc, value: Any) -> "Seat":
        parts = {"action_id": element["action_id"], "block_id": block["block_id"]}
        if value is not None:
            parts["value"] = self._value(place, block, element, value)
        if isinstance(place, View):
            self.slack.act("view", user=self.user, view_id=place.id, action="block_action", **parts)
        else:
            self.slack.act("click", user=self.user, channel=place.channel, ts=place.ts, **parts)
        return self

    def _value(self, place: "Message | View", block: Doc, element: Doc, value: Any) -> Any:
        """Return *value* with the texts of choices turned into their values."""
        if isinstance(value, list):
            return [self._value(place, block, element, each) for each in value]
        if element["type"].endswith("external_select"):
            where = {"view_id": place.id} if isinstance(place, View) else {"channel": place.channel, "ts": place.ts}
            ids = {"action_id": element["action_id"], "block_id": block["block_id"]}
            choices = self.slack.act("options", user=self.user, value=value, **ids, **where)
        else:
            choices = element
        groups = [each["options"] for each in choices.get("option_groups", ())]
        for option in [*choices.get("options", ()), *(each for group in groups for each in group)]:
            if value in (option["value"], option["text"]["text"]):
                return option["value"]
        return value

    def _all(self) -> str:
        return "\n".join(str(each) for each in [*self.views(), *self.messages()])


@dataclass(frozen=True, repr=False)
class Message:
    """A message as one person sees it."""

    seat: Seat
    channel: str
    doc: Doc

    @property
    def ts(self) -> str:
        return str(self.doc["ts"])

    @property
    def root_ts(self) -> str:
        return str(self.doc.get("thread_ts", self.ts))

    @property
    def in_thread(self) -> bool:
        return self.root_ts != self.ts

    @property
    def text(self) -> str:
        """What people read: the blocks, or where there are none the text; and the titles of files."""
        parts = list(texts(self.doc["blocks"])) if self.doc.get("blocks") else [self.doc["text"]]
        parts += [each.get("title", "") for each in self.doc.get("files", ())]
        return as_read("\n".join(parts), self.seat.slack.names)

    @property
    def buttons(self) -> list[str]:
        return [label_of(element) for _, element in elements(self.doc.get("blocks", [])) if element["type"] == "button"]

    def click(self, what: str, *, value: Any = None, as_: str | None = None) -> "Message":
        """Use an element of this very message, by its text or action id."""
        seat = self.seat.slack.as_(as_) if as_ else self.seat
        for block, element in elements(self.doc.get("blocks", [])):
            if what in (element.get("action_id"), label_of(element)):
                seat._use(self, block, element, value)
                return self
        raise AssertionError(f"nothing to click says {what!r} here:\n{self}")

    def thread(self) -> list["Message"]:
        """Return the answers, oldest first."""
        return [each for each in self.seat.messages(self.channel) if each.root_ts == self.root_ts and each.in_thread]

    def expect_reply(self, text: str, *, timeout: float = TIMEOUT_S) -> "Message":
        return newest_with(text, self.thread, f"in the thread of {self.text!r}", timeout)

    def expect(self, text: str, *, timeout: float = TIMEOUT_S) -> "Message":
        """Return this message once it has been edited to have *text* in it."""
        mine = lambda: [each for each in self.seat.messages(self.channel) if each.ts == self.ts]  # noqa: E731
        return newest_with(text, mine, "in this message", timeout)

    def __str__(self) -> str:
        who = self.seat.slack.names.get(self.doc.get("user", ""), self.doc.get("user", ""))
        only = " (only for you)" if self.doc.get("is_ephemeral") else ""
        return f"{'  ↳ ' if self.in_thread else ''}{who}{only}: {self.text} {self.buttons or ''}"

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class View:
    """A modal or a home as its person sees it."""

    seat: Seat
    doc: Doc

    @property
    def id(self) -> str:
        return str(self.doc["id"])

    @property
    def text(self) -> str:
        errors = [f"{block}: {text}" for block, text in self.doc["errors"].items()]
        title = [self.doc["title"]["text"]] if self.doc["type"] == "modal" else []
        parts = [*title, *texts(self.doc["blocks"]), *errors]
        return as_read("\n".join(parts), self.seat.slack.names)

    def click(self, what: str, *, value: Any = None) -> "View":
        for block, element in elements(self.doc["blocks"]):
            if what in (element.get("action_id"), label_of(element)):
                self.seat._use(self, block, element, value)
                return self
        raise AssertionError(f"nothing to click says {what!r} here:\n{self}")

    def __str__(self) -> str:
        return f"[{self.doc['type']}] {self.text}"

    __repr__ = __str__


# -- looking and asking


def newest_with(text: str, look: Callable[[], list[Message]], where: str, timeout: float) -> Message:
    def found() -> Message | None:
        return next((each for each in look()[::-1] if has(text, each.text)), None)

    return until(
        found, lambda: f"no {text!r} {where} within {timeout} s, but:\n" + "\n".join(map(str, look())), timeout
    )


def until(look: Callable[[], T | None], complaint: str | Callable[[], str], timeout: float = TIMEOUT_S) -> T:
    """Return the first true value of *look*. Raises: AssertionError: there was none within *timeout* seconds."""
    end = time.monotonic() + timeout
    while True:
        if value := look():
            return value
        if time.monotonic() > end:
            raise AssertionError(complaint if isinstance(complaint, str) else complaint())
        time.sleep(_POLL_S)


def _id(channel: str, seat: Seat) -> str:
    """Return the channel's name without its hash, or for `dm` the id of the person's DM with the app."""
    return f"D{seat.user[1:]}" if channel in ("dm", "@baton") else channel.removeprefix("#")


def _ask(request: urllib.request.Request) -> Doc:
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            read: Doc = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read().decode()}") from None
    return read


# -- starting one


@contextmanager
def running_sandbox(tmp_path: Path, *, people: Any = PEOPLE, **options: Any) -> Iterator[Workspace]:
    """
    Serve a sandbox from a thread, on a free port, with its state under *tmp_path*; the same path again is a restart.

    Args:
        people: as in the people's file.
        options: fields of `bot.sandbox.server.Options`; the manifest is the bot's own unless another is given.
    """
    people_file = tmp_path / "people.json"
    people_file.write_text(json.dumps(list(people)), encoding="utf-8")
    given = {"manifest": MANIFEST, "state": tmp_path / "workspace.db", **options}
    server = Server(Options(people=people_file, **given))
    thread = threading.Thread(target=server.serve_forever, name="sandbox")
    thread.start()
    try:
        until(lambda: server.started, "the sandbox did not start")
        yield Workspace(server.url, server.app.credentials)
    finally:
        server.stop()
        thread.join(timeout=10)
        assert not thread.is_alive(), "the sandbox did not stop"
