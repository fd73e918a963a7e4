"""The same plan in both kinds of workspace: another data root and another registry, and the same answer."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
from databricks.sdk.service.ml import Run

from local_stack.environments import PROJECT
from local_stack.services.workspace import UNITY, local_workspace
from local_stack.up.first_files import make_volume
from tests.end_to_end.predictions import predictions_of
from tests.end_to_end.stack import DAG, EndedRun, Stack
from tests.end_to_end.work import mlflow_runs, tags_of

UNITY_DAG = "penguins_in_unity"
CONF = {"LogisticRegression_maxIter": [5], "points_per_task": 2}
UNITY_SCORING_DAG = "penguins_scored_in_unity"
MODEL = "main.default.penguins_in_unity"
ROOT = "/Volumes/main/default/rookery/end_to_end"


@pytest.fixture(scope="module")
def unity(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The same Airflow with a workspace of the kind unity, by a connection of its own."""
    folder = tmp_path_factory.mktemp("unity")
    with local_workspace(folder / "workspace", folder / "workspace.log", kind=UNITY) as starting:
        ready = starting.ready()
        connection = json.loads(ready.airflow_connection) | {"connection_id": "databricks_unity"}
        answer = stack.airflow.post("connections", json=connection)
        assert answer.is_success, answer.text
        yield replace(stack, workspace=ready.client())


@pytest.fixture(scope="module")
def refused(unity: Stack) -> EndedRun:
    """A run before the Volume of the plan is there."""
    return unity.run(UNITY_DAG, CONF)


@pytest.fixture(scope="module")
def run_in_unity(unity: Stack, refused: EndedRun) -> EndedRun:
    """A run of the same points as `first_run`, once the Volume is there."""
    assert refused.state == "failed"
    make_volume(unity.workspace)
    return unity.run(UNITY_DAG, CONF)


@pytest.fixture(scope="module")
def scored_in_unity(unity: Stack, run_in_unity: EndedRun) -> EndedRun:
    """A run that scores the penguins with the version that `run_in_unity` has registered."""
    assert run_in_unity.state == "success"
    with (PROJECT / "data" / "penguins.csv").open("rb") as content:
        unity.workspace.files.upload(f"{ROOT}/incoming/penguins.csv", content)
    return unity.run(UNITY_SCORING_DAG, {})


def points(workspace: Stack, dag_id: str) -> dict[str, dict[str, float]]:
    """The metrics of each point, by its id."""
    return {
        tags_of(run)["rookery_point_id"]: _metrics(run) for run in mlflow_runs(workspace.workspace, dag_id)
    }


def _metrics(run: Run) -> dict[str, float]:
    metrics = (run.data and run.data.metrics) or []
    return {str(m.key): float(m.value or 0) for m in metrics if not str(m.key).endswith(("seconds", "_ms"))}


def test_a_volume_that_is_missing_is_told_with_what_to_do_before_anything_is_created(
    unity: Stack, refused: EndedRun
) -> None:
    assert refused.failed() - {"verdict"} == {"resolve_plan"}
    reason = refused.last_line_of("resolve_plan")
    assert "Volume 'main.default.rookery' does not exist; create the Volume once" in reason
    assert unity.clusters_of(refused.dag_run) == []


def test_both_kinds_give_the_same_points_metrics_and_answer(
    stack: Stack, unity: Stack, first_run: EndedRun, run_in_unity: EndedRun
) -> None:
    assert first_run.state == run_in_unity.state == "success", run_in_unity.tasks
    ours = points(unity, UNITY_DAG)
    theirs = points(stack, DAG)
    assert len(ours) == 4
    assert {point: theirs[point] for point in ours} == ours
    for task, keys in (("register_model", ["test_metrics"]), ("query_endpoint", ["predictions"])):
        for key in keys:
            assert run_in_unity.returned(task)[key] == first_run.returned(task)[key]


def test_the_snapshot_is_the_same_in_a_volume(first_run: EndedRun, run_in_unity: EndedRun) -> None:
    key = "snapshot_digest"
    assert run_in_unity.dag_run.xcom("prepare_data", key) == first_run.dag_run.xcom("prepare_data", key)


def test_the_models_of_both_registries_score_a_folder_alike(
    stack: Stack, unity: Stack, first_scoring: EndedRun, scored_in_unity: EndedRun
) -> None:
    found = [predictions_of(unity, scored_in_unity), predictions_of(stack, first_scoring)]
    ours, theirs = (each.drop(columns=["registered_model_name", "model_version"]) for each in found)
    assert len(ours) == 344
    order = list(ours.columns)
    pd.testing.assert_frame_equal(
        ours.sort_values(order, ignore_index=True), theirs.sort_values(order, ignore_index=True)
    )


def test_the_version_is_in_unity_catalog_and_the_files_in_the_volume(
    unity: Stack, run_in_unity: EndedRun
) -> None:
    version = run_in_unity.returned("register_model")["version"]
    found = unity.workspace.model_versions.get(MODEL, int(version))
    assert found.status is not None
    assert found.status.value == "READY"
    folder = unity.workspace.files.list_directory_contents(ROOT)
    (installation,) = [str(each.path) for each in folder if each.name not in {"incoming", "predictions"}]
    assert UNITY_DAG in [each.name for each in unity.workspace.files.list_directory_contents(installation)]
    assert unity.live_clusters(UNITY_DAG) == []
