"""What people read and press around changes of the roster: within Slack's limits, and no name comes alive."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.listeners.leave import days_of, errors_of
from bot.sandbox.rules import check_message, check_view
from bot.views import changes, comp, leave, override, preview, shifts, swap, volunteer
from bot.views.blocks import Message
from bot.views.swap import Terms
from store.comps import Comp, CompState
from store.domain.absence import Absence, Kind
from store.domain.change import Change, Moved
from store.domain.exchange import Offer
from store.domain.gap import Gap
from store.domain.override import Override, Volunteer
from store.domain.pipeline import Pipeline
from store.domain.shift import Source
from store.domain.swap import Swap, SwapState
from store.domain.team import Compensation, Person, TeamFile
from store.domain.wall import days_span
from store.plans import Plan
from tests.factories import make_absence, make_override, make_pipeline, make_swap, make_volunteer, moment
from tests.reading import as_read, texts

HOSTILE = "<!channel> *Bo* <http://evil|Jira>"
HOUR = timedelta(hours=1)
AT = moment("2026-01-06 02:00")


@pytest.fixture
def team(house: Plan) -> TeamFile:
    """The house team, with one who has a hostile name and no Slack id."""
    lead = replace(house.team.leave, compensation=tuple(Compensation))
    people = {**house.team.people, "bo": Person(name=HOSTILE), **{f"p{n}": Person(name=f"P{n}") for n in range(120)}}
    return replace(house.team, people=people, leave=lead)


def a_change(**changed: Any) -> Change:
    given: dict[str, Any] = {
        "starts_at": moment("2026-01-06 16:00"),
        "ends_at": moment("2026-01-07 16:00"),
        "before": "aidil",
        "after": "bo",
        "why": f"covers for {HOSTILE}",
        "source": Source.COVER,
    }
    return Change(**{**given, **changed})


GAP = a_change(after=None, source=Source.GAP, why="Aidil is away (leave)")
MANY = [a_change(starts_at=AT + n * HOUR, ends_at=AT + (n + 1) * HOUR) for n in range(300)]
PIPELINES: dict[str, Pipeline] = {f"pipe-{n}": make_pipeline(key=f"pipe-{n}", name=f"Pipe {n}") for n in range(120)}
LEAVE: Absence = make_absence("bo", "2026-01-06 16:00", "2026-01-07 16:00")
OVERRIDE: Override = make_override("bo", "2026-01-06 16:00", "2026-01-07 16:00", pipelines=tuple(PIPELINES))
OFFER: Volunteer = make_volunteer("bo", "2026-01-06 16:00", "2026-01-07 16:00", pipelines=tuple(PIPELINES))
ROTATION = "data-engineers"
SWAP: Swap = make_swap("bo", "2026-02-23", "thiru", "2026-02-09", rotation=ROTATION, entered_by="bo")
TERMS = Terms("Mon 23 Feb – Mon 02 Mar", "Mon 09 Feb – Mon 16 Feb")
TURNS = tuple(
    Offer(
        rotation=ROTATION,
        person="bo",
        day=date(2026, 2, 1) + timedelta(days=n),
        starts_at=AT + timedelta(days=n),
        ends_at=AT + timedelta(days=n + 1),
    )
    for n in range(180)
)
CARRIED = {"form": "V0123456789", "channel": "C0123456789", "pipelines": list(PIPELINES)}
VIEWS: dict[str, Callable[[TeamFile], dict[str, Any]]] = {
    "waiting": lambda _team: preview.waiting("preview:" + "x" * 64),
    "refused": lambda _team: preview.refused("why " * 1000),
    "leave form": lambda team: leave.leave_form(
        team,
        person="bo",
        people=tuple(team.people),
        first=date(2026, 1, 7),
        last=None,
        kind=Kind.EMERGENCY,
        coming=[LEAVE] * 60,
        hearers=["irfan"],
        channel="C1",
    ),
    "leave preview": lambda team: leave.preview(
        team, LEAVE, [*MANY, GAP], late=True, zone=team.zone, hearers=["irfan"], carried=CARRIED
    ),
    "leave back": lambda team: leave.preview_of_taking_back(team, LEAVE, MANY, zone=team.zone, carried=CARRIED),
    "swap form": lambda team: swap.swap_form(team, mine=TURNS, others=TURNS, for_anybody=True, channel="C1"),
    "swap preview": lambda team: swap.preview(team, SWAP, TERMS, MANY, at_once=False, carried=CARRIED),
    "override form": lambda team: override.override_form(
        team,
        PIPELINES,
        takers=tuple(team.people),
        replaceable=tuple(team.people),
        me="bo",
        starts_at=AT,
        ends_at=AT + HOUR,
        for_anybody=True,
        coming=[OVERRIDE] * 60,
        channel="C1",
    ),
    "override preview": lambda team: override.preview(team, OVERRIDE, MANY, carried=CARRIED),
    "override back": lambda team: override.preview_of_taking_back(team, OVERRIDE, MANY, carried=CARRIED),
    "volunteer form": lambda team: volunteer.volunteer_form(
        team, PIPELINES, first=None, last=None, coming=[OFFER] * 60, channel="C1"
    ),
    "volunteer preview": lambda team: volunteer.preview(team, OFFER, MANY, carried=CARRIED),
    "volunteer back": lambda team: volunteer.preview_of_taking_back(team, OFFER, MANY, carried=CARRIED),
}
HOLE = Gap(rotation=ROTATION, person="bo", turn_at=AT, spans=((GAP.starts_at, GAP.ends_at),))
COMP = Comp(
    id=1,
    person="bo",
    feast=HOSTILE,
    year=2026,
    day=date(2026, 1, 1),
    state=CompState.EARNED,
    choice=None,
    day_off=None,
    earned_at=AT,
    decided_by=None,
    decided_at=None,
)
AGREED = replace(
    COMP,
    state=CompState.CONFIRMED,
    choice=Compensation.DAY_OFF_NEXT_ROTATION,
    day_off=date(2026, 2, 2),
    decided_by="U0IRFAN",
)
MOVED = [
    Moved(starts_at=AT, ends_at=AT + HOUR, before=None, after=("pipe-1",), why=HOSTILE),
    Moved(starts_at=AT, ends_at=AT + HOUR, before=(), after=None),
]
MESSAGES: dict[str, Callable[[TeamFile], Message]] = {
    "shifts": lambda team: changes.shifts_changed(team, PIPELINES, MOVED * 50),
    "unreachable": lambda team: changes.unreachable(team, "bo"),
    "late leave": lambda team: leave.told_to_lead(team, LEAVE, MANY, by="choo", late=True, at=AT, zone=team.zone),
    "leave entered": lambda team: leave.entered(team, LEAVE, [GAP], zone=team.zone),
    "override line": lambda team: override.in_channel(team, OVERRIDE, by="choo", taken_back_by="bo"),
    "question": lambda team: volunteer.question(team, HOLE, [GAP, *MANY], is_open=True, is_over=False),
    "alarm": lambda team: volunteer.alarm(
        team, HOLE, [GAP, *MANY], is_open=True, is_over=False, asked=True, again=True
    ),
    "comp asked": lambda team: comp.question(team, COMP, suggested=date(2026, 2, 2)),
    "comp agreed": lambda team: comp.question(team, AGREED, suggested=None),
    "comp told": lambda _team: comp.told(AGREED),
    "ledger": lambda team: comp.ledger(team, [AGREED] * 100, everybody=True),
    **{
        f"{state} to {who}": lambda team, state=state, show=show: show(  # type: ignore[misc]
            team, replace(SWAP, state=state), TERMS, until=AT
        )
        for state in SwapState
        for who, show in (("other", swap.to_other), ("asker", swap.to_asker))
    },
    "swap line": lambda team: swap.in_channel(team, SWAP, TERMS),
    "swap by lead": lambda team: swap.by_lead(team, replace(SWAP, entered_by="irfan"), TERMS, person="thiru"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_form_and_preview_is_one_that_slack_takes(team: TeamFile, name: str) -> None:
    view = check_view(VIEWS[name](team), ("modal",), knows_file=lambda _: False)
    assert "<!channel>" not in "\n".join(_mrkdwn(view["blocks"]))


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_one_that_slack_takes_and_no_name_comes_alive(team: TeamFile, name: str) -> None:
    message = MESSAGES[name](team)
    check_message(message.text, list(message.blocks), knows_file=lambda _: False)
    for text in (message.text, *_mrkdwn(list(message.blocks))):
        assert "<!channel>" not in text
        assert "<http" not in text


def _mrkdwn(part: Any) -> list[str]:
    """Return every text that Slack would read marks in."""
    if isinstance(part, list):
        return [text for each in part for text in _mrkdwn(each)]
    if not isinstance(part, dict):
        return []
    if part.get("type") == "mrkdwn":
        return [part["text"]]
    return [text for each in part.values() for text in _mrkdwn(each)]


def read(blocks: Any) -> str:
    return as_read("\n".join(texts(list(blocks))), {})


def test_a_gap_stands_out_among_what_changes(team: TeamFile) -> None:
    shown = changes.lines(team, [replace(GAP, pipelines=("daily-growth",)), a_change(before="choo", after="thiru")])
    assert shown[0].startswith("• ⚠️ *Wed 07 Jan: nobody is on call for daily-growth*. Aidil is away (leave)")
    assert shown[1].startswith("• 🔁 Wed 07 Jan: *Thiru* instead of Choo · covers for ")


def test_long_lists_end_with_how_many_are_left(team: TeamFile) -> None:
    assert changes.lines(team, MANY)[-1] == "… and 260 more"


def test_a_changed_shift_says_what_comes_and_what_goes(team: TeamFile) -> None:
    begin = moment("2026-01-06 16:00")
    day = timedelta(days=1)
    message = changes.shifts_changed(
        team,
        {"daily-growth": make_pipeline(name="Daily Growth")},
        [
            Moved(starts_at=begin, ends_at=begin + day, before=None, after=(), why="covers for Choo (leave)"),
            Moved(starts_at=begin + day, ends_at=begin + 2 * day, before=("daily-growth",), after=None),
            Moved(starts_at=begin + 2 * day, ends_at=begin + 3 * day, before=(), after=("daily-growth",)),
            Moved(starts_at=begin, ends_at=begin + day, before=(), after=None, instead=("choo", "thiru")),
            Moved(starts_at=begin, ends_at=begin + day, before=(), after=None, why="Choo is away (leave)"),
        ],
    )
    assert read(message.blocks).splitlines()[1:6] == [
        "+ Wed 07 Jan: you are on call (covers for Choo (leave))",
        "− Thu 08 Jan: you are no longer on call for Daily Growth",
        "± Fri 09 Jan: you are on call for Daily Growth now, not for all",
        "− Wed 07 Jan: you are no longer on call; Choo and Thiru are",
        "− Wed 07 Jan: you are no longer on call; nobody is (Choo is away (leave))",
    ]
    assert message.text == "Your time on call has changed: Wed 07 Jan you are on call, and 4 more."


@pytest.mark.parametrize(
    ("state", "other", "asker"),
    [
        (SwapState.ACCEPTED, "You accepted. It is in the roster.", "Thiru accepted. It is in the roster."),
        (SwapState.DECLINED, "You declined. Nothing has changed.", "Thiru declined. Nothing has changed."),
    ],
)
def test_both_sides_of_an_answered_swap_say_who_decided(
    team: TeamFile, state: SwapState, other: str, asker: str
) -> None:
    ended = replace(SWAP, state=state, asker="choo")
    shown = [show(team, ended, TERMS, until=None, by="thiru") for show in (swap.to_other, swap.to_asker)]
    assert [message.text for message in shown] == [other, asker]
    assert not [block for message in shown for block in message.blocks if block["type"] == "actions"]


@pytest.mark.parametrize(
    ("state", "rings"),
    [
        (SwapState.ACCEPTED, []),
        (SwapState.DECLINED, ["bo"]),
        (SwapState.WITHDRAWN, []),
        (SwapState.EXPIRED, ["bo"]),
        (SwapState.FALLEN, ["bo", "thiru"]),
    ],
)
def test_only_whoever_must_act_is_rung_when_a_swap_ends(team: TeamFile, state: SwapState, rings: list[str]) -> None:
    ended = replace(SWAP, state=state)
    assert [who for who in ("bo", "thiru") if swap.ended_line(team, ended, TERMS, person=who)] == rings


@pytest.mark.parametrize(("entered", "ahead"), [("2026-01-06", "today"), ("2026-01-05", "1 day ahead")])
def test_the_lead_reads_how_late_leave_is(team: TeamFile, entered: str, ahead: str) -> None:
    at: datetime = moment(f"{entered} 16:30")
    away = replace(LEAVE, person="choo", starts_at=moment("2026-01-06 17:00"))
    message = leave.told_to_lead(team, away, [], by="choo", late=True, at=at, zone=team.zone)
    assert f"That is {ahead}; the plan asks for 14." in message.text


def test_the_lead_reads_somebodys_leave_in_their_days_wherever_they_live(team: TeamFile) -> None:
    begins, ends = days_span(date(2026, 10, 31), date(2026, 11, 2), "America/New_York")
    people = {**team.people, "bo": replace(team.people["bo"], zone="America/New_York")}
    away = Absence(person="bo", starts_at=begins, ends_at=ends, kind=Kind.LEAVE)
    view = leave.leave_form(
        replace(team, people=people),
        person="irfan",
        people=("irfan", "bo"),
        first=None,
        last=None,
        kind=Kind.LEAVE,
        coming=[away],
        hearers=["irfan"],
        channel="C1",
    )
    assert "Sat 31 Oct 2026 – Mon 02 Nov 2026 (leave)" in str(view["blocks"])


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ("2026-01-06 16:00", "Wed 07 Jan"),
        ("2025-12-31 15:00", "Wed 07 Jan 2026"),
        ("2025-12-31 17:00", "Wed 07 Jan"),
        (None, "Wed 07 Jan 2026"),
    ],
)
def test_a_day_of_another_year_has_its_year_beside_it(entered: str | None, shown: str) -> None:
    """On the wall clock of Kuala Lumpur, where the year begins at 16:00 UTC."""
    begins, ends = moment("2026-01-06 16:00"), moment("2026-01-07 16:00")
    assert shifts.dated(begins, ends, "Asia/Kuala_Lumpur", at=moment(entered) if entered else None) == shown


def test_days_that_reach_into_the_next_year_or_are_far_ahead_have_their_year_beside_them() -> None:
    begins, midnight = moment("2026-12-30 16:00"), moment("2026-12-31 16:00")
    assert shifts.dated(begins, midnight, "Asia/Kuala_Lumpur", at=moment("2026-12-01")) == "Thu 31 Dec"
    assert shifts.dated(begins, midnight, "Asia/Kuala_Lumpur", at=AT) == "Thu 31 Dec 2026", (
        "more than half a year ahead"
    )
    over = shifts.dated(begins, midnight + HOUR, "Asia/Kuala_Lumpur", at=moment("2026-12-01"))
    assert over == "Thu 31 Dec 2026 00:00 – Fri 01 Jan 2027 01:00"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2030-12-10", "Bea is away Tue 10 Dec 2030 (leave).\n⚠️ That is 4 years ahead."),
        ("2027-01-06", "Bea is away Wed 06 Jan 2027 (leave).\n⚠️ That is more than a year ahead."),
        ("2027-01-05", "Bea is away Tue 05 Jan 2027 (leave).\nNobody"),
    ],
)
def test_leave_of_a_mistyped_year_is_seen_before_it_is_entered(team: TeamFile, day: str, said: str) -> None:
    begins, ends = days_span(date.fromisoformat(day), date.fromisoformat(day), team.zone)
    far = Absence(person="bea", starts_at=begins, ends_at=ends, entered_at=moment("2026-01-05 16:00"))
    named = replace(team, people={**team.people, "bea": Person(name="Bea")})
    view = leave.preview(named, far, [], late=False, zone=team.zone, hearers=["irfan"], carried=CARRIED)
    assert said in read(view["blocks"])
    assert "2030" not in day or "2030" in leave.entered(named, far, [], zone=team.zone).text
    assert "2030" not in day or "2030" in leave.taken_back(named, far, zone=team.zone).text


def test_overrides_and_offers_of_another_year_say_which(team: TeamFile) -> None:
    early = moment("2025-12-30")
    taken, offered = replace(OVERRIDE, entered_at=early), replace(OFFER, entered_at=early)
    assert "Wed 07 Jan 2026" in read(override.preview(team, taken, [], carried=CARRIED)["blocks"])
    assert "Wed 07 Jan 2026" in read(volunteer.preview(team, offered, [], carried=CARRIED)["blocks"])


@pytest.mark.parametrize(
    ("hearers", "late", "at_once"),
    [
        (["irfan"], "It is accepted; the lead is told.", "It holds at once, and the lead is told."),
        ([leave.CHANNEL], "It is accepted; the on-call channel is told.", "and the on-call channel is told."),
        ([], "It is accepted.\n", "It holds at once.\n"),
    ],
)
def test_late_leave_says_who_is_told_and_nothing_of_it_to_the_only_lead(
    team: TeamFile, hearers: list[str], late: str, at_once: str
) -> None:
    for kind, said in ((Kind.LEAVE, late), (Kind.EMERGENCY, at_once)):
        shown = leave.preview(
            team,
            replace(LEAVE, kind=kind),
            [],
            late=kind is Kind.LEAVE,
            zone=team.zone,
            hearers=hearers,
            carried=CARRIED,
        )
        assert said in read(shown["blocks"])
    form = leave.leave_form(
        team,
        person="bo",
        people=("bo",),
        first=None,
        last=None,
        kind=Kind.LEAVE,
        coming=[],
        hearers=hearers,
        channel="C1",
    )
    assert ("told" in str(form["blocks"])) is bool(hearers)


def test_a_last_day_left_empty_is_the_first() -> None:
    assert days_of({"first": "2026-01-07", "last": None}) == (date(2026, 1, 7), date(2026, 1, 7))
    assert errors_of({"first": "2026-01-07", "last": None}) == {}
    assert list(errors_of({"first": "2026-01-07", "last": "2026-01-06"})) == ["last"]
