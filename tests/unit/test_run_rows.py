"""A run comes back from its row as it went in, whatever its progress and result hold."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from store.domain.check import Level, Verdict
from store.domain.run import Cause, Figure, Period, Progress, Result, Run, RunStatus, Stage
from store.run_rows import moving_columns, run_of
from store.tables import RunRow
from tests.factories import AT, make_run

counts = st.integers(min_value=0, max_value=2**53)
instants = st.datetimes(datetime(1970, 1, 2), datetime(2199, 1, 1), timezones=st.timezones()).map(  # noqa: DTZ001
    lambda instant: instant.astimezone(UTC)
)
words = st.text(max_size=60)
verdicts = st.builds(
    Verdict, check=words, level=st.sampled_from(Level), observed=words, allowed=words, section=st.none() | words
)
progresses = st.builds(
    Progress,
    stage=st.sampled_from(Stage),
    tasks_done=counts,
    tasks_total=counts,
    rows=st.none() | counts,
    at=st.none() | instants,
)
results = st.builds(
    Result,
    rows_in=counts,
    rows_out=counts,
    figures=st.lists(st.builds(Figure, label=words, value=words, change=words), max_size=4).map(tuple),
    verdicts=st.lists(verdicts, max_size=4).map(tuple),
    published=st.booleans(),
    version=st.none() | counts,
    seconds=st.dictionaries(st.sampled_from([stage.value for stage in Stage]), st.floats(0, 1e6)),
)
runs = st.builds(
    make_run,
    status=st.sampled_from(RunStatus),
    cause=st.none() | st.sampled_from(Cause),
    note=words,
    attempt=st.integers(0, 9),
    worker=st.none() | words,
    lease_until=st.none() | instants,
    started_at=st.none() | instants,
    finished_at=st.none() | instants,
    progress=st.none() | progresses,
    result=st.none() | results,
)


def row_of(columns: dict[str, Any]) -> RunRow:
    asked: dict[str, Any] = {
        "id": 12,
        "request_key": "press-1",
        "pipeline": "aggregate-engagement",
        "channel": "C0ONCALL",
    }
    days: dict[str, Any] = {"starts_on": make_run().period.starts_on, "ends_on": make_run().period.ends_on}
    return RunRow(**asked, **days, requested_by="U0AIDIL", requested_at=AT, **columns)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


@given(runs)
def test_a_run_comes_back_as_it_went_in(run: Run) -> None:
    columns = moving_columns(run)
    columns |= {name: through_json(columns[name]) for name in ("progress", "result")}
    assert run_of(row_of(columns)) == run


def test_a_row_of_an_older_version_is_read_with_what_it_has() -> None:
    older = {"rows_in": 10, "rows_out": 9, "verdicts": [{"check": "rows", "level": "pass", "observed": "9 rows"}]}
    columns = moving_columns(make_run()) | {"result": older}
    result = run_of(row_of(columns)).result
    assert result == Result(
        rows_in=10, rows_out=9, verdicts=(Verdict(check="rows", level=Level.PASS, observed="9 rows"),)
    )


def test_a_row_of_a_newer_version_is_read_without_what_is_unknown() -> None:
    newer = {"stage": "read", "tasks_done": 1, "tasks_total": 2, "shuffle_mib": 12}
    columns = moving_columns(make_run()) | {"progress": newer}
    assert run_of(row_of(columns)).progress == Progress(stage=Stage.READ, tasks_done=1, tasks_total=2)


def test_what_was_asked_for_is_no_moving_column() -> None:
    asked = {"id", "request_key", "pipeline", "starts_on", "ends_on", "requested_by", "requested_at", "channel"}
    ours = {"revision", "told"}
    assert set(moving_columns(make_run())) == set(RunRow.model_fields) - asked - ours


def test_a_period_of_several_days_is_kept() -> None:
    day = datetime(2024, 6, 1, tzinfo=UTC).date()
    row = row_of(moving_columns(make_run()))
    row.starts_on, row.ends_on = day, day + timedelta(days=3)
    assert run_of(row).period == Period(day, day + timedelta(days=3))
