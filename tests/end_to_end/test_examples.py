"""The example DAGs with tables of their own, on the real scheduler: from the file to an answer."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.stack import DAG, EndedRun, Stack
from tests.end_to_end.work import mlflow_runs, params_of, status_of, sweep_run, tags_of, versions

BODY_MASS, CHURN = "penguin_body_mass", "churn"
TWO_POINTS = {
    "LinearRegression_regParam": [1.0],
    "LinearRegression_elasticNetParam": [0.0],
    "RandomForestRegressor_numTrees": [20],
    "RandomForestRegressor_maxDepth": [3],
    "keep_endpoint": False,
}


@pytest.fixture(autouse=True)
def no_more_runs(stack: Stack) -> Iterator[None]:
    """What other tests register starts no run of these DAGs."""
    yield
    stack.pause(BODY_MASS)


def algorithms(stack: Stack, run: EndedRun) -> set[str]:
    """Those of the points that a DAG run has fitted."""
    return {
        params_of(each)["algorithm"]
        for each in mlflow_runs(stack.workspace, run.dag_run.dag_id)
        if tags_of(each)["rookery_dag_run_id"] == run.dag_run.run_id
    }


def answers(run: EndedRun) -> list[object]:
    """What the endpoint has answered the plan's request."""
    assert run.state == "success", run.tasks
    return list(run.returned("query_endpoint")["predictions"])


def test_the_body_mass_of_a_penguin_is_answered_in_grams_by_the_better_of_two_algorithms(
    stack: Stack,
) -> None:
    run = stack.run(BODY_MASS, TWO_POINTS)
    (grams,) = answers(run)
    assert isinstance(grams, float)
    assert 4000 < grams < 5500
    assert algorithms(stack, run) == {"LinearRegression", "RandomForestRegressor"}
    fitted = mlflow_runs(stack.workspace, BODY_MASS)
    assert {status_of(sweep_run(stack.workspace, each)) for each in fitted} == {"FINISHED"}
    assert stack.live_clusters(BODY_MASS) == []


@pytest.mark.matrix
def test_a_customer_with_many_tickets_is_answered_to_leave_in_the_tables_own_words(
    stack: Stack,
) -> None:
    churned = stack.run(CHURN, {"keep_endpoint": False})
    assert answers(churned) == ["yes"]
    assert algorithms(stack, churned) == {"LogisticRegression", "RandomForestClassifier", "GBTClassifier"}
    measured = churned.returned("register_model")["test_metrics"]
    assert measured["test_areaUnderROC"] >= 0.75
    assert len(versions(stack.workspace, "Churn")) == 1


@pytest.mark.matrix
def test_a_new_version_of_the_species_model_has_the_body_mass_trained_again(stack: Stack) -> None:
    stack.unpause(BODY_MASS)
    # The points of the suite's first run: a version that is as good as the champion takes over.
    species = stack.run(DAG, {"LogisticRegression_maxIter": [5]})
    assert answers(species) == [1.0]
    started = stack.followed(stack.started_by_itself(BODY_MASS, "asset_triggered"))
    (grams,) = answers(started)
    assert isinstance(grams, float)
    assert len(mlflow_runs(stack.workspace, BODY_MASS)) >= 10
