"""The search on a small corpus that shows each rule by itself."""

import time

import pytest

from store.domain.intent import intents_of
from store.domain.runbook import Index, Section, search

TEXTS = {
    ("engagement", "The event stream is empty"): "Kafka is down. Brokers crashed and events are lost.\n\n1. Call them.",
    ("engagement", "Duplicate events"): "One click is counted three times. The client retries.\n\n1. Deduplicate.",
    ("engagement", "The join runs out of memory"): "Spark dies with OOM in a skewed join on accounts.\n\n1. Salt it.",
    ("engagement", "SLA"): "Data arrives within 48 hours.",
    ("engagement", "Owners and contacts"): "Software Engineering, then Data Engineering.",
    ("profit", "Salary data is late"): "Team costs are zero because the HR file did not come.\n\n1. Ask Finance.",
    ("profit", "Rerun and backfill"): "Oldest month first, and tell Finance before.",
    ("profit", "Profit does not match the books"): "Timing, currency or a missing expense category.\n\n1. Compare.",
    ("profit", "SLA"): "Final on the 28th of the month.",
    ("profit", "Owners and contacts"): "Finance, then Data Engineering.",
}


def section(pipeline: str, heading: str, text: str) -> Section:
    return Section(pipeline, f"Aggregate {pipeline.title()}", heading, (heading,), text, 1)


INDEX = Index.of(
    [section(pipeline, heading, text) for (pipeline, heading), text in TEXTS.items()],
    aliases={"engagement": ("dau",), "profit": ("margin",)},
)


def first(question: str, pipeline: str | None = None) -> tuple[str, str]:
    hit = search(INDEX, question, pipeline=pipeline).hits[0]
    return hit.section.pipeline, hit.section.heading


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("kafka brokers crashed", "The event stream is empty"),
        ("clicks counted three times", "Duplicate events"),
        ("SparkJoin OOM", "The join runs out of memory"),
        ("hr file for salaries", "Salary data is late"),
        ("currency of an expense", "Profit does not match the books"),
    ],
)
def test_the_words_of_a_section_find_it(question: str, heading: str) -> None:
    assert first(question)[1] == heading


def test_a_word_in_the_heading_outweighs_one_in_the_text() -> None:
    index = Index.of(
        [
            section("p", "Skew", "One account is larger than all others together and more."),
            section("p", "Memory", "Look for skew among the accounts, the larger ones above all."),
            section("p", "Other", "Nothing of the kind."),
        ]
    )
    assert search(index, "skew").hits[0].section.heading == "Skew"


def test_mistyped_words_are_repaired_and_not_called_unknown() -> None:
    answer = search(INDEX, "kafak brokres")
    assert answer.hits[0].section.heading == "The event stream is empty"
    assert answer.unknown_words == ()


def test_a_word_written_apart_finds_the_one_written_together() -> None:
    answer = search(INDEX, "back fill")
    assert answer.hits[0].section.heading == "Rerun and backfill"
    assert answer.unknown_words == ()


def test_a_word_written_together_finds_the_one_written_apart() -> None:
    index = Index.of([section("p", "Old days", "Back fill them."), section("p", "New days", "Wait for them.")])
    answer = search(index, "backfill")
    assert [hit.section.heading for hit in answer.hits] == ["Old days"]
    assert answer.unknown_words == ()


def test_of_a_list_of_issues_the_one_asked_about_is_shown() -> None:
    issues = section(
        "p", "Known issues", "- Kafka lags: wait.\n- The CRM sync fails: ask Accounts.\n- OOM: salt the key."
    )
    (hit,) = search(Index.of([issues]), "crm sync").hits
    assert hit.section.text == "- The CRM sync fails: ask Accounts."


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("who owns this", "Owners and contacts"),
        ("whom to ask about it", "Owners and contacts"),
        ("when will it be ready", "SLA"),
        ("deadline?", "SLA"),
        ("how do I run it again", "Rerun and backfill"),
    ],
)
def test_what_is_wanted_chooses_the_heading(question: str, heading: str) -> None:
    assert first(question, "profit") == ("profit", heading)


def test_to_fix_something_steps_come_before_facts() -> None:
    index = Index.of(
        [
            section("p", "Lag, in figures", "Lag of consumers, of all consumers: the board."),
            section("p", "Lag, in practice", "Lag of consumers grows.\n\n1. Add a consumer."),
            section("p", "Other", "Nothing of the kind."),
        ]
    )
    assert search(index, "consumers lag").hits[0].section.heading == "Lag, in figures"
    assert search(index, "how do I fix consumers lag").hits[0].section.heading == "Lag, in practice"


def test_what_stands_in_the_gap_of_a_question_is_still_asked_about() -> None:
    (wish,) = intents_of("when will the kafka data be ready")
    assert wish.intent.name == "sla"
    assert "kafka" not in wish.words


def test_the_named_pipeline_decides_between_equals() -> None:
    assert first("what is the SLA", "profit") == ("profit", "SLA")
    assert first("what is the SLA", "engagement") == ("engagement", "SLA")


def test_a_wrong_pipeline_never_hides_the_right_section() -> None:
    assert first("kafka brokers crashed", "profit") == ("engagement", "The event stream is empty")


def test_an_alias_finds_its_page() -> None:
    assert first("dau sla") == ("engagement", "SLA")
    assert first("margin sla") == ("profit", "SLA")


def test_the_same_heading_on_two_pages_is_not_answered_for_one_of_them() -> None:
    answer = search(INDEX, "what is the SLA")
    assert answer.band == "unsure"
    assert {hit.section.pipeline for hit in answer.hits[:2]} == {"engagement", "profit"}


def test_words_that_no_page_has_are_named_in_order_and_once() -> None:
    answer = search(INDEX, "Terraform and Kafka: terraform apply at 3 with helm")
    assert answer.unknown_words == ("terraform", "apply", "helm")


@pytest.mark.parametrize("question", ["", "   ", "how do I do it", "?!", "🔥🔥", "2024-06-03"])
def test_a_question_without_content_has_no_answer(question: str) -> None:
    assert search(INDEX, question).band == "none"


def test_hits_come_best_first_and_no_more_than_asked_for() -> None:
    scores = [hit.score for hit in search(INDEX, "data finance events", limit=3).hits]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_the_same_question_has_the_same_answer() -> None:
    assert search(INDEX, "finance data") == search(INDEX, "finance data")


def test_no_pages_no_answer() -> None:
    assert search(Index.of([]), "kafka is down").band == "none"


def test_a_pasted_log_is_answered_in_good_time() -> None:
    log = "kafka brokers crashed " + "java.lang.OutOfMemoryError at org.apache.Foo(Foo.java:123)\n" * 20_000
    began = time.perf_counter()
    assert search(INDEX, log).hits[0].section.pipeline == "engagement"
    assert time.perf_counter() - began < 0.5
