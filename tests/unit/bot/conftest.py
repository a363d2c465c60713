"""The default plan, read once."""

import pytest

from store.plans import Plan, load_plan
from store.settings import PLANS


@pytest.fixture(scope="session")
def house() -> Plan:
    return load_plan(PLANS / "house")
