"""The topic of the on-call channel: our part of it, and everybody else's."""

from datetime import UTC, datetime

import pytest

from bot.views.topic import LIMIT, Held, with_on_call

ZONE = "Asia/Kuala_Lumpur"
MONDAY = datetime(2026, 1, 12, 2, 0, tzinfo=UTC)
AIDIL = (Held(people=("Aidil",), until=MONDAY),)
OURS = "▸ On call: Aidil until Mon 12 Jan 10:00 ◂"


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("", OURS),
        ("Ask here first", f"Ask here first {OURS}"),
        ("Ask here first ▸ On call: Spencer until Mon 05 Jan 10:00 ◂", f"Ask here first {OURS}"),
        ("Ask ▸ On call: Spencer ◂ and be kind", f"Ask {OURS} and be kind"),
        ("On call: see the wiki", f"On call: see the wiki {OURS}"),
        ("Profit &amp; growth &lt;here&gt; <https://example.com|docs>", None),
    ],
)
def test_what_people_wrote_stays(topic: str, expected: str | None) -> None:
    assert with_on_call(topic, AIDIL, ZONE) == (expected or f"{topic} {OURS}")


def test_the_same_again_is_the_same_text() -> None:
    once = with_on_call("Ask &amp; answer", AIDIL, ZONE)
    assert once is not None
    assert with_on_call(once, AIDIL, ZONE) is once


def test_slack_may_give_our_own_signs_back_escaped() -> None:
    held = (Held(people=("Ann & <Bob>",)),)
    written = with_on_call("", held, ZONE)
    assert written == "▸ On call: Ann &amp; &lt;Bob&gt; ◂"
    assert with_on_call("▸ On call: Ann & <Bob> ◂", held, ZONE) == "▸ On call: Ann & <Bob> ◂"


def test_a_name_is_one_line_of_plain_text_inside_the_frame() -> None:
    written = with_on_call("", (Held(people=("Eve ◂\n<!channel> ▸ x",)),), ZONE)
    assert written == "▸ On call: Eve &lt;!channel&gt; x ◂"
    assert with_on_call(written, AIDIL, ZONE) == OURS


def test_several_rotations_are_told_apart() -> None:
    held = (
        Held(people=("Aidil",), until=MONDAY, pipelines=("Profit", "Growth")),
        Held(people=("Choo", "Thiru"), until=None, pipelines=("Engagement",)),
        Held(people=(), until=None, pipelines=("Investor",)),
    )
    assert with_on_call("", held, ZONE) == (
        "▸ On call: Aidil until Mon 12 Jan 10:00 (Profit, Growth), Choo and Thiru (Engagement), nobody (Investor) ◂"
    )


def test_where_room_is_short_ours_gets_shorter_and_theirs_stays() -> None:
    held = tuple(
        Held(people=(f"Person {number}",), until=MONDAY, pipelines=(f"Pipeline number {number}",))
        for number in range(4)
    )
    full = with_on_call("", held, ZONE)
    assert full is not None
    assert "until" in full
    shorter = with_on_call("x" * 100, held, ZONE)
    assert shorter is not None
    assert "until" not in shorter
    assert "Pipeline number 3" in shorter
    assert (
        with_on_call("x" * 180, held, ZONE)
        == f"{'x' * 180} ▸ On call: Person 0 and Person 1 and Person 2 and Person 3 ◂"
    )
    assert with_on_call("x" * 205, held, ZONE) == f"{'x' * 205} ▸ On call: 4 people, see /oncall ◂"
    assert with_on_call("x" * 240, held, ZONE) is None
    assert all(len(with_on_call("x" * width, held, ZONE) or "") <= LIMIT for width in range(LIMIT))
