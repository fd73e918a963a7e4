"""Clusters through the SDK."""

import re
import secrets
from typing import Any

import psutil
import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.compute import (
    DataSecurityMode,
    ListClustersFilterBy,
    State,
    TerminationReasonCode,
    TerminationReasonType,
)

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import SINGLE_NODE, driver_process, new_cluster, printed, shared_cluster


def test_a_running_cluster_shows_what_was_asked_and_which_spark_it_is(workspace: RunningWorkspace) -> None:
    cluster = workspace.client.clusters.get(shared_cluster(workspace))
    assert cluster.state == State.RUNNING
    assert cluster.num_workers == 0
    assert cluster.spark_version == SINGLE_NODE["spark_version"]
    assert cluster.spark_conf == SINGLE_NODE["spark_conf"]
    assert cluster.custom_tags == SINGLE_NODE["custom_tags"]
    assert cluster.driver_node_type_id == SINGLE_NODE["node_type_id"]
    assert cluster.spec is not None
    assert cluster.spec.cluster_name == cluster.cluster_name
    assert re.search(r"is run here by Spark 4\.\d", cluster.state_message or "")
    spark = printed(workspace, "print(spark.version)")
    assert f"Spark {spark}" in (cluster.state_message or "")


def test_a_cluster_id_has_databricks_shape(workspace: RunningWorkspace) -> None:
    assert re.fullmatch(r"\d{4}-\d{6}-[a-z0-9]{8}", shared_cluster(workspace))


def test_numbers_may_come_as_strings_and_go_as_numbers(workspace: RunningWorkspace) -> None:
    body = SINGLE_NODE | {"num_workers": "0", "autotermination_minutes": "30"}
    created = workspace.call("POST", "/api/2.1/clusters/create", body).json()
    shown = workspace.call("GET", f"/api/2.0/clusters/get?cluster_id={created['cluster_id']}").json()
    workspace.client.clusters.permanent_delete(created["cluster_id"])
    assert (shown["num_workers"], shown["autotermination_minutes"]) == (0, 30)


def test_a_get_may_carry_its_parameters_in_a_json_body(workspace: RunningWorkspace) -> None:
    cluster_id = shared_cluster(workspace)
    answer = workspace.call("GET", "/api/2.1/clusters/get", {"cluster_id": cluster_id})
    assert answer.json()["cluster_id"] == cluster_id


PROFILE = SINGLE_NODE["spark_conf"]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"spark_version": "99.9.x-scala2.13"}, r"^Invalid spark version 99\.9\.x-scala2\.13\.$"),
    ({"spark_version": None}, "spark_version"),
    ({"node_type_id": "Standard_Nothing"}, "Node type Standard_Nothing is not supported"),
    ({"node_type_id": "Standard_E4s_v4"}, "Standard_E4s_v4 is not supported"),
    ({"num_workers": None}, "num_workers"),
    ({"num_workers": -1}, "num_workers must not be negative"),
    ({"num_workers": 2}, "single node cluster has no workers, got 2"),
    ({"autoscale": {"min_workers": 1, "max_workers": 2}}, "num_workers and autoscale cannot both be set"),
    ({"autotermination_minutes": 9}, "between 10 and 10000, got 9"),
    ({"autotermination_minutes": 10001}, "between 10 and 10000, got 10001"),
    ({"is_single_node": True}, "is_single_node can only be used with kind"),
    ({"custom_tags": {f"tag{i}": "x" for i in range(46)}}, "at most 45 tags, got 46"),
    ({"runtime_engine": "PHOTON"}, "PHOTON is not supported"),
    ({"policy_id": "abc"}, r"^Policy abc does not exist\.$"),
    ({"instance_pool_id": "abc"}, "'node_type_id' cannot be supplied when an instance pool ID is provided"),
    ({"instance_pool_id": "abc", "node_type_id": None}, "Can't find an instance pool with id: abc"),
    ({"init_scripts": [{"s3": {"destination": "s3://a"}}]}, "s3 is not supported by this workspace"),
    ({"init_scripts": [{"volumes": {"destination": "/a"}}]}, "must begin with /Volumes/, got '/a'"),
    ({"spark_conf": {"spark.master": "local[*]"}}, "num_workers can be 0 for single node clusters only"),
    ({"data_security_mode": "SINGLE"}, "data_security_mode"),
    ({"kind": "CLASSIC"}, "kind"),
    ({"spark_conf": PROFILE | {"spark.driver.extraJavaOptions": "-Da=b"}}, "does not heed"),
    ({"spark_conf": PROFILE | {"spark.ui.enabled": "true"}}, r"spark\.ui\.enabled is always false"),
    ({"spark_conf": PROFILE | {"spark.master": "spark://elsewhere:7077"}}, r"spark\.master must be local"),
    ({"spark_conf": PROFILE | {"spark.driver.memory": "much"}}, r"spark\.driver\.memory must be a size"),
]


