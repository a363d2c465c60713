import pytest

from store.session import Sessions
from tests.integration.store.deliverer import Deliverer


@pytest.fixture
def slack(sessions: Sessions) -> Deliverer:
    return Deliverer(sessions)
