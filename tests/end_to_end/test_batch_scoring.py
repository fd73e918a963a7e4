"""The scoring DAG follows the model: a new version scores the folder, on a cluster of its own, once."""

import pandas as pd
import pytest
from databricks.sdk.service.compute import State

from local_stack.runs.dag_run import DagRun
from local_stack.waiting import wait_for
from tests.end_to_end.predictions import predictions_of
from tests.end_to_end.stack import HANGING_SECONDS, SCORING_DAG, Created, EndedRun, Stack


@pytest.fixture(scope="module")
def predictions(stack: Stack, first_scoring: EndedRun) -> pd.DataFrame:
    """The rows that the scoring wrote, as they are in the workspace."""
    return predictions_of(stack, first_scoring)


def test_a_new_version_starts_the_scoring_of_the_folder_with_it(
    first_run: EndedRun, predictions: pd.DataFrame
) -> None:
    registered = first_run.returned("register_model")
    assert set(predictions["model_version"]) == {registered["version"]}
    assert set(predictions["registered_model_name"]) == {registered["registered_model_name"]}


def test_every_penguin_of_the_folder_has_a_prediction_or_the_reason_why_not(
    predictions: pd.DataFrame,
) -> None:
    scored = predictions[predictions["prediction"].notna()]
    rejected = predictions[predictions["prediction"].isna()]
    assert (len(scored), len(rejected)) == (342, 2)
    assert rejected["rejected"].str.len().gt(0).all()
    assert (scored["Species"].astype(float) == scored["prediction"]).mean() > 0.9


def test_the_scoring_has_a_cluster_of_its_own_and_ends_it(
    stack: Stack, first_run: EndedRun, first_scoring: EndedRun
) -> None:
    (cluster,) = stack.clusters_of(first_scoring.dag_run)
    assert cluster.state == State.TERMINATED
    assert cluster.cluster_id != first_run.returned("create_cluster")


def test_the_same_event_again_scores_nothing_and_creates_no_cluster(
    stack: Stack, first_run: EndedRun, first_scoring: EndedRun
) -> None:
    before = Created.until_now(stack.workspace)
    again = stack.followed(repeat_event(stack, first_run, first_scoring))
    assert again.state == "success"
    assert again.tasks["resolve_scoring"].state == "skipped"
    assert again.tasks["create_cluster"].state == "skipped"
    assert Created.until_now(stack.workspace) == before


def repeat_event(stack: Stack, first_run: EndedRun, first_scoring: EndedRun) -> DagRun:
    """Emit the event of the registration once more; the run that it starts."""
    (event,) = stack.get(f"assets/events?source_dag_id={first_run.dag_run.dag_id}")["asset_events"]
    body = {"asset_id": event["asset_id"], "extra": event["extra"]}
    stack.airflow.post("assets/events", json=body).raise_for_status()

    def look() -> DagRun | None:
        runs = stack.get(f"dags/{SCORING_DAG}/dagRuns?run_type=asset_triggered")["dag_runs"]
        names = {run["dag_run_id"] for run in runs} - {first_scoring.dag_run.run_id}
        return DagRun(stack.airflow, SCORING_DAG, names.pop()) if names else None

    return wait_for("a second run of the scoring DAG", look, seconds=HANGING_SECONDS)
