"""What the checks say of measured numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.domain.check import Check, Kind, Level, Observation, Verdict, judge, publishable

DUE = datetime(2024, 6, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRESHNESS = Check(kind=Kind.FRESHNESS, warn=18 * HOUR, fail=24 * HOUR)
ROWS = Check(kind=Kind.ROWS, warn=0.2, fail=0.8)
NULLS = Check(kind=Kind.NULLS, fail=0.0, columns=("account_id",))
DUPLICATES = Check(kind=Kind.DUPLICATES, warn=0.0, fail=0.05)


def observe(**seen: Any) -> Observation:
    return Observation(**{"rows": 100, "due_at": DUE, **seen})


def only(check: Check, **seen: Any) -> Verdict:
    (verdict,) = judge(check, observe(**seen))
    return verdict


@pytest.mark.parametrize(
    ("age", "level"),
    [
        (timedelta(), Level.PASS),
        (18 * HOUR, Level.PASS),
        (18 * HOUR + timedelta(seconds=1), Level.WARN),
        (24 * HOUR, Level.WARN),
        (24 * HOUR + timedelta(seconds=1), Level.FAIL),
        (-3 * HOUR, Level.PASS),
    ],
)
def test_data_may_be_exactly_as_old_as_the_bound(age: timedelta, level: Level) -> None:
    assert only(FRESHNESS, newest_at=DUE - age).level is level


def test_no_data_at_all_is_never_fresh() -> None:
    assert only(FRESHNESS, newest_at=None).level is Level.FAIL
    assert only(Check(kind=Kind.FRESHNESS), newest_at=None).level is Level.FAIL


@pytest.mark.parametrize(
    ("rows", "baseline", "level"),
    [
        (100, 100.0, Level.PASS),
        (120, 100.0, Level.PASS),
        (80, 100.0, Level.PASS),
        (121, 100.0, Level.WARN),
        (79, 100.0, Level.WARN),
        (180, 100.0, Level.WARN),
        (20, 100.0, Level.WARN),
        (181, 100.0, Level.FAIL),
        (19, 100.0, Level.FAIL),
        (0, 100.0, Level.FAIL),
        (0, None, Level.FAIL),
        (0, 0.0, Level.FAIL),
        (5, None, Level.UNKNOWN),
        (5, 0.0, Level.UNKNOWN),
    ],
)
def test_rows_are_compared_in_both_directions(rows: int, baseline: float | None, level: Level) -> None:
    assert only(ROWS, rows=rows, baseline_rows=baseline).level is level


@given(st.integers(1, 10**6))
def test_a_fifth_above_the_usual_is_still_good_whatever_the_usual(usual: int) -> None:
    assert only(ROWS, rows=6 * usual, baseline_rows=float(5 * usual)).level is Level.PASS
    # 1.2 * 0.7 and its like are a hair off in binary
    assert only(ROWS, rows=12 * usual, baseline_rows=usual / 0.1).level is Level.PASS


def test_missing_rows_fail_even_where_only_a_warning_is_set() -> None:
    assert only(Check(kind=Kind.ROWS, warn=0.2), rows=0, baseline_rows=30.0).level is Level.FAIL


@pytest.mark.parametrize(
    ("ratio", "level"), [(0.0, Level.PASS), (0.000001, Level.FAIL), (1.0, Level.FAIL), (None, Level.UNKNOWN)]
)
def test_a_single_null_in_a_critical_column_fails(ratio: float | None, level: Level) -> None:
    seen = {} if ratio is None else {"account_id": ratio}
    assert only(NULLS, null_ratios=seen).level is level


def test_nulls_are_judged_column_by_column() -> None:
    check = Check(kind=Kind.NULLS, warn=0.1, columns=("a", "b", "gone"))
    verdicts = judge(check, observe(null_ratios={"a": 0.1, "b": 0.2, "c": 1.0}))
    assert [(verdict.check, verdict.level) for verdict in verdicts] == [
        ("nulls a", Level.PASS),
        ("nulls b", Level.WARN),
        ("nulls gone", Level.UNKNOWN),
    ]


def test_without_columns_every_column_is_judged() -> None:
    verdicts = judge(Check(kind=Kind.NULLS, fail=0.0), observe(null_ratios={"a": 0.0, "b": 0.5}))
    assert [verdict.level for verdict in verdicts] == [Level.PASS, Level.FAIL]


def test_nothing_written_is_unknown_and_not_free_of_nulls() -> None:
    assert only(Check(kind=Kind.NULLS, fail=0.0), null_ratios={}).level is Level.UNKNOWN


@pytest.mark.parametrize(
    ("ratio", "level"),
    [
        (0.0, Level.PASS),
        (0.01, Level.WARN),
        (0.05, Level.WARN),
        (0.051, Level.FAIL),
        (None, Level.UNKNOWN),
    ],
)
def test_repeated_input_rows_are_judged_by_their_share(ratio: float | None, level: Level) -> None:
    assert only(DUPLICATES, duplicate_ratio=ratio).level is level


def test_two_rows_with_one_key_in_the_output_are_a_fault_whatever_the_bounds() -> None:
    verdict = only(Check(kind=Kind.DUPLICATES, warn=0.5), duplicate_ratio=0.0, repeated_keys=1)
    assert verdict.level is Level.FAIL
    assert verdict.observed == "1 row of the output repeat another one's key"


def test_a_check_without_bounds_measures_and_never_warns() -> None:
    assert only(Check(kind=Kind.ROWS), rows=900, baseline_rows=1.0).level is Level.PASS


ROW_BOUNDS = "warn above 20 %, fail above 80 %"


@pytest.mark.parametrize(
    ("check", "seen", "observed", "allowed"),
    [
        (
            FRESHNESS,
            {"newest_at": DUE - 20 * HOUR},
            "known up to 2024-06-03 04:00 UTC, 20 h old",
            "warn above 18 h, fail above 24 h",
        ),
        (ROWS, {"rows": 36, "baseline_rows": 33.6}, "36 rows, 7.14 % above the usual 33.6", ROW_BOUNDS),
        (ROWS, {"rows": 1, "baseline_rows": None}, "1 row, no earlier days to compare with", ROW_BOUNDS),
        (NULLS, {"null_ratios": {"account_id": 0.0004}}, "0.04 % NULL", "fail above 0 %"),
        (DUPLICATES, {"duplicate_ratio": 0.0}, "none", "warn above 0 %, fail above 5 %"),
    ],
)  # fmt: skip
def test_verdicts_are_written_for_people(check: Check, seen: dict[str, Any], observed: str, allowed: str) -> None:
    verdict = only(check, **seen)
    assert (verdict.observed, verdict.allowed) == (observed, allowed)


def test_a_verdict_carries_the_section_to_read() -> None:
    check = Check(kind=Kind.ROWS, warn=0.2, section="Engagement suddenly drops or jumps")
    assert only(check, baseline_rows=10.0).section == "Engagement suddenly drops or jumps"


def test_a_bound_of_the_wrong_sort_is_refused() -> None:
    with pytest.raises(TypeError, match="durations"):
        judge(Check(kind=Kind.FRESHNESS, warn=0.2), observe(newest_at=DUE))
    with pytest.raises(TypeError, match="shares"):
        judge(Check(kind=Kind.ROWS, warn=HOUR), observe(baseline_rows=10.0))


@pytest.mark.parametrize(
    ("levels", "published"),
    [
        ((Level.PASS,), True),
        ((Level.WARN, Level.UNKNOWN), True),
        ((Level.PASS, Level.FAIL), False),
        ((), True),
    ],
)
def test_only_a_failed_check_stops_the_publication(levels: tuple[Level, ...], published: bool) -> None:
    verdicts = [Verdict(check="rows", level=level, observed="") for level in levels]
    assert publishable(verdicts) is published
