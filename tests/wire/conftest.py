"""Workspaces for the tests of the wire: one for all that only use it, and new ones for those that end it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.running_workspace import RunningWorkspace, StartWorkspace


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorkspace]:
    """One workspace for the whole session: tests share it, so each makes names of its own."""
    running = RunningWorkspace.start(tmp_path_factory.mktemp("workspace") / "root")
    yield running
    running.end_quietly()


@pytest.fixture
def start_workspace(tmp_path: Path) -> Iterator[StartWorkspace]:
    """Start workspaces that end with the test: `start_workspace(root=…, options…)`."""
    started: list[RunningWorkspace] = []

    def start(*options: str, root: Path = tmp_path / "root") -> RunningWorkspace:
        started.append(RunningWorkspace.start(root, *options))
        return started[-1]

    yield start
    for running in started:
        running.end_quietly()
