"""A sandbox with the tiny app's manifest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.driver import Workspace, running_sandbox
from tests.integration.sandbox.apps import write_manifest


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One for all tests of a module that leave it as they found it."""
    folder = tmp_path_factory.mktemp("calm")
    with running_sandbox(folder, manifest=write_manifest(folder), rate_limits=False) as workspace:
        yield workspace


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[Workspace]:
    """Without rate limits; those have tests of their own."""
    with running_sandbox(tmp_path, manifest=write_manifest(tmp_path), rate_limits=False) as workspace:
        yield workspace
