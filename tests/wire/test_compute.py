"""Everything that a plan can say of its cluster, as the workspace takes it."""

import io
import secrets
from datetime import timedelta

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.compute import State
from databricks.sdk.service.workspace import ImportFormat

from rookery import Compute
from rookery.plan.questions import cluster_questions
from rookery.workspace import clusters
from rookery.workspace.compute.request import ClusterRequest
from rookery.workspace.questions import ask
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import shared_cluster

ME = "local.user@example.com"
POLICY = '{"autotermination_minutes": {"type": "range", "maxValue": 60}}'


@pytest.mark.matrix
def asked_for(compute: Compute) -> ClusterRequest:
    return compute.request(f"test {secrets.token_hex(4)}", "here/penguins/manual__1", ME)


def test_a_request_with_all_that_a_plan_can_say_is_taken_as_it_is_said(workspace: RunningWorkspace) -> None:
    client, name = workspace.client, f"compute_{secrets.token_hex(4)}"
    pool = client.instance_pools.create(name, "Standard_DS3_v2").instance_pool_id
    policy = client.cluster_policies.create(name=name, definition=POLICY).policy_id
    script = f"/Users/{ME}/{name}.sh"
    client.workspace.upload(script, io.BytesIO(b"true\n"), format=ImportFormat.AUTO)
    compute = Compute(
        instance_pool_id=pool,
        policy_id=policy,
        init_scripts=[script],
        spark_env_vars={"BIRDS": "yes"},
        custom_tags={"CostCenter": "7"},
    )
    found = ask(client, cluster_questions(compute, ME))
    assert [(each.subject, each.ok) for each in found] == [
        ("pool", True),
        ("policy", True),
        ("runtime", True),
    ]
    cluster_id = clusters.ask_for(client, asked_for(compute), lambda: None)
    try:
        cluster = client.clusters.get(cluster_id)
        assert (cluster.instance_pool_id, cluster.policy_id) == (pool, policy)
        assert cluster.custom_tags is not None
        assert cluster.custom_tags["CostCenter"] == "7"
        assert cluster.spark_env_vars == {"BIRDS": "yes"}
        assert cluster.init_scripts is not None
        assert [each.workspace and each.workspace.destination for each in cluster.init_scripts] == [script]
    finally:
        client.clusters.permanent_delete(cluster_id)


def test_what_a_policy_forbids_is_told_in_the_workspaces_words(workspace: RunningWorkspace) -> None:
    policy = workspace.client.cluster_policies.create(name=secrets.token_hex(4), definition=POLICY).policy_id
    request = asked_for(Compute(policy_id=policy, autotermination_minutes=120))
    with pytest.raises(InvalidParameterValue, match="autotermination_minutes"):
        clusters.ask_for(workspace.client, request, lambda: None)


@pytest.mark.matrix
@pytest.mark.parametrize("field", ["instance_pool_id", "policy_id", "existing_cluster_id"])
def test_what_is_not_there_is_a_mistake_at_its_place(workspace: RunningWorkspace, field: str) -> None:
    compute = Compute.model_validate({field: "1107-nothing"})
    wrong = [each for each in ask(workspace.client, cluster_questions(compute, ME)) if not each.ok]
    assert [each.place for each in wrong] == [("compute", field)]
    assert "by its id" in wrong[0].text


def test_an_existing_cluster_is_found_used_and_left_running(workspace: RunningWorkspace) -> None:
    cluster_id, client = shared_cluster(workspace), workspace.client
    (finding,) = ask(client, cluster_questions(Compute(existing_cluster_id=cluster_id), ME))
    assert finding.ok, finding.text
    assert clusters.use_existing(client, cluster_id) == cluster_id
    told: list[str] = []
    clusters.end(
        client,
        "test",
        "here/penguins/manual__1",
        cluster_id,
        may_come=False,
        timeout=timedelta(minutes=1),
        told=told.append,
    )
    assert told == [cluster_id]
    assert client.clusters.get(cluster_id).state == State.RUNNING
