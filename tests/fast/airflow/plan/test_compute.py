"""The cluster of a plan: what may be said of it, what is asked for, and what the workspace says first."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rookery import Compute, PlanError, TrainingPlan
from rookery.form.run_conf import resolve
from rookery.hooks.databricks import workspace_client
from rookery.plan.questions import cluster_questions
from rookery.workspace.questions import ask
from tests.fast.airflow.usable_workspace import ME, RUNTIME, answer_everything
from tests.plans import PENGUINS
from tests.recorder import Recorder, Reply

CLUSTER = "GET /api/2.1/clusters/get"
POOL = "GET /api/2.0/instance-pools/get"
POLICY = "GET /api/2.0/policies/clusters/get"
EXISTING = {
    "cluster_id": "c9",
    "cluster_name": "shared",
    "state": "TERMINATED",
    "spark_version": RUNTIME["key"],
    "data_security_mode": "SINGLE_USER",
    "single_user_name": "me@example.com",
    "autotermination_minutes": 30,
}


def asked(**compute: Any) -> dict[str, Any]:
    """The request for a plan's cluster."""
    request = Compute(**compute).request("name", "owner", "me@example.com")
    return request.body("18.x-cpu-ml-scala2.13", datetime.now(UTC))


def refusal(**compute: Any) -> str:
    with pytest.raises(PlanError) as caught:
        TrainingPlan.model_validate({**PENGUINS, "compute": compute})
    return str(caught.value)


def test_everything_that_a_plan_says_is_in_the_request_by_databricks_own_names() -> None:
    request = asked(
        instance_pool_id="1107-pool",
        policy_id="ABC123",
        spark_env_vars={"PIP_INDEX_URL": "https://x.test", "API_KEY": "{{secrets/mine/key}}"},
        init_scripts=[
            "/Volumes/main/default/in/a.sh",
            "/Users/me/b.sh",
            "s3://bucket/c.sh",
            "abfss://c@a/d.sh",
        ],
        custom_tags={"CostCenter": "7"},
    )
    assert "node_type_id" not in request
    assert request["instance_pool_id"] == "1107-pool"
    assert request["policy_id"] == "ABC123"
    assert request["spark_env_vars"]["API_KEY"] == "{{secrets/mine/key}}"
    assert request["custom_tags"] | {"CostCenter": "7", "rookery_owner": "owner"} == request["custom_tags"]
    assert request["init_scripts"] == [
        {"volumes": {"destination": "/Volumes/main/default/in/a.sh"}},
        {"workspace": {"destination": "/Users/me/b.sh"}},
        {"s3": {"destination": "s3://bucket/c.sh"}},
        {"abfss": {"destination": "abfss://c@a/d.sh"}},
    ]


@pytest.mark.parametrize(
    ("availability", "field"),
    [
        ("SPOT_WITH_FALLBACK", "aws_attributes"),
        ("SPOT_WITH_FALLBACK_AZURE", "azure_attributes"),
        ("PREEMPTIBLE_WITH_FALLBACK_GCP", "gcp_attributes"),
    ],
)
def test_spot_nodes_are_asked_for_in_the_words_of_their_cloud_and_the_driver_is_none(
    availability: Any, field: str
) -> None:
    request = asked(availability=availability)
    assert request[field] == {"availability": availability, "first_on_demand": 1}
    assert {name for name in request if name.endswith("_attributes")} == {field}


@pytest.mark.parametrize(
    ("compute", "told"),
    [
        ({"spark_env_vars": {"API_TOKEN": "x"}}, "compute.spark_env_vars.API_TOKEN: a secret in a plan"),
        ({"spark_env_vars": {"A-B": "x"}}, "it is no name of a variable"),
        ({"custom_tags": {"rookery_owner": "me"}}, "this tag is set by Rookery"),
        ({"custom_tags": {"": "x"}}, "a key has 1 to 127 characters"),
        ({"init_scripts": ["dbfs:/a.sh"]}, "compute.init_scripts[0]: 'dbfs:/a.sh': Databricks does not run"),
        ({"init_scripts": ["/Users/../a.sh"]}, "is neither in a Volume"),
        ({"instance_pool_id": "p", "availability": "SPOT_WITH_FALLBACK"}, "leave out availability"),
        ({"existing_cluster_id": "c9", "num_workers": 2}, "compute.num_workers: existing_cluster_id names"),
        (
            {"existing_cluster_id": "c9", "spark_conf": {"spark.x": "1"}},
            "compute.spark_conf: existing_cluster",
        ),
    ],
)
def test_what_cannot_be_said_of_a_cluster_is_refused_with_its_place(
    compute: dict[str, Any], told: str
) -> None:
    assert told in refusal(**compute)


@pytest.mark.parametrize(
    ("changes", "told", "ok"),
    [
        ({}, "shared is TERMINATED with 18.x-cpu-ml-scala2.13", True),
        ({"autotermination_minutes": 0}, "it bills until someone ends it", True),
        ({"data_security_mode": "USER_ISOLATION"}, "has the access mode USER_ISOLATION", False),
        ({"single_user_name": "you@example.com"}, "is dedicated to you@example.com", False),
        ({"spark_version": "9.x-scala2.12"}, "has no runtime '9.x-scala2.12'", False),
    ],
)
def test_an_existing_cluster_is_looked_at_before_a_run_relies_on_it(
    databricks: Recorder, changes: dict[str, Any], told: str, ok: bool
) -> None:
    answer_everything(databricks)
    databricks.answers(CLUSTER, {**EXISTING, **changes})
    questions = cluster_questions(Compute(existing_cluster_id="c9"), "me@example.com")
    (finding,) = ask(workspace_client("databricks_default"), questions)
    assert told in finding.text
    assert finding.ok == ok
    assert [call.path for call in databricks.calls if call.method != "GET"] == []


def test_pool_and_policy_are_asked_for_and_one_that_is_not_there_is_a_mistake(databricks: Recorder) -> None:
    answer_everything(databricks)
    databricks.answers(ME, {"userName": "me@example.com"})
    pool = {"instance_pool_id": "p", "instance_pool_name": "cheap", "node_type_id": "D3", "state": "ACTIVE"}
    databricks.answers(POOL, pool)
    databricks.answers(POLICY, Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No policy."}))
    questions = cluster_questions(Compute(instance_pool_id="p", policy_id="q"), "me@example.com")
    found = {each.subject: each for each in ask(workspace_client("databricks_default"), questions)}
    assert set(found) == {"pool", "policy", "runtime"}
    assert found["pool"].text == "cheap: nodes D3"
    assert "No policy; name a policy by its id" in found["policy"].text
    assert [each.ok for each in found.values()] == [True, False, True]


def test_a_run_may_use_another_existing_cluster_than_the_plans() -> None:
    plan = TrainingPlan.model_validate({**PENGUINS, "compute": {"existing_cluster_id": "c9"}})
    assert resolve(plan, {"existing_cluster_id": "c8"}).plan.compute.existing_cluster_id == "c8"
    with pytest.raises(PlanError, match=r"existing_cluster_id: '\.\./c8' cannot be"):
        resolve(plan, {"existing_cluster_id": "../c8"})
    with pytest.raises(PlanError, match="num_workers: the key is unknown"):
        resolve(plan, {"num_workers": 2})
