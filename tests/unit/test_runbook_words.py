"""Words: split, stemmed, joined, repaired."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.words import STOP, Spelling, distance, joined, stem, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("KafkaConsumerLag is high", ["kafka", "consumer", "lag", "is", "high"]),
        ("DAU/MAU fell by 24h", ["dau", "mau", "fell", "by", "24", "h"]),
        ("it's late, don’t wait", ["its", "late", "dont", "wait"]),
        ("aggregate-engagement 2024-06-03", ["aggregate", "engagement", "2024", "6", "3"]),
        ("due 09:00", ["due", "9", "0"]),
        ("Überlauf im Join", ["überlauf", "im", "join"]),
        ("", []),
        ("¿? — …", []),
    ],
)
def test_text_is_split_into_the_words_people_mean(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    "family",
    [
        ("update", "updates", "updated", "updating"),
        ("crash", "crashes", "crashed", "crashing"),
        ("duplicate", "duplicates", "duplicated", "duplication"),
        ("aggregate", "aggregated", "aggregation"),
        ("map", "maps", "mapped", "mapping"),
        ("query", "queries"),
        ("miss", "missed", "missing"),
        ("stop", "stops", "stopped", "stopping"),
    ],
)
def test_forms_of_a_word_meet(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1, [stem(word) for word in family]


@pytest.mark.parametrize(
    ("one", "other"), [("late", "lag"), ("status", "state"), ("string", "stress"), ("data", "date")]
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.text(alphabet=st.characters(categories=["Ll"]), min_size=1, max_size=20))
def test_a_stem_is_never_empty_nor_longer(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)


def test_neighbours_are_joined() -> None:
    assert joined(["back", "fill", "queues"]) == [stem("backfill"), stem("fillqueues")]


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("kafka", "kafka", 0), ("kafak", "kafka", 1), ("outtage", "outage", 1), ("spark", "shark", 1), ("", "abc", 3)],
)
def test_distance_counts_slips_of_the_finger(left: str, right: str, slips: int) -> None:
    assert distance(left, right) == slips


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_distance_is_the_same_both_ways_and_bounded(left: str, right: str) -> None:
    assert distance(left, right) == distance(right, left)
    assert abs(len(left) - len(right)) <= distance(left, right) <= max(len(left), len(right))


CORPUS = Spelling(
    ["kafka", "outage", "duplicate", "events", "fresh", "take", "subscription", "salary", "schema", "memory"]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kafak", "kafka"),
        ("outtage", "outage"),
        ("duplcate", "duplicate"),
        ("evnts", "events"),
        ("subscritpion", "subscription"),
        ("shcema", "schema"),
        ("memmory", "memory"),
    ],
)
def test_a_typo_is_repaired(typed: str, meant: str) -> None:
    assert CORPUS.repaired(typed) == meant


@pytest.mark.parametrize("word", ["bake", "french", "sourdough", "laptop", "celery", "k8s", "x", ""])
def test_another_word_is_left_alone(word: str) -> None:
    assert CORPUS.repaired(word) is None


def test_stop_words_say_how_a_question_is_asked_not_what_about() -> None:
    assert {"how", "do", "the", "who", "is"} <= STOP
    assert not {"kafka", "late", "missing", "profit", "empty", "wrong"} & STOP
