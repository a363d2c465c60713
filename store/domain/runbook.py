"""
Runbook search: a question in, the section that answers it out, or an honest "not sure" or "none".

BM25F (Robertson and Zaragoza 2009) over sections, with three additions that each earned their place on questions
as people type them: typos are repaired from the pages' own words, a question's intent ("who owns …") favours the
heading that answers it, and the named pipeline counts as evidence, never as a filter: people name the wrong one.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal

from store.domain.calibrate import Assessment, Thresholds, thresholds_of
from store.domain.intent import INTENTS, Intent, Wish, intents_of
from store.domain.section import Section, sections_of, units_of
from store.domain.words import STOP, Spelling, joined, stem, words_of

__all__ = ["Answer", "Band", "Hit", "Index", "Section", "search", "sections_of"]

Band = Literal["answer", "unsure", "none"]

WEIGHTS = {"title": 3.0, "aliases": 1.0, "heading": 2.0, "body": 1.0}
LENGTH = {"title": 0.0, "aliases": 0.0, "heading": 0.3, "body": 0.6}
"""How much a field's length counts against it: a title's never."""
K1 = 1.2
INTENT_BOOST = 1.35
HINT_BOOST = 1.5
PAIR_WEIGHT = 0.5
"""Of two neighbours found as neighbours, beside the words themselves."""
REPAIRED_WEIGHT = 0.8
LONGEST = 600
"""Characters of a question that are read; the rest of a pasted log adds words, not meaning."""
FULL = WEIGHTS["title"] / (K1 + WEIGHTS["title"])
"""What a word earns, before its rarity, where it counts as fully met."""


@dataclass(frozen=True)
class Hit:
    section: Section
    score: float


@dataclass(frozen=True)
class Answer:
    band: Band
    """`answer`: the first hit is it. `unsure`: show the first three. `none`: no runbook covers this."""
    hits: tuple[Hit, ...] = ()
    unknown_words: tuple[str, ...] = ()
    """The words of the question that no page has, as typed, lower case."""


@dataclass(frozen=True)
class Term:
    """One thing a question asks for: a word, with what counts as meeting it."""

    tokens: tuple[tuple[str, float], ...]
    """Index words and what each is worth."""
    rarity: float
    counts: bool = True
    """Whether leaving it unmet makes the answer doubtful."""
    intent: Intent | None = None


@dataclass(frozen=True)
class Index:
    """Sections made ready to be searched. Build it once for a plan; a search takes about a millisecond."""

    sections: tuple[Section, ...]
    units: tuple[Section, ...]
    weights: Mapping[str, Mapping[int, float]] = field(repr=False)
    """Index word to unit to weighted, length-normalised count."""
    words: frozenset[str] = field(repr=False)
    """Stems that are words of a page; `weights` holds joined neighbours too."""
    spelling: Spelling = field(repr=False)

    @classmethod
    def of(cls, sections: Iterable[Section], aliases: Mapping[str, Sequence[str]] | None = None) -> "Index":
        """
        Args:
            aliases: pipeline key to further names of it.
        """
        sections = tuple(sections)
        units = tuple(unit for section in sections for unit in units_of(section))
        names = {key: " ".join(others) for key, others in (aliases or {}).items()}
        fields = {
            "title": [words_of(f"{unit.page_title} {unit.pipeline}") for unit in units],
            "aliases": [words_of(names.get(unit.pipeline, "")) for unit in units],
            "heading": [words_of(" ".join(unit.path)) for unit in units],
            "body": [words_of(unit.text) for unit in units],
        }
        weights: dict[str, dict[int, float]] = {}
        spoken = {word for texts in fields.values() for words in texts for word in words}
        for name, texts in fields.items():
            usual = max(1.0, sum(map(len, texts)) / max(1, len(texts)))
            for number, words in enumerate(texts):
                room = 1 - LENGTH[name] + LENGTH[name] * len(words) / usual
                for token, count in Counter([stem(word) for word in words] + joined(words)).items():
                    of_token = weights.setdefault(token, {})
                    of_token[number] = of_token.get(number, 0.0) + WEIGHTS[name] * count / room
        return cls(sections, units, weights, frozenset(map(stem, spoken)), Spelling(spoken - STOP))

    def rarity(self, token: str) -> float:
        """Return the inverse document frequency of *token*; of an unknown one the largest there is."""
        return math.log(1 + (len(self.units) + 0.5) / (len(self.weights.get(token, ())) + 0.5))

    def answering(self, intent: Intent) -> frozenset[int]:
        """Return the units whose heading (or text) answers *intent*."""
        return self._answering[intent.name]

    @cached_property
    def _answering(self) -> Mapping[str, frozenset[int]]:
        return {
            intent.name: frozenset(
                number
                for number, unit in enumerate(self.units)
                if intent.answered.search(unit.text if intent.in_text else unit.heading)
            )
            for intent in INTENTS
        }

    @cached_property
    def thresholds(self) -> Thresholds:
        return thresholds_of([f"{unit.heading}\n{unit.text}" for unit in self.units], self._assess)

    def _assess(self, question: str) -> Assessment:
        terms, _ = _terms(self, question)
        return assess(self, terms, rank(self, terms))


def search(index: Index, question: str, *, pipeline: str | None = None, limit: int = 10) -> Answer:
    """
    Return the sections that answer *question*, best first, and how sure that is.

    Args:
        pipeline: key of the pipeline the person named, if any; evidence, not a filter.
    """
    terms, unknown = _terms(index, question)
    ranked = rank(index, terms, pipeline=pipeline)
    hits = tuple(Hit(index.units[number], score) for number, score in ranked[:limit])
    found = assess(index, terms, ranked)
    band: Band = "none"
    if found.coverage > index.thresholds.unsure:
        band = "answer" if found.certainty >= index.thresholds.answer and not _torn(hits) else "unsure"
    return Answer(band, hits, unknown)


def rank(index: Index, terms: Sequence[Term], *, pipeline: str | None = None) -> list[tuple[int, float]]:
    """Return (unit, score), best first; units that meet nothing are left out."""
    scores: dict[int, float] = {}
    boosted: set[int] = set()
    for term in terms:
        for number, met in _met(index, term).items():
            scores[number] = scores.get(number, 0.0) + term.rarity * met
        if term.intent:
            boosted |= index.answering(term.intent)
    for number in scores:
        if number in boosted:
            scores[number] *= INTENT_BOOST
        if pipeline and index.units[number].pipeline == pipeline:
            scores[number] *= HINT_BOOST
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def assess(index: Index, terms: Sequence[Term], ranked: Sequence[tuple[int, float]]) -> Assessment:
    """Return how sure the first of *ranked* is the answer."""
    counted = [term for term in terms if term.counts]
    asked = sum(term.rarity for term in counted)
    if not ranked or not asked:
        return Assessment(coverage=0.0, certainty=0.0)
    unit, best = ranked[0]
    met = sum(term.rarity * min(1.0, _met(index, term).get(unit, 0.0) / FULL) for term in counted)
    lead = 1 - ranked[1][1] / best if len(ranked) > 1 else 1.0
    return Assessment(coverage=met / asked, certainty=min(1.0, met / asked * (1 + lead)))


def _met(index: Index, term: Term) -> dict[int, float]:
    """Return, for each unit that meets *term*, how well: 0 to just below 1."""
    met: dict[int, float] = {}
    for token, worth in term.tokens:
        for number, weight in index.weights.get(token, {}).items():
            met[number] = max(met.get(number, 0.0), worth * weight / (K1 + weight))
    if term.intent and not term.intent.in_text:
        for number in index.answering(term.intent):
            met[number] = FULL
    return met


def _terms(index: Index, question: str) -> tuple[list[Term], tuple[str, ...]]:
    """Return what *question* asks for, and its content words that no page has."""
    question = question[:LONGEST]
    words = words_of(question)
    wishes = intents_of(question)
    terms = [_wished(index, wish) for wish in wishes]
    spent = {word for wish in wishes for word in words_of(wish.words)}
    for left, right in dict.fromkeys(pairwise(words)):
        token = stem(left + right)
        if token in index.words:  # "back fill", where a page writes `backfill`
            terms.append(Term(((token, 1.0),), index.rarity(token)))
            spent |= {half for half in (left, right) if stem(half) not in index.weights}
        elif token in index.weights:
            terms.append(Term(((token, PAIR_WEIGHT),), index.rarity(token), counts=False))
    unknown: list[str] = []
    for word in dict.fromkeys(words):
        if word in STOP or word in spent:
            continue
        token = stem(word)
        if token in index.weights:
            terms.append(Term(((token, 1.0),), index.rarity(token), counts=not word.isdigit()))
        elif repaired := index.spelling.repaired(word):
            token = stem(repaired)
            terms.append(Term(((token, REPAIRED_WEIGHT),), index.rarity(token)))
        elif len(word) > 1 and not word.isdigit():
            unknown.append(word)
            terms.append(Term((), index.rarity(token)))
    return terms, tuple(unknown)


def _wished(index: Index, wish: Wish) -> Term:
    found = index.answering(wish.intent)
    tokens = tuple((stem(word), 1.0) for word in words_of(wish.words) if word not in STOP)
    rarity = math.log(1 + (len(index.units) + 0.5) / (len(found) + 0.5))
    return Term(tokens, rarity, counts=not wish.intent.in_text, intent=wish.intent)


def _torn(hits: Sequence[Hit]) -> bool:
    """Whether a section of another page does as well: then the person must say which pipeline is meant."""
    first = hits[0]
    return any(hit.section.pipeline != first.section.pipeline and hit.score >= 0.95 * first.score for hit in hits[1:3])
