"""
Forty-odd questions as people on call type them, each with the headings that answer it.

They were written before the search was, but by the hand that wrote the pages: the figures flatter a little.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from store.domain.runbook import Answer, Index, search
from store.plans import load_plan
from store.runbooks import index_of

HOUSE = Path(__file__).parents[2] / "runbooks" / "house"
ENGAGEMENT, DAILY, UNIT = "aggregate-engagement", "daily-growth", "unit-level-profit"
PROFIT, GROWTH, INVESTOR = "aggregate-profit", "aggregate-growth", "aggregate-investor"


@dataclass(frozen=True)
class Asked:
    question: str
    headings: tuple[str, ...]
    """Beginnings of the headings that answer it."""
    pipelines: tuple[str, ...]
    hint: str | None = None


ANSWERABLE = (
    # symptoms, with the pipeline named
    Asked("kafka was down all night", ("The event stream is empty",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("no events since 2am", ("The event stream is empty",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("events from yesterday showing up today", ("Events arrive late",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("same click 3 times", ("Duplicate events",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("frontend changed the event format", ("Events cannot be parsed",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("dau dropped 40%", ("Engagement suddenly",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("MAU number differs from the other dashboard", ("Two reports count",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("job is slow, running for 3 hours", ("The run takes",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("trial conversions are zero", ("Trial conversions",), (DAILY,), DAILY),
    Asked("provider api timeout, only half the day", ("The day is partial",), (DAILY,), DAILY),
    Asked("alert says outlier but looks fine to me", ("A spike or a dip",), (DAILY,), DAILY),
    Asked("finance says our number is wrong", ("Our profit does not match",), (PROFIT,), PROFIT),
    Asked("salaries not in yet", ("Salary data",), (PROFIT,), PROFIT),
    Asked("expense booked in march instead of february", ("Costs are booked",), (PROFIT,), PROFIT),
    Asked("accounting api does not respond", ("The accounting API",), (PROFIT,), PROFIT),
    Asked("customer shown as churned but still logs in", ("An active account is marked",), (GROWTH,), GROWTH),
    Asked("account went from trial to enterprise without the step between", ("An account skips",), (GROWTH,), GROWTH),
    Asked("duplicate companies", ("Duplicate accounts",), (GROWTH,), GROWTH),
    Asked("growth is 900 percent", ("Growth rates are",), (GROWTH,), GROWTH),
    Asked("cloud spend not assigned to any account", ("Costs arrive late",), (UNIT,), UNIT),
    Asked("experiment tags look wrong", ("Experiment tags",), (UNIT,), UNIT),
    Asked("join dies with OOM", ("The join runs out", "Run failed: out of memory"), (INVESTOR,), INVESTOR),
    Asked("division by zero in the report", ("NA values",), (INVESTOR,), INVESTOR),
    Asked("we will not make month end", ("The report may miss",), (INVESTOR,), INVESTOR),
    # without a hint: the words must find the page
    Asked("kafka broker crashed", ("The event stream is empty",), (ENGAGEMENT,)),
    Asked("salesforce not updated by account executives", ("An account skips", "This week's account"), (GROWTH,)),
    Asked("stale cost labels", ("Costs go to the wrong",), (UNIT,)),
    Asked("activation system delay", ("Trial conversions",), (DAILY,)),
    Asked("profit does not match accounting", ("Our profit does not",), (PROFIT,)),
    Asked("two crms overlapping logs", ("Two CRMs",), (GROWTH,)),
    # facts
    Asked("who owns this", ("Owners",), (PROFIT,), PROFIT),
    Asked("when is it due", ("SLA",), (UNIT,), UNIT),
    Asked("whats the sla", ("SLA",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("who do I escalate to for churn numbers", ("Owners", "An active account", "On-call"), (GROWTH,), GROWTH),
    Asked("how do i backfill last week", ("Rerun and backfill",), (DAILY,), DAILY),
    Asked("how to check the figures are right", ("Validate",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("what does it read from", ("Inputs",), (GROWTH,), GROWTH),
    Asked("is anybody on call at night for this", ("On-call",), (DAILY,), DAILY),
    Asked("what counts as an active account", ("Definitions",), (ENGAGEMENT,), ENGAGEMENT),
    # typed in a hurry
    Asked("kafak outtage", ("The event stream is empty",), (ENGAGEMENT,)),
    Asked("duplcate evnts", ("Duplicate events",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("back fill queue stuck", ("Data is stale",), (INVESTOR,), INVESTOR),
    # the hint is wrong; the words are not
    Asked("kafka was down all night", ("The event stream is empty",), (ENGAGEMENT,), DAILY),
    Asked("salary file from HR missing", ("Salary data",), (PROFIT,), ENGAGEMENT),
)

AFTERWARDS = (
    Asked("nothing is coming through from the clickstream", ("The event stream is empty",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("brokers unreachable, what now", ("The event stream is empty",), (ENGAGEMENT,)),
    Asked("people who were offline just synced their phones", ("Events arrive late",), (ENGAGEMENT,), ENGAGEMENT),
    Asked(
        "one giant customer makes the aggregation blow the heap", ("The join or aggregate",), (ENGAGEMENT,), ENGAGEMENT
    ),
    Asked("new app release and fields are gone", ("Events cannot be parsed",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("android users vanished from the numbers", ("Activity logs are missing",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("who can confirm engagement numbers", ("Owners",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("two dashboards disagree about daily active users", ("Two reports count",), (ENGAGEMENT,)),
    Asked("crm sync lagging", ("CRM data is delayed",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("average session longer than the maximum", ("Averages or totals",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("numbers for yesterday are not there at nine", ("The day is late",), (DAILY,), DAILY),
    Asked("export started too early", ("The export ran before",), (DAILY,), DAILY),
    Asked("false alarm on signups spike", ("A spike or a dip",), (DAILY,), DAILY),
    Asked("segments dont sum up", ("Growth of one segment",), (DAILY,), DAILY),
    Asked("revert to the previous version", ("Rerun and backfill",), (DAILY,), DAILY),
    Asked("billing sync failed and no subscribers", ("Subscriber counts",), (UNIT,), UNIT),
    Asked("aws bill not attributed", ("Costs arrive late",), (UNIT,), UNIT),
    Asked("profit negative for healthy account", ("NULL, divide",), (UNIT,), UNIT),
    Asked("control group has too few units", ("Experiment tags",), (UNIT,)),
    Asked("wrong exchange rate", ("Our profit does not",), (PROFIT,), PROFIT),
    Asked("emea total off", ("Regions do not add up",), (PROFIT,), PROFIT),
    Asked("closed accounts still counted", ("An account is counted twice",), (PROFIT,), PROFIT),
    Asked("ops handed in receipts late", ("Costs are booked",), (PROFIT,)),
    Asked("auditor needs to confirm number", ("Our profit does not",), (PROFIT,), PROFIT),
    Asked("erp changed column names", ("A financial source",), (PROFIT,), PROFIT),
    Asked("acquired company appears two times", ("Duplicate accounts",), (GROWTH,), GROWTH),
    Asked("10 new customers but revenue flat", ("Growth and revenue",), (GROWTH,), GROWTH),
    Asked("payment failed, shown as cancelled", ("An active account",), (GROWTH,), GROWTH),
    Asked("timezone shifts retention", ("Retention is wrong",), (GROWTH,)),
    Asked("last year missing in the chart", ("History for the trend",), (GROWTH,), GROWTH),
    Asked("salesforce api down", ("The accounting or CRM API",), (GROWTH,)),
    Asked("baseline wrong for growth percent", ("Growth rates",), (GROWTH,), GROWTH),
    Asked("profit pipeline not done yet can we start", ("An upstream has not",), (INVESTOR,), INVESTOR),
    Asked("which run first when many are queued", ("Data is stale",), (INVESTOR,), INVESTOR),
    Asked("more active users than customers", ("Profit, growth and engagement",), (INVESTOR,)),
    Asked("worker died twice", ("Run failed: worker lost",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("exit code 137", ("Run failed: killed",), (ENGAGEMENT,), ENGAGEMENT),
    Asked("column renamed", ("Run failed: schema",), (DAILY,), DAILY),
    Asked("file not found", ("Run failed: missing input",), (DAILY,), DAILY),
    Asked("python exception in the job", ("Run failed: error",), (DAILY,), DAILY),
)
"""
Asked when the search was done, in words further from the pages'. At first 25 of the 40 had the right section on top and
31 among three; the pages have since learnt some of the words. What is missing here is what synonyms are for.
"""

UNANSWERABLE = (
    "how do i bake sourdough",
    "wifi password for the office",
    "best laptop for gaming",
    "terraform state is locked",
    "how do I renew my passport",
    "kubernetes ingress certificate expired",
    "translate this poem to french",
    "book a meeting room for friday lunch",
)

NEAR = (
    "how do I get access to the reporting database",
    "upgrade spark to the next version",
    "add a new engineer to the rotation",
    "change the colour of the dashboard",
    "delete a customer's data for GDPR",
    "what did kafka cost us last year",
    "hire another data scientist",
    "reset my salesforce password",
)
"""In the pages' own words, and still no page covers them."""


