"""The cluster is the plan's, asked for once, waited for with Databricks' reasons, never left behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rookery import TrainingPlan
from rookery.exceptions import ClusterError, TaskStopped
from rookery.operators.cluster import (
    CreateClusterOperator,
    TerminateClusterOperator,
    WaitForClusterOperator,
)
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.plans import PENGUINS, PLAN
from tests.played_clock import PlayedClock
from tests.recorder import Recorder

NAME, OWNER = "rookery here penguins manual__1", "here/penguins/manual__1"

VERSIONS = [
    {"key": "16.4.x-cpu-ml-scala2.12", "name": "16.4 LTS ML (includes Apache Spark 3.5.2, Scala 2.12)"}
]

LIST = "GET /api/2.1/clusters/list"
CREATE = "POST /api/2.1/clusters/create"
GET = "GET /api/2.1/clusters/get"
DELETE = "POST /api/2.1/clusters/delete"


def cluster(state: str, cluster_id: str = "c1", **fields: Any) -> dict[str, Any]:
    tags = {"rookery_owner": OWNER}
    return {"cluster_id": cluster_id, "cluster_name": NAME, "custom_tags": tags, "state": state, **fields}


def create(instance: TaskInstance | None = None, plan: TrainingPlan = PLAN) -> tuple[str, TaskInstance]:
    instance = instance or TaskInstance("create_cluster")
    operator = CreateClusterOperator(
        task_id="create_cluster",
        cluster_name=NAME,
        owner_tag=OWNER,
        user_name="me@example.com",
        plan=plan.model_dump(mode="json"),
    )
    return operator.execute(context_of(instance)), instance


def wait(try_number: int = 1) -> None:
    operator = WaitForClusterOperator(task_id="wait_for_cluster", cluster_id="c1")
    operator.execute(context_of(TaskInstance("wait_for_cluster", try_number)))


def terminate(created: str | None = None, asked: bool = True) -> PlayedClock:
    """End the run's clusters, and return the clock by which that was done."""
    instance, clock = TaskInstance("terminate_cluster"), PlayedClock()
    instance.left = {("create_cluster", "return_value"): created, ("create_cluster", "asked"): asked or None}
    operator = TerminateClusterOperator(task_id="terminate_cluster", cluster_name=NAME, owner_tag=OWNER)
    operator.clock = clock
    operator.execute(context_of(instance))
    return clock


def test_a_plan_without_workers_asks_for_a_single_node_and_nothing_else(databricks: Recorder) -> None:
    databricks.answers("GET /api/2.1/clusters/spark-versions", {"versions": VERSIONS})
    databricks.answers(LIST, {})
    databricks.answers(CREATE, {"cluster_id": "c1"})
    asked_at = datetime.now(UTC)
    cluster_id, _ = create()
    assert cluster_id == "c1"
    (request,) = databricks.bodies(CREATE)
    expires_at = datetime.fromisoformat(request["custom_tags"].pop("rookery_expires_at"))
    assert timedelta(hours=23) < expires_at - asked_at < timedelta(hours=25)
    assert request == {
        "cluster_name": NAME,
        "spark_version": "16.4.x-cpu-ml-scala2.12",
        "node_type_id": "Standard_DS3_v2",
        "num_workers": 0,
        "autotermination_minutes": 20,
        "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
        "custom_tags": {"ResourceClass": "SingleNode", "rookery_owner": OWNER},
        "data_security_mode": "SINGLE_USER",
        "single_user_name": "me@example.com",
        "runtime_engine": "STANDARD",
    }


