"""Starts of a driver that hang, break or are not wanted any more, at the speed of the test's clock."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.processes.processes import Processes
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.strange_java import STUCK, strange_java
from tests.wire.polling import until

SPEC = ClusterSpec(
    spark_version="19.x-cpu-ml-scala2.13",
    node_type_id="Standard_DS3_v2",
    num_workers=0,
    spark_conf={"spark.databricks.cluster.profile": "singleNode"},
)
SECONDS_TO_START = 180
With = Callable[[str], Clusters]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(Store(tmp_path / "store.db"))


@pytest.fixture
def with_java(
    tmp_path: Path, clock: ManualClock, processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> Iterator[With]:
    """Clusters whose Java runs this shell script."""
    made: list[Clusters] = []

    def make(script: str) -> Clusters:
        monkeypatch.setenv("JAVA_HOME", str(strange_java(tmp_path / "java", script)))
        made.append(
            clusters_in(Settings(tmp_path, 1, "dapi"), Store(tmp_path / "store.db"), clock, processes)
        )
        return made[-1]

    yield make
    for clusters in made:
        clusters.stop(threading.TIMEOUT_MAX / 2)


def ended(clusters: Clusters, cluster_id: str) -> str:
    """What a cluster's end is said to be, once it has ended."""
    until(lambda: clusters.state_of(cluster_id)[0] == "TERMINATED", "the end of the cluster")
    reason = clusters.get(cluster_id)["termination_reason"]
    return f"{reason['code']}: {reason['parameters'].get('databricks_error_message', '')}"


def test_a_start_that_hangs_is_given_up_after_three_minutes(
    with_java: With, clock: ManualClock, processes: Processes
) -> None:
    clusters = with_java(STUCK)
    cluster_id = clusters.create(SPEC)
    until(lambda: processes.names() == [f"driver of {cluster_id}"], "the start of the JVM")
    clock.pass_seconds(SECONDS_TO_START - 1)
    looks = clock.looks
    until(lambda: clock.looks > looks + 2, "two more looks at the JVM")
    assert clusters.state_of(cluster_id)[0] == "PENDING"
    clock.pass_seconds(2)
    assert "SPARK_STARTUP_FAILURE: " in (said := ended(clusters, cluster_id))
    assert "no answer within 180 s" in said
    assert processes.names() == []


def test_a_start_that_is_slow_is_still_one(
    with_java: With, clock: ManualClock, processes: Processes, tmp_path: Path
) -> None:
    """The JVM takes 179 seconds to say anything, and what it says is that it cannot go on."""
    clusters = with_java(f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo no memory; exit 7")
    cluster_id = clusters.create(SPEC)
    until(lambda: processes.names() == [f"driver of {cluster_id}"], "the start of the JVM")
    clock.pass_seconds(SECONDS_TO_START - 1)
    (tmp_path / "go").touch()
    said = ended(clusters, cluster_id)
    assert "the JVM ended with exit code 7" in said
    assert "no memory" in said


def test_a_start_that_hangs_ends_when_the_cluster_is_deleted(with_java: With, processes: Processes) -> None:
    clusters = with_java(STUCK)
    cluster_id = clusters.create(SPEC)
    until(lambda: processes.names() == [f"driver of {cluster_id}"], "the start of the JVM")
    clusters.delete(cluster_id)
    assert ended(clusters, cluster_id).startswith("USER_REQUEST")
    assert processes.names() == []
