"""The real DAGs, on the real scheduler, against a whole workspace: what a run does, refuses and cleans up."""

from typing import Any

import pytest

from local_stack.dag_run import TriggerError, most_at_once
from local_stack.environments import PROJECT
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.stack import DAG, OTHER_GRID, EndedRun, Stack

PENGUINS = (PROJECT / "data" / "penguins.csv").read_text()
HTTP_DAG = "penguins_over_http"


def test_a_run_trains_the_grid_of_its_conf_in_mapped_tasks_that_overlap(
    stack: Stack, first_run: EndedRun
) -> None:
    assert first_run.state == "success", first_run.tasks
    params = [{p.key: p.value for p in (r.data and r.data.params) or []} for r in stack.mlflow_runs(DAG)]
    trained = sorted((int(str(p["maxIter"])), float(str(p["regParam"]))) for p in params)
    assert trained == [(7, 0.02), (13, 0.02), (30, 0.02)]
    shards = [first_run.tasks[f"train[{index}]"] for index in range(3)]
    assert most_at_once(shards) > 1


def test_a_run_answers_and_leaves_no_cluster_run_or_endpoint(stack: Stack, first_run: EndedRun) -> None:
    assert first_run.returned("query_endpoint")["predictions"] == [1.0]
    assert stack.live_clusters() == []
    assert list(stack.workspace.jobs.list_runs(active_only=True)) == []
    assert stack.created().endpoints == frozenset()


def test_a_second_run_finds_all_points_and_fits_none(stack: Stack, first_run: EndedRun) -> None:
    before = {str(run.info and run.info.run_id) for run in stack.mlflow_runs(DAG)}
    again = stack.run(DAG, OTHER_GRID | {"deploy": False})
    assert again.state == "success", again.tasks
    assert {str(run.info and run.info.run_id) for run in stack.mlflow_runs(DAG)} == before
    assert again.returned("select_best") == first_run.returned("select_best")
    assert again.tasks["query_endpoint"].state == "skipped"


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"LogisticRegression_maxiter": [5]}, "LogisticRegression_maxiter"),
        ({"LogisticRegression_regParam": [-0.1]}, "-0.1"),
        ({"LogisticRegression_maxIter": [2.5]}, "2.5"),
        ({"LogisticRegression_maxIter": []}, "LogisticRegression_maxIter"),
        ({"points_per_task": 0}, "points_per_task"),
        ({"source_url": "file:///etc/passwd"}, "file:///etc/passwd"),
        ({"gate_threshold": "high"}, "gate_threshold"),
        ({"deploy": "perhaps"}, "deploy"),
    ],
)
def test_a_bad_conf_is_refused_in_words_before_anything_is_created(
    stack: Stack, first_run: EndedRun, conf: dict[str, Any], said: str
) -> None:
    assert first_run.state == "success"
    before = stack.created()
    assert said in refusal(stack, conf)
    assert stack.created() == before


def refusal(stack: Stack, conf: dict[str, Any]) -> str:
    """Why a conf is refused: by Airflow at once, or by the run's first task."""
    try:
        run = stack.run(DAG, conf)
    except TriggerError as error:
        return str(error)
    assert run.state == "failed"
    assert run.failed() == {"resolve_plan"}
    return run.errors_of("resolve_plan")


def test_a_url_that_answers_404_costs_no_cluster(stack: Stack, csv_server: CsvServer) -> None:
    before = stack.created()
    run = stack.run(HTTP_DAG, {"source_url": csv_server.url("nowhere.csv")})
    assert run.state == "failed"
    assert run.failed() == {"download_data", "verdict"}
    assert "404" in run.errors_of("download_data")
    assert stack.created().clusters == before.clusters


def test_a_broken_row_fails_the_run_with_its_column_value_and_row(
    stack: Stack, csv_server: CsvServer
) -> None:
    lines = PENGUINS.splitlines()
    lines[100] = "Dream,forty,18.0,190,3600,0"
    run = stack.run(HTTP_DAG, {"source_url": csv_server.serve("broken.csv", "\n".join(lines) + "\n")})
    assert run.state == "failed"
    log = run.errors_of("prepare_data")
    assert all(part in log for part in ("CulmenLength", "forty", "100"))
    assert stack.live_clusters() == []


def test_the_answer_follows_the_data(stack: Stack, csv_server: CsvServer) -> None:
    swap = {"0": "1", "1": "0", "2": "2"}
    header, *rows = PENGUINS.splitlines()
    swapped = [header, *(row[:-1] + swap[row[-1]] for row in rows)]
    run = stack.run(HTTP_DAG, {"source_url": csv_server.serve("swapped.csv", "\n".join(swapped) + "\n")})
    assert run.state == "success", run.tasks
    assert run.returned("query_endpoint")["predictions"] == [0.0]


def test_a_training_job_that_fails_fails_the_run_and_the_cluster_goes(
    stack: Stack, csv_server: CsvServer
) -> None:
    # Three species cannot be told apart by a binomial regression: Spark refuses these points only.
    conf = {
        "source_url": csv_server.serve("penguins.csv", PENGUINS),
        "LogisticRegression_maxIter": [10],
        "LogisticRegression_family": ["auto", "binomial"],
        "points_per_task": 2,
    }
    versions = stack.versions("Penguins Over HTTP")
    run = stack.run(HTTP_DAG, conf)
    assert run.state == "failed"
    assert "binomial" in run.errors_of("train[0]")
    assert run.tasks["register_model"].state == "upstream_failed"
    assert stack.live_clusters() == []
    assert stack.versions("Penguins Over HTTP") == versions
    states = sorted(
        str(r.info and r.info.status and r.info.status.value) for r in stack.mlflow_runs(HTTP_DAG)
    )
    assert {"FAILED", "FINISHED"} <= set(states)
