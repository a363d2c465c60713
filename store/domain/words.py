"""Words of a text as the search compares them: split, stemmed lightly, repaired when mistyped."""

import re
from collections.abc import Iterable
from itertools import pairwise

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_DOUBLED = re.compile(r"([bdfgmnprt])\1$")
_VOWEL = re.compile(r"[aeiouy]")


def words_of(text: str) -> list[str]:
    """
    Return the words of *text* in order, lower case; `JobFailed` is two words, `24h` too, `don't` one.
    """
    text = _CAMEL.sub(" ", text.replace("’", "'")).replace("'", "")
    return [word.lstrip("0") or "0" if word.isdigit() else word for word in _WORD.findall(text.casefold())]


STOP = frozenset(
    words_of(
        """
        a about after again all also am an and another any anybody anyone are aren as at be because been before being
        but by can cannot cant could did didnt do does doesnt doing done dont for from get gets getting give go
        goes going got had has hasnt have having he hello help her here hey hi him his how i if im in instead into is
        isnt it its just know let like look looks make makes many may me might more most much must my need needs no nor
        not now of off ok on once only or other our out over own please put said says see seem seems shall she should
        show showed showing shown shows so some somebody someone something still such tell than thanks that thats the
        their them then there these they thing things this those to too up us use using very want was wasnt way we were
        what whats when where which while who whom whose why will with without wont would you your
        """
    )
)
"""Words that say nothing about what is asked; `intent` reads the telling ones among them first."""


def stem(word: str) -> str:
    """
    Return *word* without its ending, so that `updated`, `updates` and `updating` meet. Light: no word is cut below 3.

    Source: Porter 1980, steps 1a and 1b, and the endings -ion and -e that a runbook's nouns and verbs differ by.
    """
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies"):
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and _VOWEL.search(rest):
            return _DOUBLED.sub(r"\1", rest).removesuffix("e")
    if word.endswith(("tion", "sion")) and len(word) > 6:
        return word[:-3]
    return word.removesuffix("e") if len(word) > 3 else word


def joined(words: list[str]) -> list[str]:
    """Return the stems of neighbours written as one: "back fill" is `backfill`, "on call" is `oncall`."""
    return [stem(left + right) for left, right in pairwise(words)]


def distance(left: str, right: str) -> int:
    """Return the Damerau distance: letters added, dropped, replaced, or swapped with a neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


class Spelling:
    """The words of a corpus, ready to repair those that are not in it."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(sorted({word for word in words if len(word) > 3 and word.isalpha()}))
        self._having: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            for pair in _letter_pairs(word):
                self._having.setdefault(pair, []).append(number)

    def repaired(self, word: str) -> str | None:
        """
        Return the one word of the corpus that *word* is most likely meant to be, or None.

        Short words stay: every one has neighbours ("bake", "take"). One slip is forgiven, two from six letters.
        The first letter counts as typed; people seldom miss it, and other words often differ in just that.
        """
        if len(word) < 5 or not word.isalpha():
            return None
        pairs = _letter_pairs(word)
        shared: dict[int, int] = {}
        for pair in pairs:
            for number in self._having.get(pair, ()):
                shared[number] = shared.get(number, 0) + 1
        allowed = 2 if len(word) >= 6 else 1
        near: list[tuple[int, float, str]] = []
        for number, count in shared.items():
            known = self._words[number]
            likeness = 2 * count / (len(pairs) + len(known) + 1)
            if known[0] == word[0] and abs(len(known) - len(word)) <= allowed and likeness >= 0.4:
                slips = distance(word, known)
                # of two slips the rest must still look alike: "french" is not "fresh"
                if slips <= allowed and (slips < 2 or likeness >= 0.65):
                    near.append((slips, -likeness, known))
        return min(near)[2] if near else None


def _letter_pairs(word: str) -> set[str]:
    return {a + b for a, b in pairwise(f"^{word}$")}
