"""Where answer, unsure and none begin: found from the corpus, not written down."""

from collections.abc import Callable

import pytest

from store.domain.calibrate import EVERYDAY, Assessment, thresholds_of
from store.domain.runbook import Index, Section, search
from store.domain.words import words_of

WORDS = words_of(
    """
    broker lag offset replay consumer topic salary ledger invoice currency region margin churn renewal trial
    signup segment cohort export schema column skew join shuffle heap worker lease queue backfill quarter
    """
)
# one text per start: eight neighbours of a ring, so that texts overlap as pages do
TEXTS = [" ".join((WORDS * 2)[start : start + 8]) for start in range(0, len(WORDS), 2)]


def assess_by(share: Callable[[str], float]) -> Callable[[str], Assessment]:
    return lambda question: Assessment(coverage=share(question), certainty=share(question))


def best_overlap(question: str) -> float:
    asked = set(question.split())
    return max(len(asked & set(text.split())) for text in TEXTS) / len(asked)


def test_the_answer_band_begins_between_sense_and_nonsense() -> None:
    bounds = thresholds_of(TEXTS, assess_by(best_overlap))
    assert best_overlap(f"{WORDS[0]} {WORDS[1]} {WORDS[2]} {WORDS[3]}") >= bounds.answer
    assert best_overlap(f"{WORDS[0]} {WORDS[8]} {WORDS[16]} {WORDS[24]}") < bounds.answer


def test_most_everyday_sentences_lie_below_unsure() -> None:
    length = {question: len(question) / 100 for question in EVERYDAY}
    bounds = thresholds_of(TEXTS, assess_by(lambda question: length.get(question, 0.9)))
    below = sum(value <= bounds.unsure for value in length.values())
    assert 0.85 * len(EVERYDAY) <= below < len(EVERYDAY)


def test_two_plans_have_bounds_of_their_own() -> None:
    def index(texts: list[str]) -> Index:
        return Index.of([Section("p", "Page", text.split()[0], (text.split()[0],), text, 1) for text in texts])

    repetitive = [f"{text} how weather book table fence bicycle" for text in TEXTS]
    assert index(TEXTS).thresholds != index(repetitive).thresholds
    assert index(repetitive).thresholds.unsure > index(TEXTS).thresholds.unsure


@pytest.mark.parametrize("texts", [[], ["one short page"], ["broker lag offset"] * 3])
def test_a_handful_of_sections_still_has_bounds(texts: list[str]) -> None:
    bounds = thresholds_of(texts, assess_by(lambda _: 0.5))
    assert 0 < bounds.unsure < bounds.answer < 1


def test_everyday_sentences_are_refused_by_a_plan_that_is_about_something_else() -> None:
    index = Index.of([Section("p", "Page", text.split()[0], (text.split()[0],), text, 1) for text in TEXTS])
    assert [question for question in EVERYDAY if search(index, question).band == "answer"] == []
