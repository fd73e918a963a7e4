"""What a cluster is made with beside Spark: init scripts, secrets, libraries, policies and pools."""

import base64
import io
import secrets
from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, OperationFailed, ResourceDoesNotExist
from databricks.sdk.service.compute import (
    ClusterLogConf,
    DbfsStorageInfo,
    EventType,
    InitScriptInfo,
    Library,
    LibraryInstallStatus,
    ListClustersFilterBy,
    ListClustersSortBy,
    ListClustersSortByDirection,
    ListClustersSortByField,
    State,
    TerminationReasonCode,
    WorkspaceStorageInfo,
)
from databricks.sdk.service.workspace import ImportFormat

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import NODE_TYPE, SINGLE_NODE, printed
from tests.wire.wheels import wheel

WITHOUT_NODE_TYPE = {key: value for key, value in SINGLE_NODE.items() if key != "node_type_id"}
INIT = b"""
set -e
test "$MINE" = "of a secret"
pip --version
echo "$DB_CLUSTER_NAME" > "$DATABRICKS_ROOT_VIRTUALENV_ENV/seen"
"""
USE = """
import os, tiny_library
print(os.environ["MINE"])
print(tiny_library.ANSWER, sc.parallelize([0], 1).map(lambda _: __import__("tiny_library").ANSWER).first())
"""


@pytest.fixture
def folder(workspace: RunningWorkspace) -> str:
    """A folder of the workspace for one test."""
    path = f"/Shared/{secrets.token_hex(4)}"
    workspace.client.workspace.mkdirs(path)
    return path


def put(workspace: RunningWorkspace, path: str, content: bytes) -> str:
    workspace.client.workspace.upload(path, io.BytesIO(content), format=ImportFormat.AUTO, overwrite=True)
    return path


def script(path: str) -> list[InitScriptInfo]:
    return [InitScriptInfo(workspace=WorkspaceStorageInfo(destination=path))]


def statuses(workspace: RunningWorkspace, cluster_id: str) -> dict[str, LibraryInstallStatus | None]:
    found = workspace.client.libraries.cluster_status(cluster_id)
    return {(each.library and each.library.whl) or "": each.status for each in found}


def test_init_scripts_secrets_and_libraries_make_a_clusters_environment_until_it_restarts(
    workspace: RunningWorkspace, folder: str
) -> None:
    client = workspace.client
    scope = secrets.token_hex(4)
    logs = f"dbfs:/cluster-logs/{scope}"
    client.secrets.create_scope(scope)
    client.secrets.put_secret(scope, "key", string_value="of a secret")
    init = put(workspace, f"{folder}/init.sh", INIT)
    good = put(
        workspace, f"{folder}/tiny_library-1.0-py3-none-any.whl", wheel("tiny_library", "1.0", "ANSWER = 42")
    )
    bad = put(workspace, f"{folder}/bad-1.0-py3-none-any.whl", b"no archive")
    cluster = client.clusters.create_and_wait(
        cluster_name="with scripts",
        spark_env_vars={"MINE": f"{{{{secrets/{scope}/key}}}}"},
        init_scripts=script(init),
        cluster_log_conf=ClusterLogConf(dbfs=DbfsStorageInfo(destination=logs)),
        **SINGLE_NODE,
    )
    cluster_id = str(cluster.cluster_id)
    seen = workspace.root / "clusters" / cluster_id / "environment" / "seen"
    assert seen.read_text() == "with scripts\n"

    client.libraries.install(cluster_id, [Library(whl=good), Library(whl=bad)])
    assert printed(workspace, USE, cluster_id=cluster_id) == "of a secret\n42 42"
    assert statuses(workspace, cluster_id) == {
        good: LibraryInstallStatus.INSTALLED,
        bad: LibraryInstallStatus.FAILED,
    }
    (failed,) = [each for each in client.libraries.cluster_status(cluster_id) if each.messages]
    assert "Library installation failed for library due to user error" in (failed.messages or [""])[0]
    client.libraries.uninstall(cluster_id, [Library(whl=good), Library(whl=bad)])
    assert statuses(workspace, cluster_id) == {good: LibraryInstallStatus.UNINSTALL_ON_RESTART}

    with pytest.raises(OperationFailed, match=f"Cluster scoped init script {init} failed"):
        client.clusters.edit_and_wait(cluster_id, init_scripts=script(init), **SINGLE_NODE)
    ended = client.clusters.get(cluster_id)
    assert ended.termination_reason is not None
    assert ended.termination_reason.code == TerminationReasonCode.INIT_SCRIPT_FAILURE
    assert statuses(workspace, cluster_id) == {}
    assert [event.type for event in client.clusters.events(cluster_id, page_size=2)] == [
        EventType.TERMINATING,
        EventType.INIT_SCRIPTS_FINISHED,
        EventType.INIT_SCRIPTS_STARTED,
        EventType.RESTARTING,
        EventType.EDITED,
        EventType.RUNNING,
        EventType.INIT_SCRIPTS_FINISHED,
        EventType.INIT_SCRIPTS_STARTED,
        EventType.CREATING,
    ]
    # The logs of the life before the restart are where they were asked for.
    assert client.dbfs.get_status(f"{logs}/{cluster_id}/driver/log4j-active.log").file_size
    (said,) = client.dbfs.list(f"{logs}/{cluster_id}/init_scripts/{cluster_id}_127_0_0_1")
    assert b"pip" in base64.b64decode(client.dbfs.read(str(said.path)).data or "")
    client.clusters.permanent_delete(cluster_id)


