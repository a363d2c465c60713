"""
Where the bands of the search begin, found by asking the corpus itself.

What a score is worth depends on the pages: how many there are, how long, how much they repeat each other. So the
bounds are no constants. Questions that should be answered are put together from the words of one section; those
that should not, from sections that have nothing to do with each other, and from everyday sentences.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from store.domain.words import STOP, words_of

SAMPLE = 120
"""Sections asked about; enough for steady quantiles, and a tenth of a second on a large plan."""
EVERYDAY = """
how do I boil an egg
what is the weather like in Lisbon tomorrow
book a table for six at the harbour restaurant
who won the football match last night
my bicycle has a flat tyre and the pump is gone
translate this letter into Portuguese
which vaccine do I need before travelling to Peru
the washing machine makes a strange noise
recommend a novel about the sea
how many calories are in a banana
renew the parking permit for my street
the printer on the third floor is out of paper
where can I buy cheap concert tickets
paint the fence before winter comes
what should I plant in a shady garden
the guitar will not stay in tune
cancel my gym membership please
how long does bread dough have to rest
is the museum open on Sunday
my phone battery dies within an hour
learn to swim as an adult
the neighbour's dog barks all night
the lift in the north building is stuck
how do I get coffee stains out of a shirt
set up a new laptop for the intern
deploy the website to another cloud region
rotate the certificate of the load balancer
the mail server rejects our newsletters
upgrade the operating system of the build machines
the video call has no sound
""".strip().splitlines()


@dataclass(frozen=True)
class Assessment:
    coverage: float
    """Share of the question, by rarity of its words, that the first section meets; 0 to 1."""
    certainty: float
    """Coverage, raised by how far the first section is ahead of the second; 0 to 1."""


@dataclass(frozen=True)
class Thresholds:
    """Where the bands begin."""

    unsure: float
    """Coverage. Below it lie nine in ten everyday sentences: no runbook covers this."""
    answer: float
    """Certainty that best tells questions about one section from questions about nothing."""


def thresholds_of(texts: Sequence[str], assess: Callable[[str], Assessment]) -> Thresholds:
    """
    Return the bounds for a corpus.

    Args:
        texts: one per section, heading included.
        assess: asks the corpus a question, and says how sure it is of the first answer.
    """
    content = [list(dict.fromkeys(word for word in words_of(text) if word not in STOP)) for text in texts]
    content = [words for words in content if len(words) >= 8]
    if len(content) < 8:
        return Thresholds(unsure=0.25, answer=0.5)  # too few sections to learn from
    foreign = [assess(question).coverage for question in EVERYDAY]
    good = [assess(question).certainty for question in _coherent(content)]
    mixed = [assess(question).certainty for question in _incoherent(content)]
    return Thresholds(unsure=_quantile(foreign, 0.9), answer=_best_cut(good, mixed))


def _coherent(content: Sequence[Sequence[str]]) -> Iterator[str]:
    """Questions about one section: three of its words and one of another's, as people never use quite the same."""
    for number in _spread(len(content)):
        words, other = content[number], content[(number + len(content) // 2) % len(content)]
        step = len(words) // 4
        own = (words[number % step], words[step + 1], words[2 * step + 1])
        yield " ".join((*own, other[(5 * number + 2) % len(other)]))


def _incoherent(content: Sequence[Sequence[str]]) -> Iterator[str]:
    """Questions about nothing: words of four sections far apart."""
    for number in _spread(len(content)):
        far = [content[(number + part * len(content) // 4) % len(content)] for part in range(4)]
        yield " ".join(words[(7 * number + 3) % len(words)] for words in far)


def _spread(size: int) -> range:
    return range(0, size, max(1, size // SAMPLE))


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _best_cut(good: Sequence[float], bad: Sequence[float]) -> float:
    """Return the bound that keeps most of *good* above and of *bad* below, each counted as a share."""

    def gain(bound: float) -> float:
        kept = sum(value >= bound for value in good) / len(good)
        return kept - sum(value >= bound for value in bad) / len(bad)

    return max(sorted({*good, *bad}), key=gain)
