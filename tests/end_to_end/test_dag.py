"""The real DAGs, on the real scheduler, against a whole workspace: what a run does, refuses and cleans up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local_stack.environments import PROJECT
from local_stack.runs.dag_run import TriggerError, most_at_once
from local_stack.services.ports import free_port
from local_stack.waiting import wait_for
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.stack import DAG, DUE_ON, HANGING_SECONDS, Created, EndedRun, Stack
from tests.end_to_end.work import mlflow_runs, params_of, status_of, sweep_run, tags_of, versions

PENGUINS = (PROJECT / "data" / "penguins.csv").read_text()
HTTP_DAG = "penguins_over_http"


def test_unpausing_starts_nothing_and_the_next_run_is_the_coming_one(
    stack: Stack, first_run: EndedRun
) -> None:
    runs = stack.get(f"dags/{DAG}/dagRuns?run_type=scheduled")["dag_runs"]
    assert (first_run.dag_run.dag_id, runs) == (DAG, [])
    coming = datetime.fromisoformat(stack.get(f"dags/{DAG}")["next_dagrun_run_after"])
    assert coming.isoweekday() == DUE_ON
    assert timedelta(0) < coming - datetime.now(UTC) <= timedelta(days=7)


def test_a_run_trains_its_grid_in_mapped_tasks_that_overlap(stack: Stack, first_run: EndedRun) -> None:
    assert first_run.state == "success", first_run.tasks
    trained = {tuple(sorted(params_of(run).items())) for run in mlflow_runs(stack.workspace, DAG)}
    assert len(trained) == 4
    shards = [first_run.tasks[f"train[{index}]"] for index in range(2)]
    assert most_at_once(shards) > 1


def test_a_run_answers_and_leaves_no_cluster_and_no_job_run(stack: Stack, first_run: EndedRun) -> None:
    assert first_run.returned("query_endpoint")["predictions"] == [1.0]
    assert len(stack.clusters_of(first_run.dag_run)) == 1
    assert stack.live_clusters(DAG) == []
    active = stack.workspace.jobs.list_runs(active_only=True)
    assert [run.run_name for run in active if f" of {DAG}, " in str(run.run_name)] == []


@pytest.mark.parametrize(
    ("conf", "said"),
    [
        ({"LogisticRegression_maxiter": [5]}, ["LogisticRegression_maxiter", "LogisticRegression_maxIter?"]),
        ({"LogisticRegression_regParam": [-0.1]}, ["LogisticRegression_regParam", "-0.1", "at least 0"]),
        ({"LogisticRegression_maxIter": [2.5]}, ["LogisticRegression_maxIter", "2.5", "whole number"]),
        ({"LogisticRegression_maxIter": []}, ["LogisticRegression_maxIter", "a list, each a whole number"]),
        ({"points_per_task": 0}, ["points_per_task", "a whole number from 1 to 100000"]),
        ({"source_url": "file:///etc/passwd"}, ["source_url", "file:///etc/passwd", "http"]),
        ({"gate_threshold": "high"}, ["gate_threshold", "high", "number"]),
        ({"deploy": "perhaps"}, ["deploy", "perhaps", "True, False"]),
    ],
)
def test_a_bad_conf_is_refused_in_words_before_anything_is_created(
    stack: Stack, first_scoring: EndedRun, conf: dict[str, Any], said: list[str]
) -> None:
    assert first_scoring.state == "success"
    before = Created.until_now(stack.workspace)
    refused = refusal(stack, conf)
    assert [part for part in said if part not in refused] == [], refused
    assert Created.until_now(stack.workspace) == before


def refusal(stack: Stack, conf: dict[str, Any]) -> str:
    """Why a conf is refused: by Airflow at once, or by the last log line of the run's first task."""
    try:
        run = stack.run(DAG, conf)
    except TriggerError as error:
        return str(error)
    assert run.state == "failed"
    assert run.failed() - {"verdict"} == {"resolve_plan"}
    return run.last_line_of("resolve_plan")


def test_a_url_that_answers_404_costs_no_cluster(stack: Stack, csv_server: CsvServer) -> None:
    run = stack.run(HTTP_DAG, {"source_url": csv_server.url("nowhere.csv")})
    assert run.state == "failed"
    assert run.failed() == {"download_data", "verdict"}
    assert "404" in run.last_line_of("download_data")
    assert stack.clusters_of(run.dag_run) == []


def test_a_run_that_is_marked_while_its_tasks_wait_is_no_success(stack: Stack) -> None:
    # Nobody listens there: the task waits for its next try.
    run = stack.start(HTTP_DAG, {"source_url": f"http://127.0.0.1:{free_port()}/penguins.csv"})

    def nothing_runs() -> bool | None:
        states = {task.task_id: task.state for task in run.task_instances()}
        others = {states["upload_job_code"], states["create_experiment"]}
        return (states["download_data"] == "up_for_retry" and others == {"success"}) or None

    wait_for("a run of which nothing runs", nothing_runs, seconds=HANGING_SECONDS, interval=0.2)
    marked = stack.airflow.patch(f"dags/{HTTP_DAG}/dagRuns/{run.run_id}", json={"state": "failed"})
    assert marked.is_success, marked.text
    ended = stack.followed(run)
    assert (ended.state, ended.failed()) == ("failed", {"verdict"})
    assert "register_model, promote left no result" in ended.last_line_of("verdict")
    assert stack.clusters_of(run) == []


