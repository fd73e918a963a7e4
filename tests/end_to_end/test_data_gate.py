"""Data that has drifted from the champion's, and a champion that nothing can be compared with."""

import pytest

from local_stack.environments import PROJECT
from rookery.workspace.promotion import roles
from tests.end_to_end.stack import EndedRun, Stack
from tests.end_to_end.work import mlflow_runs, versions

pytestmark = pytest.mark.matrix

REFUSES, WARNS = "expecting_penguins", "warned_penguins"
MODEL, ENDPOINT = REFUSES, "expecting-penguins"
HEAVIER = "data/heavier.csv"
DRIFT = "column 'BodyMass' has drifted from the champion's data: its population stability index is "


@pytest.fixture(scope="module")
def heavier(stack: Stack) -> str:
    """The penguins, each two kilograms heavier: a file of the stack's project."""
    header, *rows = (PROJECT / "data" / "penguins.csv").read_text().splitlines()
    place = header.split(",").index("BodyMass")
    fields = [row.split(",") for row in rows]
    for row in fields:
        row[place] = str(int(row[place]) + 2000) if row[place].isdigit() else row[place]
    text = "\n".join([header, *(",".join(row) for row in fields)])
    (stack.airflow_home.parent / HEAVIER).write_text(f"{text}\n")
    return HEAVIER


@pytest.fixture(scope="module")
def champion(stack: Stack) -> EndedRun:
    """The run of the first version."""
    run = stack.run(REFUSES, {})
    assert run.state == "success", run.tasks
    return run


def serves_the_first(stack: Stack) -> bool:
    """Whether the first version is the champion, and alone at the endpoint."""
    config = stack.workspace.serving_endpoints.get(ENDPOINT).config
    served = [each.entity_version for each in (config and config.served_entities) or []]
    return served == [roles.version_with(stack.workspace, MODEL, roles.CHAMPION)] == ["1"]


@pytest.mark.usefixtures("champion")
def test_data_that_has_drifted_is_refused_before_anything_is_trained(stack: Stack, heavier: str) -> None:
    fitted = len(mlflow_runs(stack.workspace, REFUSES))
    run = stack.run(REFUSES, {"source_url": heavier})
    assert run.failed() - {"verdict"} == {"prepare_data"}
    assert f"the data is not as the plan expects: {DRIFT}" in run.last_line_of("prepare_data")
    assert len(mlflow_runs(stack.workspace, REFUSES)) == fitted
    assert len(versions(stack.workspace, MODEL)) == 1
    assert stack.live_clusters(REFUSES) == []
    assert serves_the_first(stack)


def test_a_version_that_cannot_be_compared_is_kept_out_if_the_plan_says_so(
    stack: Stack, champion: EndedRun
) -> None:
    path = champion.dag_run.xcom("prepare_data", "snapshot_path")
    stack.workspace.dbfs.delete(path, recursive=True)
    run = stack.run(REFUSES, {"LogisticRegression_maxIter": [20]})
    assert run.state == "success", run.tasks
    why = run.dag_run.xcom("promote", "skipped_because")
    gone = f"its snapshot {path} is gone (on_incomparable is refuse)"
    assert why == f"kept version 1, which cannot be compared: {gone}"
    assert any("was not compared with the champion's data" in line for line in run.log_of("prepare_data"))
    assert len(versions(stack.workspace, MODEL)) == 2
    assert serves_the_first(stack)


def test_data_that_has_drifted_is_told_and_trained_on_if_the_plan_warns(stack: Stack, heavier: str) -> None:
    first = stack.run(WARNS, {"LogisticRegression_maxIter": [5]})
    assert first.state == "success", first.tasks
    run = stack.run(WARNS, {"LogisticRegression_maxIter": [5], "source_url": heavier})
    assert run.state == "success", run.tasks
    assert any(line.startswith(f"Data gate: {DRIFT}") for line in run.log_of("prepare_data"))
    mlflow_run_id = run.returned("register_model")["mlflow_run_id"]
    files = stack.workspace.experiments.list_artifacts(run_id=mlflow_run_id)
    assert {"data_gate.json", "data_gate.svg"} <= {str(each.path) for each in files}