@pytest.mark.parametrize(
    ("compute", "asked"),
    [
        ({"num_workers": 2}, {"num_workers": 2}),
        (
            {"autoscale": {"min_workers": 1, "max_workers": 4}},
            {"autoscale": {"min_workers": 1, "max_workers": 4}},
        ),
    ],
)
def test_a_plan_with_workers_asks_for_them_and_not_for_a_single_node(
    databricks: Recorder, compute: dict[str, Any], asked: dict[str, Any]
) -> None:
    databricks.answers("GET /api/2.1/clusters/spark-versions", {"versions": VERSIONS})
    databricks.answers(LIST, {})
    databricks.answers(CREATE, {"cluster_id": "c1"})
    conf = {"spark.sql.shuffle.partitions": "64"}
    create(plan=TrainingPlan.model_validate({**PENGUINS, "compute": {**compute, "spark_conf": conf}}))
    (request,) = databricks.bodies(CREATE)
    assert {name: request.get(name) for name in asked} == asked
    assert len({"num_workers", "autoscale"} & set(request)) == 1
    assert request["spark_conf"] == conf
    assert "ResourceClass" not in request["custom_tags"]


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "RESTARTING"])
def test_a_cluster_of_an_earlier_try_is_adopted(databricks: Recorder, state: str) -> None:
    databricks.answers(LIST, {"clusters": [cluster(state)]})
    cluster_id, _ = create()
    assert cluster_id == "c1"
    assert databricks.bodies(CREATE) == []


def test_a_cluster_of_someone_else_under_the_same_name_is_not_adopted(databricks: Recorder) -> None:
    foreign = {**cluster("RUNNING", "c0"), "custom_tags": {"rookery_owner": "staging/penguins/manual__1"}}
    untagged = {**cluster("RUNNING", "c9"), "custom_tags": {}}
    ending = cluster("TERMINATING", "c8")
    databricks.answers(LIST, {"clusters": [foreign, untagged, ending]})
    databricks.answers("GET /api/2.1/clusters/spark-versions", {"versions": VERSIONS})
    databricks.answers(CREATE, {"cluster_id": "c1"})
    assert create()[0] == "c1"


def test_the_link_to_the_cluster_is_there_as_soon_as_it_is_asked_for(databricks: Recorder) -> None:
    databricks.answers(LIST, {"clusters": [cluster("PENDING")]})
    _, instance = create()
    page = f"http://127.0.0.1:{databricks.server_port}/compute/clusters/c1"
    assert instance.pushed == {"asked": 1, "_link_ClusterLink": page}


def test_a_running_cluster_ends_the_wait(databricks: Recorder) -> None:
    databricks.answers(GET, cluster("PENDING"), cluster("RUNNING"))
    wait()


def test_a_quota_that_is_exceeded_is_told_in_azures_words_and_not_tried_again(databricks: Recorder) -> None:
    reason = {
        "code": "AZURE_QUOTA_EXCEEDED_EXCEPTION",
        "type": "CLIENT_ERROR",
        "parameters": {"azure_error_message": "exceeding approved standardDSv2Family Cores quota"},
    }
    databricks.answers(GET, cluster("TERMINATED", termination_reason=reason))
    with pytest.raises(ClusterError) as caught:
        wait()
    text = str(caught.value)
    assert "cluster c1 did not start: AZURE_QUOTA_EXCEEDED_EXCEPTION (CLIENT_ERROR)" in text
    assert "exceeding approved standardDSv2Family Cores quota" in text
    assert not caught.value.retriable


def test_a_fault_of_the_cloud_is_tried_again_with_the_same_cluster(databricks: Recorder) -> None:
    reason = {"code": "CLOUD_PROVIDER_LAUNCH_FAILURE", "type": "CLOUD_FAILURE"}
    databricks.answers(GET, cluster("TERMINATED", termination_reason=reason))
    with pytest.raises(ClusterError) as caught:
        wait()
    assert caught.value.retriable
    databricks.answers(GET, cluster("TERMINATED"), cluster("RUNNING"))
    databricks.answers("POST /api/2.1/clusters/start", {})
    wait(try_number=2)
    assert databricks.bodies("POST /api/2.1/clusters/start") == [{"cluster_id": "c1"}]


def test_every_cluster_of_the_run_is_told_to_end_in_every_round_and_seen_terminated(
    databricks: Recorder,
) -> None:
    foreign = {**cluster("RUNNING", "c0"), "custom_tags": {}}
    ours = [cluster("RUNNING", "c1"), cluster("PENDING", "c2")]
    databricks.answers(LIST, {"clusters": [foreign, *ours]}, {"clusters": [foreign]})
    seen = ["RUNNING", "PENDING", "TERMINATING", "TERMINATING", "TERMINATED"]
    databricks.answers(GET, *map(cluster, seen))
    databricks.answers(DELETE, {})
    terminate(created="c1")
    assert databricks.bodies(DELETE) == [{"cluster_id": "c1"}, {"cluster_id": "c2"}] * 2
    assert len([call for call in databricks.calls if call.path.endswith("/list")]) == 3


