"""What the stories of the plans share: the weeks go by on the team's clock, and people do what people do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from slack_sdk import WebClient

from tests.driver import Message, View, until
from tests.e2e.world import World
from tests.reading import elements

SOON_S = 15
"""Within this much of the machine's time the bot has done what the team's clock asks for, on a busy machine too."""
QUIET_S = 1.2
"""As long as nothing may happen: each tick has come by then."""


@dataclass(frozen=True)
class Story:
    world: World

    # -- the time, and what it brings

    def on(self, local: str) -> "Story":
        """Let it be *local*, such as `2026-01-12 10:00`, on the team's wall clock."""
        self.world.clock.set(local)
        return self

    def handoff(self, pair: str) -> Message:
        """Return the newest handoff of `Aidil → Thiru` in the channel, as soon as it is posted."""
        return self.said(f"Handoff: {pair}")

    def handoffs(self) -> list[Message]:
        """Return every weekly handoff in the channel, oldest first, those too that a later one has taken over."""
        return [one for one in self.channel() if not one.in_thread and is_handoff(one)]

    def expect_handoffs(self, *titles: str) -> None:
        """Wait until the channel holds just these weekly handoffs, by their first lines, in any order."""
        wanted = sorted(titles)

        def seen() -> list[str]:
            return sorted(one.text.splitlines()[0] for one in self.handoffs())

        until(lambda: seen() == wanted, lambda: "other handoffs:\n" + "\n".join(seen()), SOON_S)

    def said(self, text: str) -> Message:
        """Return the newest message with *text* in the channel or its threads, as soon as there is one."""
        return self.world.slack.expect(self.world.channel, text, timeout=SOON_S)

    def channel(self) -> list[Message]:
        return self.world.slack.messages(self.world.channel)

    def told(self, who: str, text: str) -> Message:
        """Return the message with *text* in a person's own messages, as soon as there is one."""
        return self.world.as_(who).expect(text, in_="dm", timeout=SOON_S)

    def private(self, who: str) -> list[Message]:
        return self.world.as_(who).messages("dm")

    def quiet(self, look: Callable[[], object]) -> None:
        """Prove that what *look* sees stays as it is."""
        before = look()
        time.sleep(QUIET_S)
        after = look()
        assert after == before

    # -- what people ask and do

    def ask(self, who: str, typed: str = "") -> str:
        """Return what `/oncall` answers."""
        seat = self.world.as_(who)
        known = {each.ts for each in seat.messages()}
        return seat.command(f"/oncall {typed}".strip()).expect_new_ephemeral(known).text

    def leave(self, who: str, days: str) -> str:
        """Enter leave; return the preview that the person saw before."""
        seat = self.world.as_(who)
        seat.command(f"/oncall leave {days}").expect_modal("First day away")
        assert seat.submit() == {}
        preview = seat.expect_modal("Enter this leave?").text
        assert seat.submit() == {}
        seat.expect_no_modal()
        seat.expect_ephemeral("Entered:")
        return preview

    def override(self, who: str, when: str, **values: object) -> str:
        """Enter an override for *who*; return the preview that the person saw before."""
        seat = self.world.as_(who)
        seat.command(f"/oncall override {when}").expect_modal("Who takes over?")
        assert seat.fill(**values).submit() == {}
        preview = seat.expect_modal("Enter this override?").text
        assert seat.submit() == {}
        seat.expect_no_modal()
        return preview

    def ask_swap(self, who: str, *, gives: str, takes: str) -> View:
        """Ask for a swap of two turns, each written `rotation|first day|person`; return the preview."""
        seat = self.world.as_(who)
        seat.command("/oncall swap").expect_modal("Swap two turns")
        assert seat.fill(gives=gives, takes=takes).submit() == {}
        preview = seat.expect_modal("Swap these turns?")
        assert seat.submit() == {}
        seat.expect_no_modal()
        return preview

    def report(self, who: str, typed: str, severity: str = "medium") -> Message:
        """Report an issue with `/issue PIPELINE SUMMARY`; return its message in the channel."""
        seat = self.world.as_(who)
        seat.command(f"/issue {typed}").expect_modal("Report an issue")
        assert seat.fill(severity=severity).submit() == {}
        return self.said(typed.partition(" ")[2])

    # -- what Slack shows around it

    @cached_property
    def api(self) -> WebClient:
        slack = self.world.slack
        return WebClient(slack.credentials.bot_token, base_url=slack.api_url)

    def expect_topic(self, text: str) -> None:
        until(lambda: text in self.topic(), lambda: f"no {text!r} in the topic, but {self.topic()!r}", SOON_S)

    def topic(self) -> str:
        found = self.api.conversations_list(types="public_channel", limit=200)["channels"]
        return next(str(one["topic"]["value"]) for one in found if f"#{one['name']}" == self.world.channel)

    def expect_group(self, handle: str, *people: str) -> None:
        """Wait until the user group *handle* holds just these *people*, by their keys in the plan."""
        known = self.world.plan.team.people
        wanted = sorted(known[key].slack or "" for key in people)
        until(lambda: self.group(handle) == wanted, lambda: f"@{handle} holds {self.group(handle)}", SOON_S)

    def group(self, handle: str) -> list[str]:
        groups = self.api.usergroups_list()["usergroups"]
        group = next(one["id"] for one in groups if one["handle"] == handle)
        return sorted(self.api.usergroups_users_list(usergroup=group)["users"])


def line_with(message: Message, *parts: str) -> str:
    """Return the first line of a message that has all these *parts*."""
    found = (line for line in message.text.splitlines() if all(part in line for part in parts))
    line = next(found, "")
    assert line, f"no line with {' and '.join(parts)} here:\n{message}"
    return line


def boxes(message: Message) -> list[str]:
    """Return the checkboxes of a handoff as people read them, each with what stands below it."""
    found = [one for _, element in elements(message.doc["blocks"]) for one in element.get("options", ())]
    return ["\n".join(part["text"] for part in (one["text"], one.get("description")) if part) for one in found]


def tick(message: Message, text: str, *, as_: str) -> None:
    """Tick the box of a handoff that begins with *text*, beside those that are ticked."""
    seat = message.seat.slack.as_(as_)
    for block, element in elements(message.doc["blocks"]):
        ticked = [one["value"] for one in element.get("initial_options", ())]
        for one in element.get("options", ()):
            if one["text"]["text"].startswith(text):
                where = {"channel": message.channel, "ts": message.ts, "block_id": block["block_id"]}
                value = [*ticked, one["value"]]
                seat.slack.act("click", user=seat.user, action_id=element["action_id"], value=value, **where)
                return
    raise AssertionError(f"no box begins with {text!r} here:\n{message}")


def confirm(handoff: Message, *people: str) -> None:
    """Let each of *people*, by their names, press their own button."""
    for name in people:
        (mine,) = (label for label in handoff.buttons if label.startswith(f"{name}: "))
        handoff.click(mine, as_=name.lower())
        handoff = handoff.expect(f"✅ {name}")


def is_handoff(message: Message) -> bool:
    """Whether this is a handoff with a checklist, running or taken over by a later one."""
    first, _, rest = message.text.partition("\n")
    if first.startswith(("Handed over: ", "Weekly check: ")):
        return "items done" in rest
    return first.startswith(("🤝 Handoff: ", "✅ Handoff: ", "🤝 Weekly check: ", "✅ Weekly check: "))