@pytest.mark.parametrize(("changes", "text"), REFUSED)
def test_what_databricks_or_this_machine_cannot_do_is_refused(
    workspace: RunningWorkspace, changes: dict[str, Any], text: str
) -> None:
    before = len(list(workspace.client.clusters.list()))
    body = {key: value for key, value in (SINGLE_NODE | changes).items() if value is not None}
    answer = workspace.call("POST", "/api/2.1/clusters/create", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert re.search(text, answer.json()["message"])
    assert len(list(workspace.client.clusters.list())) == before


@pytest.mark.parametrize("token", ["²", "-1", "x", "9" * 5000])
def test_a_page_token_that_is_none_is_refused(workspace: RunningWorkspace, token: str) -> None:
    for path in ("clusters/list", "jobs/runs/list"):
        answer = workspace.call("GET", f"/api/2.1/{path}?page_token={token}")
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert "page_token" in answer.json()["message"]


def test_a_cluster_that_does_not_exist_is_refused_with_databricks_text(workspace: RunningWorkspace) -> None:
    for path in ("delete", "permanent-delete", "start", "events"):
        answer = workspace.call("POST", f"/api/2.1/clusters/{path}", {"cluster_id": "0101-000000-nothing0"})
        assert answer.status_code == 400
        assert answer.json() == {
            "error_code": "INVALID_PARAMETER_VALUE",
            "message": "Cluster 0101-000000-nothing0 does not exist",
        }
    with pytest.raises(InvalidParameterValue, match="does not exist"):
        workspace.client.clusters.delete("0101-000000-nothing0").result()


def test_a_dedicated_cluster_belongs_to_its_creator(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    waiter = clusters.create(data_security_mode=DataSecurityMode.SINGLE_USER, **SINGLE_NODE)
    cluster = clusters.get(str(waiter.cluster_id))
    clusters.permanent_delete(str(waiter.cluster_id))
    assert cluster.single_user_name == workspace.client.current_user.me().user_name


def test_the_simple_form_means_a_single_node(workspace: RunningWorkspace) -> None:
    body = {
        "spark_version": SINGLE_NODE["spark_version"],
        "node_type_id": SINGLE_NODE["node_type_id"],
        "kind": "CLASSIC_PREVIEW",
        "is_single_node": True,
    }
    created = workspace.call("POST", "/api/2.1/clusters/create", body).json()
    cluster = workspace.client.clusters.get(created["cluster_id"])
    workspace.client.clusters.permanent_delete(created["cluster_id"])
    assert cluster.num_workers == 0
    assert cluster.custom_tags == {"ResourceClass": "SingleNode"}
    assert (cluster.spark_conf or {})["spark.databricks.cluster.profile"] == "singleNode"


def test_a_deleted_cluster_has_ended_with_its_driver_and_can_start_again(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    cluster_id = new_cluster(workspace)
    driver = driver_process(workspace, cluster_id)

    cluster = clusters.delete_and_wait(cluster_id)
    assert cluster.state == State.TERMINATED
    assert cluster.termination_reason is not None
    assert cluster.termination_reason.code == TerminationReasonCode.USER_REQUEST
    assert cluster.termination_reason.type == TerminationReasonType.SUCCESS
    assert not driver.is_running() or driver.status() == psutil.STATUS_ZOMBIE

    restarted = clusters.start_and_wait(cluster_id)
    assert restarted.state == State.RUNNING
    assert restarted.termination_reason is None
    kinds = [event.type.value for event in clusters.events(cluster_id) if event.type]
    assert kinds == ["RUNNING", "STARTING", "TERMINATING", "RUNNING", "CREATING"]

    clusters.permanent_delete(cluster_id)
    answer = workspace.call("GET", "/api/2.1/clusters/get", {"cluster_id": cluster_id})
    assert answer.json()["message"] == f"Cluster {cluster_id} does not exist"


def test_deleting_a_cluster_that_starts_ends_its_start(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    cluster_id = str(clusters.create(**SINGLE_NODE).cluster_id)
    clusters.delete_and_wait(cluster_id)
    children = [" ".join(each.cmdline()) for each in psutil.Process(workspace.pid).children(recursive=True)]
    assert not [each for each in children if cluster_id in each]


def test_clusters_are_listed_by_state_in_pages_without_their_spec(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    running = shared_cluster(workspace)
    ended = str(clusters.create(cluster_name=secrets.token_hex(4), **SINGLE_NODE).cluster_id)
    clusters.delete_and_wait(ended)

    by_state = list(clusters.list(filter_by=ListClustersFilterBy(cluster_states=[State.RUNNING])))
    assert running in [each.cluster_id for each in by_state]
    assert ended not in [each.cluster_id for each in by_state]
    paged = [each.cluster_id for each in clusters.list(page_size=1)]
    assert {running, ended} <= set(paged)
    assert len(paged) == len(set(paged))
    assert all(each.spec is None for each in clusters.list())


def test_the_runtimes_hold_the_traps_of_a_real_list(workspace: RunningWorkspace) -> None:
    versions = {v.key: v.name for v in workspace.client.clusters.spark_versions().versions or []}
    assert "19.x-cpu-ml-scala2.13" in versions
    assert [key for key, name in versions.items() if "Beta" in (name or "")]
    assert versions["15.4.x-cpu-ml-photon-scala2.12"] == versions["15.4.x-cpu-ml-scala2.12"]
    assert workspace.client.clusters.select_spark_version(ml=True) == "16.4.x-cpu-ml-scala2.12"


def test_the_sdk_can_choose_a_node_type(workspace: RunningWorkspace) -> None:
    chosen = workspace.client.clusters.select_node_type(local_disk=True, min_cores=4, min_memory_gb=14)
    assert chosen in {"Standard_DS3_v2", "Standard_D4ds_v5"}


def test_a_driver_that_cannot_start_ends_its_cluster_with_the_reason(workspace: RunningWorkspace) -> None:
    conf = SINGLE_NODE["spark_conf"] | {"spark.task.cpus": "none"}
    cluster_id = str(workspace.client.clusters.create(**SINGLE_NODE | {"spark_conf": conf}).cluster_id)
    clusters = workspace.client.clusters
    until(lambda: clusters.get(cluster_id).state == State.TERMINATED, "the end of the failed start")
    reason = clusters.get(cluster_id).termination_reason
    assert reason is not None
    assert reason.code == TerminationReasonCode.SPARK_STARTUP_FAILURE
    assert "spark.task.cpus" in (reason.parameters or {})["databricks_error_message"]
