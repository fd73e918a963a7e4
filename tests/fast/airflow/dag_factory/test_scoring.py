"""The scoring DAG as Airflow sees it: it follows the asset, and its cluster goes whatever happens."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization

from rookery import PlanError, model_asset, scoring_dag
from tests.fast.airflow.conftest import PROJECT
from tests.fast.airflow.dags import PARSE_DAG, upstream
from tests.plans import SCORING as PLAN

DAG_FILE = PROJECT / "dags" / "penguin_batch_scoring.py"
TASKS = [
    "resolve_scoring",
    "upload_job_code",
    "create_cluster",
    "wait_for_cluster",
    "score",
    "terminate_cluster",
    "verdict",
]


@pytest.fixture(scope="module")
def scoring() -> DAG:
    bag = DagBag(str(DAG_FILE))
    assert bag.import_errors == {}
    dag = bag.dags["penguin_batch_scoring"]
    assert isinstance(dag, DAG)
    return dag


def test_it_follows_the_asset_that_the_training_dag_updates(scoring: DAG) -> None:
    bag = DagBag(str(PROJECT / "dags" / "penguin_predictor.py"))
    (updated,) = bag.dags["penguin_predictor"].get_task("promote").outlets
    assert scoring.schedule == [updated]
    assert updated == model_asset("Penguin Predictor")
    assert (updated.name, updated.uri) == ("model: Penguin Predictor", "mlflow://models/Penguin%20Predictor")


def test_the_tasks_come_in_one_line(scoring: DAG) -> None:
    assert sorted(scoring.task_ids) == sorted(TASKS)
    for position, task_id in enumerate(TASKS):
        assert upstream(scoring, task_id) == set(TASKS[:position])


def test_the_cluster_goes_though_its_creation_failed_and_the_verdict_is_the_last_word(scoring: DAG) -> None:
    terminate, verdict = scoring.get_task("terminate_cluster"), scoring.get_task("verdict")
    setups = {each.task_id for each in terminate.upstream_list if each.is_setup}
    assert (terminate.is_teardown, setups) == (True, {"resolve_scoring", "create_cluster"})
    assert (verdict.is_teardown, verdict.on_failure_fail_dagrun) == (True, True)


def test_no_task_may_run_for_ever_and_each_says_what_it_does(scoring: DAG) -> None:
    for task in scoring.tasks:
        assert isinstance(task.execution_timeout, timedelta), task.task_id
        assert task.doc_md, task.task_id


def test_only_the_job_run_takes_a_slot_of_the_pool() -> None:
    dag = scoring_dag(PLAN, dag_id="scoring", pool="databricks")
    assert {task.task_id for task in dag.tasks if task.pool == "databricks"} == {"score"}


def test_a_job_runs_time_can_be_set_and_airflow_waits_longer() -> None:
    score: Any = scoring_dag(PLAN, dag_id="scoring", job_timeout=timedelta(hours=2)).get_task("score")
    assert (score.timeout_seconds, score.execution_timeout) == (7200, timedelta(hours=2, minutes=20))


def test_the_form_has_an_empty_version_and_the_dags_own_fields() -> None:
    dag = scoring_dag(PLAN, dag_id="scoring", params={"note": "x"}, default_args={"retries": 5})
    assert dag.params.dump() == {"note": "x", "version": None}
    assert dag.get_task("score").retries == 5
    resolve: Any = dag.get_task("resolve_scoring")
    assert resolve.other_keys == ("note",)


def test_what_would_leave_a_cluster_running_is_refused() -> None:
    with pytest.raises(PlanError, match="would skip the tasks that clean up"):
        scoring_dag(PLAN, dag_id="scoring", dagrun_timeout=timedelta(hours=1))


def test_the_dag_survives_serialization(scoring: DAG) -> None:
    restored = DagSerialization.from_dict(DagSerialization.to_dict(scoring))
    assert sorted(restored.task_ids) == sorted(TASKS)
    links = {link.name for link in restored.get_task("score").operator_extra_links}
    assert links == {"Databricks run", "Model version"}


def test_parsing_the_dag_file_loads_nothing_heavy() -> None:
    subprocess.run([sys.executable, "-c", PARSE_DAG, str(DAG_FILE)], check=True, cwd=PROJECT / "tests")
