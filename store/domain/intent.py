"""What a question wants to know, and the headings that say it."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Intent:
    name: str
    asked: re.Pattern[str]
    """Matches the question. A group is a gap: what stands in it is asked about, it does not show the intent."""
    answered: re.Pattern[str]
    """Matches the heading, or for `fix` the text, that answers it."""
    in_text: bool = False


def _intent(name: str, asked: str, answered: str, *, in_text: bool = False) -> Intent:
    return Intent(
        name,
        re.compile(rf"\b(?:{asked})\b", re.IGNORECASE),
        re.compile(answered, re.IGNORECASE | re.MULTILINE),
        in_text,
    )


INTENTS = (
    _intent(
        "fix",
        r"fix(?:es|ed|ing)?|repair|resolve|solve|recover|handle|mitigate|troubleshoot|"
        r"what (?:to do|do i do|should i do|now)",
        r"^\d+[.)] ",
        in_text=True,
    ),
    _intent(
        "rerun",
        r"re-?runs?|re-?run it|back ?fills?|back-fills?|run (?:it )?again|replay|reprocess|roll ?back|retry",
        r"\b(?:rerun|backfill|rollback|replay)",
    ),
    _intent(
        "impact",
        r"impact|blast radius|downstream|affect(?:s|ed)?|who (?:reads|uses|needs)|what depends|how bad",
        r"\b(?:impact|outputs?|purpose|what it is for|blast radius|depend)",
    ),
    _intent(
        "owner",
        r"owners?|owns?|ownership|responsible|in charge|maintain(?:s|er|ers)?|contacts?|"
        r"who (?:do|should|can|could) (?:i|we) (?:ask|call|contact|tell|ping)|who knows|"
        r"whom? to (?:ask|call|contact|tell|ping)",
        r"\b(?:owners?|ownership|contacts?)\b",
    ),
    _intent(
        "sla",
        r"slas?|deadlines?|due|promised?|by when|when (?:must|should|does|do|is|will) (.{0,40}?)"
        r"(?:ready|done|finish|finished|complete|available|delivered|there)|how (?:late|fresh|old) (?:may|can|is)",
        r"\b(?:slas?|deadlines?|service level)\b",
    ),
    _intent(
        "escalate",
        r"escalat(?:e|es|ed|ion)|who(?:m)? (?:to|do i|should i) (?:wake|page|escalate)|wake",
        r"\b(?:escalat|on-?call|owners? and contacts)",
    ),
    _intent(
        "on-call",
        r"on[- ]?call|on duty|at night|weekends?|whose shift|rotation",
        r"\bon-?call\b",
    ),
    _intent(
        "verify",
        r"verif(?:y|ied|ication)|validat(?:e|es|ed|ion)|sanity|double[- ]check|"
        r"(?:check|tell|know|make sure|be sure|see) (?:if |that |whether |the )?(.{0,30}?)"
        r"(?:right|correct|true|ok|good|sane)",
        r"\b(?:validat|verif|sanity)",
    ),
    _intent(
        "alerts",
        r"thresholds?|alerts?|(?:which|what) checks|monitor(?:s|ed|ing)?",
        r"\b(?:checks|alerts|monitoring|thresholds?)\b",
    ),
    _intent(
        "inputs",
        r"inputs?|outputs?|reads?|writes?|sources?|where does (.{0,40}) (?:come from|go)|upstreams?|fed by",
        r"\b(?:inputs?|outputs?|data sources?|dependenc)",
    ),
    _intent(
        "purpose",
        r"what (?:is|does) (?:it|this|this pipeline) (?:for|do)|purpose|why do we have",
        r"\b(?:purpose|what it is for|what it does|description|overview)\b",
    ),
    _intent(
        "definition",
        r"defin(?:e|ed|es|ition|itions)|what (?:counts|count) as|what does (.{0,40}) mean|meaning of|how do we count",
        r"\bdefinitions?\b",
    ),
    _intent(
        "components",
        r"components?|architecture|how does (?:it|this) work|parts of",
        r"\b(?:components?|architecture|how it works)\b",
    ),
)


@dataclass(frozen=True)
class Wish:
    """An intent that a question was found to have, and the words that showed it."""

    intent: Intent
    words: str


def intents_of(question: str) -> tuple[Wish, ...]:
    """Return what *question* wants to know, as far as its words show it."""
    found = ((intent, intent.asked.search(question)) for intent in INTENTS)
    return tuple(Wish(intent, _shown(match)) for intent, match in found if match)


def _shown(match: re.Match[str]) -> str:
    words = match[0]
    for gap in match.groups(""):
        words = words.replace(gap, " ", 1) if gap else words
    return words
