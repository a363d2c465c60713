"""What the stories of the plans share: the weeks go by on the team's clock, and people do what people do."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from slack_sdk import WebClient

from tests.driver import Message, View, until
from tests.e2e.world import World

SOON_S = 15
"""Within this much of the machine's time the bot has done what the team's clock asks for, on a busy machine too."""
QUIET_S = 1.5
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
        assert look() == before

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


def is_handoff(message: Message) -> bool:
    """Whether this is a handoff with a checklist, running or taken over by a later one."""
    first = message.text.splitlines()[0] if message.text else ""
    return "Handoff: " in first or first.startswith("Handed over: ")
