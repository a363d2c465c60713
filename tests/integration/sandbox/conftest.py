"""One sandbox per test, with the tiny app's manifest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.driver import Workspace, running_sandbox
from tests.integration.sandbox.apps import write_manifest


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Workspace]:
    """Without rate limits; those have tests of their own."""
    with running_sandbox(tmp_path, manifest=write_manifest(tmp_path), rate_limits=False) as workspace:
        yield workspace