def test_a_file_with_five_faults_is_told_whole_by_the_worker_and_costs_no_cluster(
    stack: Stack, csv_server: CsvServer
) -> None:
    header, *rows = PENGUINS.splitlines()
    rows[99] = "Dream,forty,18.0,190,3600,0"
    rows[120] = "Dream,40,NA,190,3600,0"
    rows[140] = 'Dream,40,NA,190,"3,600",0'
    rows[160] += ",too much"
    rows[200:] = [row.replace("Biscoe", "") for row in rows[200:]]
    url = csv_server.serve("broken.csv", "\n".join([header, *rows]) + "\n")
    run = stack.run(HTTP_DAG, {"source_url": url})
    assert (run.state, run.failed()) == ("failed", {"download_data", "verdict"})
    reason = "\n".join(run.log_of("download_data"))
    for said in (
        "row 100: column 'CulmenLength' has 'forty', which is not a finite number",
        "row 121: column 'CulmenDepth' has 'NA', which is not a finite number (and 1 more such row)",
        "row 141: column 'BodyMass' has '3,600', which is not a finite number",
        "row 161: it has 7 fields, more or fewer than the header",
        "rows are incomplete",
    ):
        assert said in reason
    assert stack.clusters_of(run.dag_run) == []


FIVE_MISTAKES = '''"""Airflow DAG with five mistakes."""
from rookery import CsvSource, Endpoint, Features, RandomSplit, Registry, Sweep, TrainingPlan, training_dag

plan = TrainingPlan(
    source=CsvSource(url="file:///etc/passwd"),
    features=Features(numeric=["BodyMass"], scaling="min-max"),
    label="Species",
    split=RandomSplit(test_size=1.5, seed=42),
    sweep=[Sweep(algorithm="LogisticRegression", grid={"max_iter": [5]})],
    metric="acuracy",
    registry=Registry(registered_model_name="Five Mistakes"),
    endpoint=Endpoint(name="five-mistakes"),
)
five_mistakes = training_dag(plan, dag_id="five_mistakes", schedule=None)
'''


def test_a_plan_with_five_mistakes_is_five_messages_and_creates_nothing(stack: Stack) -> None:
    before = Created.until_now(stack.workspace)
    file = stack.airflow_home.parent / "dags" / "five_mistakes.py"
    file.write_text(FIVE_MISTAKES)

    def told() -> str | None:
        errors = stack.get("importErrors")["import_errors"]
        return next((str(each["stack_trace"]) for each in errors if file.name in each["filename"]), None)

    try:
        text = wait_for("an import error of the file", told, seconds=HANGING_SECONDS, interval=0.5)
    finally:
        file.unlink()
    assert "TrainingPlan has 5 mistakes" in text
    for place in ("source.url", "features.scaling", "split.test_size", "sweep[0].grid.max_iter", "metric"):
        assert f"- {place}: " in text
    assert Created.until_now(stack.workspace) == before


def test_the_answer_is_the_labels_own_text_and_follows_the_data(stack: Stack, csv_server: CsvServer) -> None:
    names = {"0": "Adelie", "1": "Gentoo", "2": "Chinstrap"}
    header, *rows = PENGUINS.splitlines()
    named = [header, *(row[:-1] + names[row[-1]] for row in rows)]
    run = stack.run(HTTP_DAG, {"source_url": csv_server.serve("named.csv", "\n".join(named) + "\n")})
    assert run.state == "success", run.tasks
    (answer,) = run.returned("query_endpoint")["predictions"]
    assert answer.pop("prediction") == "Gentoo"
    assert set(answer) == {"probability_Adelie", "probability_Chinstrap", "probability_Gentoo"}
    assert sum(answer.values()) == pytest.approx(1)
    assert "penguins-over-http" not in Created.until_now(stack.workspace).endpoints


@pytest.mark.matrix
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
    before = versions(stack.workspace, "Penguins Over HTTP")
    run = stack.run(HTTP_DAG, conf)
    assert run.state == "failed"
    # Points are dealt out to the tasks by what they cost, so that any of them may have got these.
    (shard,) = run.failed() - {"verdict"}
    assert "binomial" in run.last_line_of(shard)
    assert run.tasks["register_model"].state == "upstream_failed"
    assert stack.live_clusters(HTTP_DAG) == []
    assert versions(stack.workspace, "Penguins Over HTTP") == before
    fitted = [
        each
        for each in mlflow_runs(stack.workspace, HTTP_DAG)
        if tags_of(each)["rookery_dag_run_id"] == run.dag_run.run_id
    ]
    assert set(map(status_of, fitted)) == {"FAILED", "FINISHED"}
    assert {status_of(sweep_run(stack.workspace, each)) for each in fitted} == {"FAILED"}
