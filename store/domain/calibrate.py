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
class Thresholds:
    """Bounds of the bands on a confidence of 0 to 1."""

    unsure: float
    answer: float


def thresholds_of(texts: Sequence[str], confidence: Callable[[str], float]) -> Thresholds:
    """
    Return the bounds for a corpus.

    Args:
        texts: one per section, heading included.
        confidence: asks the corpus a question; how sure it is of its first answer.
    """
    content = [list(dict.fromkeys(word for word in words_of(text) if word not in STOP)) for text in texts]
    content = [words for words in content if len(words) >= 8]
    if len(content) < 8:
        return Thresholds(unsure=0.3, answer=0.6)  # too few sections to learn from
    foreign = [confidence(question) for question in EVERYDAY]
    good = [confidence(question) for question in _coherent(content)]
    mixed = [confidence(question) for question in _incoherent(content)]
    answer = _best_cut(good, mixed + foreign)
    return Thresholds(unsure=min(_quantile(foreign, 0.95), answer), answer=answer)


def _coherent(content: Sequence[Sequence[str]]) -> Iterator[str]:
    """Questions about one section: three of its words, and one that no page has, as people always bring along."""
    for number in _spread(len(content)):
        words = content[number]
        step = max(1, len(words) // 4)
        yield " ".join((words[number % step], words[step + 1], words[2 * step + 2], "qzx"))


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