@cache
def house() -> Index:
    return index_of(load_plan(HOUSE))


def ask(asked: Asked) -> Answer:
    return search(house(), asked.question, pipeline=asked.hint)


def rank(asked: Asked) -> int | None:
    """Place of the first right section, from 0."""
    for place, hit in enumerate(ask(asked).hits):
        if hit.section.pipeline in asked.pipelines and hit.section.heading.startswith(asked.headings):
            return place
    return None


def test_each_question_has_its_section_in_the_plan() -> None:
    known = {(section.pipeline, section.heading) for section in house().sections}
    for asked in (*ANSWERABLE, *AFTERWARDS):
        for heading in asked.headings:
            assert any(pipeline in asked.pipelines and name.startswith(heading) for pipeline, name in known), (
                f"no page has “{heading}”"
            )


def test_most_questions_have_the_right_section_first_and_nearly_all_among_three() -> None:
    ranks = {asked: rank(asked) for asked in ANSWERABLE}
    wrong = "\n".join(
        f"{asked.hint}: {asked.question} -> {place}, {[hit.section.heading for hit in ask(asked).hits[:3]]}"
        for asked, place in ranks.items()
        if place != 0
    )
    assert sum(place == 0 for place in ranks.values()) >= 0.80 * len(ranks), wrong
    assert sum(place is not None and place < 3 for place in ranks.values()) >= 0.93 * len(ranks), wrong


