"""Changes of clusters whose driver never comes up: in which state what may be changed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.document import JOB
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue, InvalidState
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.strange_java import STUCK, strange_java
from tests.wire.polling import until

PROFILE = {"spark.databricks.cluster.profile": "singleNode"}
SPEC = ClusterSpec(
    spark_version="19.x-scala2.13", node_type_id="Standard_DS3_v2", num_workers=0, spark_conf=PROFILE
)
OTHER = SPEC.model_copy(update={"cluster_name": "other"})


@pytest.fixture
def clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clusters]:
    monkeypatch.setenv("JAVA_HOME", str(strange_java(tmp_path / "java", STUCK)))
    store = Store(tmp_path / "store.db")
    clusters = clusters_in(Settings(tmp_path, 1, "dapi"), store, ManualClock())
    yield clusters
    clusters.stop(threading.TIMEOUT_MAX / 2)


def terminated(clusters: Clusters, spec: ClusterSpec = SPEC) -> str:
    cluster_id = clusters.create(spec)
    clusters.delete(cluster_id)
    until(lambda: clusters.state_of(cluster_id)[0] == "TERMINATED", "the end of the cluster")
    return cluster_id


def test_a_terminated_cluster_is_edited_and_stays_terminated(clusters: Clusters) -> None:
    cluster_id = terminated(clusters)
    clusters.changes.edit(cluster_id, OTHER)
    assert clusters.get(cluster_id)["cluster_name"] == "other"
    assert clusters.state_of(cluster_id)[0] == "TERMINATED"
    edited = clusters.events(cluster_id)[-1]
    assert edited["type"] == "EDITED"
    assert edited["details"]["previous_attributes"]["node_type_id"] == "Standard_DS3_v2"


def test_an_update_changes_what_its_mask_names_and_nothing_else(clusters: Clusters) -> None:
    cluster_id = terminated(clusters, OTHER)
    new = {"spark_conf": {"spark.a": "1"}, "node_type_id": "Standard_F4s", "autotermination_minutes": 30}
    clusters.changes.update(
        cluster_id, ["spark_conf.spark.a", "autotermination_minutes", "cluster_name"], new
    )
    shown = clusters.get(cluster_id)
    assert shown["spark_conf"] == PROFILE | {"spark.a": "1"}
    assert (shown["autotermination_minutes"], shown["cluster_name"]) == (30, "")
    assert shown["node_type_id"] == "Standard_DS3_v2"


def test_a_cluster_that_starts_is_not_edited(clusters: Clusters) -> None:
    cluster_id = clusters.create(SPEC)
    with pytest.raises(InvalidState, match=f"Cluster {cluster_id} is in unexpected state Pending"):
        clusters.changes.edit(cluster_id, OTHER)


def test_a_cluster_that_does_not_run_is_neither_resized_nor_restarted(clusters: Clusters) -> None:
    cluster_id = terminated(clusters)
    with pytest.raises(InvalidState, match="unexpected state Terminated"):
        clusters.changes.resize(cluster_id, {"num_workers": 2})
    clusters.restart(cluster_id)
    assert clusters.state_of(cluster_id)[0] == "TERMINATED"


def test_the_cluster_of_a_job_is_not_changed(clusters: Clusters) -> None:
    cluster_id = clusters.create(SPEC, source=JOB)
    with pytest.raises(InvalidState, match="belongs to a run of a job: it cannot be changed"):
        clusters.changes.edit(cluster_id, OTHER)
    with pytest.raises(InvalidState, match="it cannot be restarted"):
        clusters.restart(cluster_id)
    with pytest.raises(InvalidState, match="it cannot be started"):
        clusters.start_cluster(cluster_id)


def test_only_a_terminated_cluster_gets_another_owner(clusters: Clusters) -> None:
    cluster_id = clusters.create(SPEC)
    with pytest.raises(InvalidState, match="must be TERMINATED"):
        clusters.changes.change_owner(cluster_id, "another@example.com")
    other = terminated(clusters)
    clusters.changes.change_owner(other, "another@example.com")
    assert clusters.get(other)["creator_user_name"] == "another@example.com"


def test_a_policy_allows_as_many_clusters_as_it_says(clusters: Clusters) -> None:
    policy_id = clusters.policies.create({"name": "one", "definition": "{}", "max_clusters_per_user": 1})
    spec = SPEC.model_copy(update={"policy_id": policy_id})
    first = clusters.create(spec)
    with pytest.raises(InvalidParameterValue, match="allows 1 clusters per user at once, and there are 1"):
        clusters.create(spec)
    clusters.delete(first)
    clusters.create(spec)


def test_a_restart_that_is_on_its_way_can_still_be_ended(tmp_path: Path) -> None:
    records = ClusterRecords(Store(tmp_path / "store.db"), ManualClock())
    records.add("c", SPEC)
    records.set_running("c", {"spark_context_id": 1})
    assert records.set_restarting("c", "me")
    assert not records.set_restarting("c", "me")
    assert "spark_context_id" not in records.get("c")
    assert records.set_running("c", {})
    assert [event["type"] for event in records.get("c")["events"]] == [
        "CREATING",
        "RUNNING",
        "RESTARTING",
        "RUNNING",
    ]
