"""What serves is better than what served: versions are promoted, kept out, refused and rolled back."""

import shutil
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from local_stack.runs.dag_run import DagRun
from local_stack.waiting import wait_for
from rookery.workspace.promotion import roles
from tests.end_to_end.clients import asked_all_the_time
from tests.end_to_end.stack import HANGING_SECONDS, EndedRun, Stack

DAG, MODEL, ENDPOINT = "judged_penguins", "Judged Penguins", "judged-penguins"
_OTHERS = count(21)
MOST_FREQUENT, RIGHT = "[0.0]", "[1.0]"


def trained(max_iter: int, **conf: Any) -> dict[str, Any]:
    """A conf that trains one point: with 0 iterations it answers with the most frequent class."""
    return {"LogisticRegression_maxIter": [max_iter], **conf}


@pytest.fixture(scope="module")
def first(stack: Stack) -> EndedRun:
    """The first version, a poor one."""
    return stack.run(DAG, trained(0))


@pytest.fixture(scope="module")
def better(stack: Stack, first: EndedRun) -> EndedRun:
    """A better version, which takes over while a client asks all the time."""
    assert first.state == "success", first.tasks
    with asked_all_the_time(stack.workspace, ENDPOINT) as answers:
        run = stack.run(DAG, trained(20))
    assert set(answers) == {MOST_FREQUENT, RIGHT}
    return run


def served(stack: Stack) -> list[str]:
    """The versions at the endpoint."""
    config = stack.workspace.serving_endpoints.get(ENDPOINT).config
    return [str(each.entity_version) for each in (config and config.served_entities) or []]


def champion(stack: Stack) -> str | None:
    return roles.version_with(stack.workspace, MODEL, roles.CHAMPION)


def events(stack: Stack, run: EndedRun) -> list[Any]:
    """The events of the model's asset that a run has emitted."""
    run_id = quote(run.dag_run.run_id, safe="")
    found = stack.get(f"assets/events?source_dag_id={DAG}&source_run_id={run_id}")
    return list(found["asset_events"])


def test_a_better_version_takes_over_and_no_request_fails(stack: Stack, better: EndedRun) -> None:
    assert better.state == "success", better.tasks
    version = better.returned("register_model")["version"]
    assert better.returned("promote") == {"version": version, "previous": "1"}
    assert (served(stack), champion(stack)) == ([version], version)
    assert roles.version_with(stack.workspace, MODEL, roles.PREVIOUS) == "1"
    assert [event["extra"]["version"] for event in events(stack, better)] == [version]
    run = stack.workspace.experiments.get_run(better.returned("register_model")["mlflow_run_id"]).run
    assert run is not None
    assert run.data is not None
    metrics = {str(metric.key): metric.value or 0.0 for metric in run.data.metrics or []}
    assert metrics["test_accuracy"] > metrics["champion_test_accuracy"]
    assert {"endpoint_latency_p50_ms", "endpoint_latency_p99_ms"} <= set(metrics)


@pytest.mark.usefixtures("better")
def test_a_worse_version_is_kept_out_and_the_run_says_why(stack: Stack) -> None:
    before = served(stack)
    with asked_all_the_time(stack.workspace, ENDPOINT) as answers:
        worse = stack.run(DAG, trained(0, points_per_task=1))
    assert set(answers) == {RIGHT}
    assert worse.state == "success"
    assert worse.tasks["promote"].state == worse.tasks["create_endpoint"].state == "skipped"
    why = worse.dag_run.xcom("promote", "skipped_because")
    assert why.startswith(f"kept version {before[0]}: accuracy 0.")
    version = worse.returned("register_model")["version"]
    assert roles.version_tags(stack.workspace, MODEL, version)["rookery_decision"] == why
    assert roles.version_with(stack.workspace, MODEL, roles.CHALLENGER) == version
    assert (served(stack), champion(stack), events(stack, worse)) == (before, before[0], [])


@pytest.fixture
def to_approve(stack: Stack, better: EndedRun) -> DagRun:
    """A run that waits for a person's word, of a version of its own, which is as good as the champion."""
    assert better.state == "success"
    run = stack.start(DAG, trained(next(_OTHERS), approval="required"))
    wait_for(
        "a question", lambda: _state(run, "approve") == "awaiting_input" or None, seconds=HANGING_SECONDS
    )
    return run


