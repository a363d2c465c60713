import json
from datetime import UTC, date, datetime
from pathlib import Path

from jobs.wire import Order, encode, observation_of, order_of, order_to
from store.domain.check import Observation
from store.domain.run import Period


def test_an_order_survives_the_line() -> None:
    order = Order(
        run="12-20240604t093000",
        attempt=2,
        job="aggregate-engagement",
        period=Period(date(2024, 6, 1), date(2024, 6, 4)),
        inputs={"usage": 'odd "name"\n.csv'},
        inputs_folder=Path("/data/inputs"),
        table=Path("/data/published/aggregate-engagement"),
        now=datetime(2024, 6, 4, 9, 30, tzinfo=UTC),
    )
    line = encode(order_to(order))
    assert line.count("\n") == 1
    assert order_of(json.loads(line)) == order


def test_an_observation_survives_the_line() -> None:
    seen = Observation(
        rows=36,
        baseline_rows=33.6,
        newest_at=datetime(2024, 6, 4, tzinfo=UTC),
        due_at=datetime(2024, 6, 4, tzinfo=UTC),
        null_ratios={"account_id": 0.0},
        rows_out=35,
        repeated_keys=0,
    )
    from dataclasses import asdict

    assert observation_of(json.loads(encode(asdict(seen)))) == seen
