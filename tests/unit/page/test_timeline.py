"""Messages as lines: grouping, days, reactions, threads, files."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.page.seat import Seat
from bot.sandbox.page.timeline import Line, avatar_of, lines

SEAT = Seat(viewer="U1", people={"U1": "Choo Wei", "U2": "Aidil"}, now=datetime(2024, 6, 4, 12, tzinfo=UTC))


def at(clock: str, day: int = 4) -> str:
    hour, minute = clock.split(":")
    return f"{int(datetime(2024, 6, day, int(hour), int(minute), tzinfo=UTC).timestamp())}.000000"


def message(clock: str = "10:00", user: str = "U1", day: int = 4, **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": at(clock, day), "user": user, "text": "hello", **more}


def drawn(*messages: dict[str, Any]) -> tuple[Line, ...]:
    return lines(messages, SEAT, key="m")


def test_neighbouring_messages_of_one_author_share_a_name() -> None:
    found = drawn(message("10:00"), message("10:04"), message("10:10"), message("10:11", user="U2"))
    assert [line.joins_above for line in found] == [False, True, False, False]


def test_a_new_day_and_an_ephemeral_one_start_afresh() -> None:
    private = [message("00:02", is_ephemeral=True), message("00:03", is_ephemeral=True)]
    found = drawn(message("23:59", day=3), message("00:01"), *private, message("00:03"))
    assert [line.day for line in found] == ["Yesterday", "Today", "", "", ""]
    assert not any(line.joins_above for line in found)
    assert [line.ephemeral for line in found] == [False, False, True, True, False]


def test_who_wrote_it() -> None:
    person, app, named, slackbot, unknown = drawn(
        message(),
        message(user="U0BOT", bot_id="B1", username="Baton"),
        message(user="U2", bot_id="B1", username="Deploys"),
        message(user="USLACKBOT"),
        message(user="U9"),
    )
    assert (person.author, person.avatar.initials, person.is_app) == ("Choo Wei", "CW", False)
    assert (app.author, app.is_app) == ("Baton", True)
    assert named.author == "Deploys"
    assert (slackbot.author, unknown.author) == ("Slackbot", "Unknown")


def test_an_avatar_keeps_its_colour() -> None:
    assert avatar_of("U1", "Choo") == avatar_of("U1", "Choo")
    assert avatar_of("U1", "").initials == "?"


def test_reactions_say_who_and_whether_it_was_me() -> None:
    (line,) = drawn(
        message(reactions=[{"name": "eyes", "count": 2, "users": ["U2", "U1"]}, {"name": "custom", "users": ["U2"]}])
    )
    eyes, custom = line.reactions
    assert (eyes.picture, eyes.count, eyes.mine, eyes.who) == ("👀", 2, True, "Aidil, you")
    assert (custom.picture, custom.count, custom.mine) == (":custom:", 1, False)


def test_a_root_tells_of_its_thread() -> None:
    root = message("10:00", reply_count=3, reply_users=["U2"], latest_reply=at("11:00"), thread_ts=at("10:00"))
    answer = message("10:30", thread_ts=at("10:00"), subtype="thread_broadcast")
    first, second = drawn(root, answer)
    assert first.replies
    assert (first.replies.count, first.replies.latest) == (3, "1 hour ago")
    assert first.is_root
    assert (second.is_root, second.in_thread, second.replies) == (False, at("10:00"), None)


def test_blocks_are_shown_instead_of_the_text_and_words_stay_for_readers() -> None:
    (line,) = drawn(
        message(text="*in words*", blocks=[{"type": "header", "text": {"type": "plain_text", "text": "Big"}}])
    )
    assert "<h3>Big</h3>" in line.body
    assert "in words" not in line.body
    assert line.words == "in words"


def test_text_alone_is_mrkdwn() -> None:
    (line,) = drawn(message(text="*b* <script>", edited={"user": "U1", "ts": "1"}))
    assert line.body == '<div class="text"><b>b</b> &lt;script&gt;</div>'
    assert line.edited


def test_pictures_are_shown_and_other_files_offered() -> None:
    picture = {"id": "F1A", "title": "Rows", "mimetype": "image/png", "alt_txt": "rows per day"}
    table = {"id": "F2B", "name": "rows.csv", "mimetype": "text/csv", "filetype": "csv", "size": 2500}
    (line,) = drawn(message(text="", files=[picture, table, {"id": "?", "title": "gone"}]))
    assert 'src="/file/F1A" alt="rows per day"' in line.body
    assert 'href="/file/F2B"' in line.body
    assert "csv · 2 kB" in line.body
    assert '<div class="file">gone</div>' in line.body