def test_other_words_for_the_same_thing_are_mostly_found_too() -> None:
    ranks = [rank(asked) for asked in AFTERWARDS]
    assert sum(place == 0 for place in ranks) >= 0.70 * len(ranks)
    assert sum(place is not None and place < 3 for place in ranks) >= 0.85 * len(ranks)


def test_what_no_page_covers_is_never_answered_with_confidence() -> None:
    bands = {question: search(house(), question).band for question in UNANSWERABLE}
    assert "answer" not in bands.values(), bands
    assert sum(band == "none" for band in bands.values()) >= 6, bands


def test_words_of_the_pages_alone_do_not_make_an_answer() -> None:
    answered = [question for question in NEAR if search(house(), question).band == "answer"]
    assert len(answered) <= len(NEAR) // 4, answered


def test_a_good_question_is_seldom_refused() -> None:
    refused = [asked.question for asked in ANSWERABLE if ask(asked).band == "none"]
    assert len(refused) <= 0.05 * len(ANSWERABLE), refused


def test_when_it_says_answer_it_is_nearly_always_right() -> None:
    everything = (*ANSWERABLE, *AFTERWARDS)
    confident = [asked for asked in everything if ask(asked).band == "answer"]
    assert len(confident) >= 0.5 * len(everything)
    assert sum(rank(asked) == 0 for asked in confident) >= 0.9 * len(confident)


@pytest.mark.parametrize("hint", [ENGAGEMENT, None])
def test_the_question_of_the_first_night_is_answered(hint: str | None) -> None:
    answer = search(house(), "kafka was down all night", pipeline=hint)
    assert answer.band == "answer"
    assert answer.hits[0].section.heading == "The event stream is empty: Kafka is down"
    assert answer.hits[0].section.page_title == "Aggregate Engagement"


def test_sourdough_is_refused_by_name() -> None:
    answer = search(house(), "how do i bake sourdough")
    assert answer.band == "none"
    assert answer.unknown_words == ("bake", "sourdough")