def answer(stack: Stack, run: DagRun, option: str) -> EndedRun:
    """Say so by Airflow's REST API, and wait for the run's end."""
    path = f"dags/{DAG}/dagRuns/{run.run_id}/taskInstances/approve/-1/hitlDetails"
    said = stack.airflow.patch(path, json={"chosen_options": [option], "params_input": {}})
    assert said.is_success, said.text
    return stack.followed(run)


def _state(run: DagRun, task_id: str) -> str:
    return next(task.state for task in run.task_instances() if task.task_id == task_id)


def model_files(stack: Stack, run: DagRun) -> Path:
    """The files of a run's version, in the local workspace's own folder."""
    run_id = run.xcom("register_model")["mlflow_run_id"]
    (folder,) = stack.airflow_home.parent.glob(f"workspace/**/{run_id}/artifacts/model-*")
    return folder


@pytest.mark.matrix
def test_a_person_who_approves_has_the_version_served(stack: Stack, to_approve: DagRun) -> None:
    detail = stack.get(f"dags/{DAG}/dagRuns/{to_approve.run_id}/taskInstances/approve/-1/hitlDetails")
    assert "**Judged:** in place of version" in detail["body"]
    wait_for(
        "the end of the cluster: nothing that costs money waits for a person",
        lambda: not stack.live_clusters(DAG) or None,
        seconds=HANGING_SECONDS,
    )
    run = answer(stack, to_approve, "Approve")
    version = run.returned("register_model")["version"]
    assert (run.state, served(stack), champion(stack)) == ("success", [version], version)


@pytest.mark.matrix
def test_a_person_who_refuses_has_nothing_changed(stack: Stack, to_approve: DagRun) -> None:
    before = served(stack)
    run = answer(stack, to_approve, "Reject")
    assert run.state == "success"
    assert "refused by" in run.dag_run.xcom("promote", "skipped_because")
    assert (served(stack), champion(stack), events(stack, run)) == (before, before[0], [])


@pytest.mark.matrix
def test_a_scorer_that_was_changed_after_its_registration_is_caught_and_no_client_sees_it(
    stack: Stack, to_approve: DagRun
) -> None:
    before = served(stack)
    arrays = model_files(stack, to_approve) / "scorer" / "arrays.npz"
    with np.load(arrays) as known:
        changed = {name: -known[name] for name in known.files}
    np.savez(arrays, **changed)
    with asked_all_the_time(stack.workspace, ENDPOINT) as answers:
        run = answer(stack, to_approve, "Approve")
    assert (run.state, set(answers)) == ("failed", {RIGHT})
    reason = run.last_line_of("query_endpoint")
    assert "test rows otherwise than the model that was registered" in reason
    assert f"version {before[0]} serves alone again" in reason
    assert (served(stack), champion(stack), events(stack, run)) == (before, before[0], [])


@pytest.mark.matrix
def test_a_version_that_cannot_be_deployed_leaves_the_one_before(stack: Stack, to_approve: DagRun) -> None:
    before = served(stack)
    shutil.rmtree(model_files(stack, to_approve) / "scorer")
    with asked_all_the_time(stack.workspace, ENDPOINT) as answers:
        run = answer(stack, to_approve, "Approve")
    assert (run.state, set(answers)) == ("failed", {RIGHT})
    assert "UPDATE_FAILED" in run.last_line_of("wait_for_endpoint")
    assert (served(stack), champion(stack), events(stack, run)) == (before, before[0], [])


@pytest.mark.matrix
@pytest.mark.usefixtures("better")
def test_an_earlier_version_is_served_again_by_a_conf_and_nothing_is_trained(stack: Stack) -> None:
    (now,) = served(stack)
    with asked_all_the_time(stack.workspace, ENDPOINT) as answers:
        run = stack.run(DAG, {"serve_version": 1})
    assert run.state == "success", run.tasks
    assert set(answers) == {RIGHT, MOST_FREQUENT}
    assert (served(stack), champion(stack)) == (["1"], "1")
    assert roles.version_with(stack.workspace, MODEL, roles.PREVIOUS) == now
    assert stack.clusters_of(run.dag_run) == []
    back = stack.run(DAG, {"serve_version": int(now)})
    assert (back.state, champion(stack)) == ("success", now)