def test_a_policy_and_a_pool_fill_in_a_request_and_refuse_another(workspace: RunningWorkspace) -> None:
    client = workspace.client
    name = secrets.token_hex(4)
    pool = str(client.instance_pools.create(name, NODE_TYPE, max_capacity=1).instance_pool_id)
    definition = """{
        "spark_version": {"type": "fixed", "value": "auto:latest-ml"},
        "autotermination_minutes": {"type": "range", "maxValue": 30, "defaultValue": 20},
        "num_workers": {"type": "fixed", "value": 0},
        "spark_conf.spark.databricks.cluster.profile": {"type": "fixed", "value": "singleNode"}}"""
    policy = str(client.cluster_policies.create(name=name, definition=definition).policy_id)

    def asked(**fields: Any) -> Any:
        common: dict[str, Any] = {
            "policy_id": policy,
            "instance_pool_id": pool,
            "apply_policy_default_values": True,
        }
        return client.clusters.create(spark_version="19.x-cpu-ml-scala2.13", **common | fields)

    with pytest.raises(
        InvalidParameterValue, match=r'autotermination_minutes, the value must be at most 30 \(is "60"\)'
    ):
        asked(autotermination_minutes=60)
    cluster_id = str(asked(cluster_name=name).cluster_id)
    shown = client.clusters.get(cluster_id)
    assert (shown.node_type_id, shown.autotermination_minutes) == (NODE_TYPE, 20)
    assert (shown.policy_id, shown.instance_pool_id) == (policy, pool)
    assert shown.spec is not None
    assert shown.spec.autotermination_minutes is None
    used = client.instance_pools.get(pool).stats
    assert used is not None
    assert used.used_count == 1
    of_pool = str(client.clusters.create(instance_pool_id=pool, **WITHOUT_NODE_TYPE).cluster_id)
    with pytest.raises(OperationFailed, match="has a max_capacity of 1: 1 of its instances are in use"):
        client.clusters.wait_get_cluster_running(of_pool)
    client.clusters.permanent_delete(of_pool)
    of_policy = client.clusters.list(filter_by=ListClustersFilterBy(policy_id=policy))
    assert [each.cluster_id for each in of_policy] == [cluster_id]
    client.clusters.permanent_delete(cluster_id)
    client.cluster_policies.edit(policy, name=f"{name}-2", policy_family_id="personal-vm")
    assert "all-purpose" in (client.cluster_policies.get(policy).definition or "")
    client.cluster_policies.delete(policy)
    client.instance_pools.delete(pool)
    with pytest.raises(ResourceDoesNotExist):
        client.cluster_policies.get(policy)
    with pytest.raises(ResourceDoesNotExist, match="Can't find an instance pool with id"):
        client.instance_pools.get(pool)


def test_clusters_are_pinned_and_listed_by_name(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    made = [
        str(clusters.create(cluster_name=name, **SINGLE_NODE).cluster_id) for name in ("zz pin", "aa pin")
    ]
    for cluster_id in made:
        clusters.delete(cluster_id)
        clusters.pin(cluster_id)
        clusters.pin(cluster_id)
    order = ListClustersSortBy(
        field=ListClustersSortByField.CLUSTER_NAME, direction=ListClustersSortByDirection.ASC
    )
    pinned = clusters.list(filter_by=ListClustersFilterBy(is_pinned=True), sort_by=order, page_size=1)
    assert [each.cluster_name for each in pinned] == ["aa pin", "zz pin"]
    clusters.unpin(made[0])
    assert [
        each.cluster_id for each in clusters.list(filter_by=ListClustersFilterBy(is_pinned=True))
    ] == made[1:]
    until(lambda: clusters.get(made[0]).state == State.TERMINATED, "the end of the cluster")
    kinds = [
        event.type for event in clusters.events(made[0], event_types=[EventType.PINNED, EventType.UNPINNED])
    ]
    assert kinds == [EventType.UNPINNED, EventType.PINNED]
    assert clusters.list_zones().zones
    for cluster_id in made:
        clusters.permanent_delete(cluster_id)