def test_empty_lists_do_not_hide_a_cluster_whose_id_is_known(databricks: Recorder) -> None:
    databricks.answers(LIST, {})
    databricks.answers(GET, cluster("RUNNING"), cluster("TERMINATING"), cluster("TERMINATED"))
    databricks.answers(DELETE, {})
    terminate(created="c1")
    assert databricks.bodies(DELETE) == [{"cluster_id": "c1"}] * 2


@pytest.mark.parametrize(("created", "lasts"), [("c1", False), (None, True)])
def test_a_look_lasts_longer_than_a_request_that_may_be_under_way_and_75_s_at_most(
    databricks: Recorder, created: str | None, lasts: bool
) -> None:
    databricks.answers(LIST, {})
    databricks.answers(GET, cluster("TERMINATED"))
    clock = terminate(created=created)
    assert (65 < clock.now < 75) if lasts else clock.now == 0
    assert databricks.bodies(DELETE) == []


def test_where_nothing_was_asked_for_one_look_is_enough(databricks: Recorder) -> None:
    databricks.answers(LIST, {})
    assert terminate(asked=False).now == 0
    assert databricks.bodies(DELETE) == []


def test_a_cluster_that_was_deleted_for_good_is_gone(databricks: Recorder) -> None:
    databricks.answers(LIST, {})
    assert 65 < terminate(created="c1").now < 90


@pytest.mark.parametrize("state", ["failed", "success", "skipped", "restarting", None])
def test_a_create_that_is_wanted_no_more_asks_for_nothing(databricks: Recorder, state: str | None) -> None:
    databricks.answers("GET /api/2.1/clusters/spark-versions", {"versions": VERSIONS})
    databricks.answers(LIST, {})
    instance = TaskInstance("create_cluster")
    instance.state = state
    with pytest.raises(TaskStopped, match="asks for nothing further"):
        create(instance)
    assert databricks.bodies(CREATE) == []
    assert instance.pushed == {"asked": 1}


def test_a_create_whose_place_another_try_has_taken_asks_for_nothing(databricks: Recorder) -> None:
    databricks.answers("GET /api/2.1/clusters/spark-versions", {"versions": VERSIONS})
    databricks.answers(LIST, {})
    instance = TaskInstance("create_cluster")
    instance.xcom_push = lambda key, value: instance.pushed.update({key: value + 1})  # type: ignore[method-assign]
    with pytest.raises(TaskStopped, match="another try of the task runs"):
        create(instance)
    assert databricks.bodies(CREATE) == []


EXISTING = TrainingPlan.model_validate({**PENGUINS, "compute": {"existing_cluster_id": "c9"}})
START = "POST /api/2.1/clusters/start"


@pytest.mark.parametrize(("state", "started"), [("RUNNING", []), ("TERMINATED", [{"cluster_id": "c9"}])])
def test_an_existing_cluster_is_used_as_it_is_and_started_if_it_has_ended(
    databricks: Recorder, state: str, started: list[dict[str, str]]
) -> None:
    databricks.answers(GET, cluster(state, "c9", custom_tags={}))
    databricks.answers(START, {})
    cluster_id, _ = create(plan=EXISTING)
    assert cluster_id == "c9"
    assert databricks.bodies(CREATE) == []
    assert databricks.bodies(START) == started


@pytest.mark.parametrize("tags", [{}, {"rookery_owner": "here/penguins/another"}])
def test_an_existing_cluster_is_never_terminated(databricks: Recorder, tags: dict[str, str]) -> None:
    databricks.answers(LIST, {})
    databricks.answers(GET, cluster("RUNNING", "c9", custom_tags=tags))
    terminate(created="c9")
    assert [call.path for call in databricks.calls if call.method == "POST"] == []
