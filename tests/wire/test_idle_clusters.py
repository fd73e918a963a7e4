"""The end of clusters that nobody uses, with a clock that the test moves and a real driver."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.wire.polling import until
from tests.wire.spark_jobs import SINGLE_NODE

MINUTES = 20


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clusters(tmp_path: Path, clock: ManualClock) -> Iterator[Clusters]:
    store = Store(tmp_path / "workspace.db")
    settings = Settings(tmp_path, 1, "dapi")
    clusters = clusters_in(settings, store, clock)
    clusters.start()
    yield clusters
    clusters.stop(time.monotonic() + 15)


def test_a_cluster_ends_when_no_run_has_used_it_for_its_minutes(
    clusters: Clusters, clock: ManualClock
) -> None:
    spec = ClusterSpec.model_validate(SINGLE_NODE | {"autotermination_minutes": MINUTES})
    cluster_id = clusters.create(spec)
    until(lambda: clusters.state_of(cluster_id)[0] == "RUNNING", "a running cluster")

    with clusters.used_by(cluster_id, run_id=1):
        clock.pass_seconds(MINUTES * 60 + 1)
        clusters.terminate_idle()
        assert clusters.state_of(cluster_id)[0] == "RUNNING"

    clock.pass_seconds(MINUTES * 60 - 1)
    clusters.terminate_idle()
    assert clusters.state_of(cluster_id)[0] == "RUNNING"

    clock.pass_seconds(1)
    until(lambda: clusters.state_of(cluster_id) == ("TERMINATED", "INACTIVITY"), "the end by the ticker")
    reason = clusters.get(cluster_id)["termination_reason"]
    assert reason["parameters"] == {"inactivity_duration_min": str(MINUTES)}


def test_a_cluster_without_minutes_does_not_end_by_itself(clusters: Clusters, clock: ManualClock) -> None:
    spec = ClusterSpec.model_validate(SINGLE_NODE | {"autotermination_minutes": 0})
    cluster_id = clusters.create(spec)
    until(lambda: clusters.state_of(cluster_id)[0] == "RUNNING", "a running cluster")
    clock.pass_seconds(10**7)
    clusters.terminate_idle()
    assert clusters.state_of(cluster_id)[0] == "RUNNING"
