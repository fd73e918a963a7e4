"""Starts of a driver that hang, break or are not wanted any more, at the speed of the test's clock."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import parsed
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


def test_a_pool_gives_no_more_machines_than_its_capacity(with_java: With) -> None:
    clusters = with_java(STUCK)
    fields = {"instance_pool_name": "small", "node_type_id": "Standard_DS3_v2", "max_capacity": 3}
    pool_id = clusters.pools.create(fields)
    of_pool = SPEC.model_copy(update={"node_type_id": "", "instance_pool_id": pool_id})
    workers = of_pool.model_copy(update={"num_workers": 1, "spark_conf": {}})
    first = clusters.create(workers)
    assert clusters.capacity.used(pool_id) == 2
    too_many = clusters.create(workers)
    assert ended(clusters, too_many) == (
        f"INSTANCE_POOL_MAX_CAPACITY_REACHED: The instance pool {pool_id} has a max_capacity of 3: 2 of its "
        "instances are in use, and the cluster needs 2."
    )
    just_one = clusters.create(of_pool)
    assert clusters.state_of(just_one)[0] == "PENDING"
    clusters.delete(first)
    until(lambda: clusters.state_of(first)[0] == "TERMINATED", "the end of the first cluster")
    clusters.start_cluster(too_many)
    assert clusters.state_of(too_many)[0] == "PENDING"


LOGGED = {"dbfs": {"destination": "dbfs:/cluster-logs"}}


def logging(conf: dict[str, Any]) -> ClusterSpec:
    return parsed(ClusterSpec, SPEC.to_wire() | {"cluster_log_conf": conf})


def test_logs_are_delivered_when_the_cluster_ends(with_java: With, tmp_path: Path) -> None:
    clusters = with_java("echo of the driver; exit 1")
    cluster_id = clusters.create(logging(LOGGED))
    ended(clusters, cluster_id)
    shown = clusters.get(cluster_id)
    assert shown["cluster_log_conf"] == LOGGED
    assert set(shown["cluster_log_status"]) == {"last_attempted"}
    log = tmp_path / "dbfs" / "cluster-logs" / cluster_id / "driver" / "log4j-active.log"
    assert "of the driver" in log.read_text()


def test_what_keeps_logs_from_being_delivered_is_shown(with_java: With) -> None:
    clusters = with_java("exit 1")
    cluster_id = clusters.create(logging({"volumes": {"destination": "/Volumes/main/default/none/logs"}}))
    ended(clusters, cluster_id)
    status = clusters.get(cluster_id)["cluster_log_status"]
    assert status["last_exception"] == "There is no volume at /Volumes/main/default/none/logs."


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({}, "has one of dbfs, volumes"),
        ({"s3": {"destination": "s3://logs"}}, "s3 is not supported"),
        ({"dbfs": {"destination": "/logs"}}, "must begin with dbfs:/"),
    ],
)
def test_logs_that_could_not_be_delivered_are_refused(conf: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidParameterValue, match=words):
        logging(conf).check()
