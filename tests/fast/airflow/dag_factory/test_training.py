"""The DAG as Airflow sees it: it loads without an error, cleans up whatever fails, and tells the truth."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.serialization.serialized_objects import DagSerialization

from rookery import PlanError, TrainingPlan, training_dag
from rookery.dag_factory.training_docs import TRAINING_TASKS
from rookery.exceptions import RunFailedError
from tests.fast.airflow.conftest import PROJECT
from tests.fast.airflow.dags import PARSE_DAG, upstream
from tests.plans import PLAN

TASKS = [
    "resolve_plan",
    "create_experiment",
    "download_data",
    "upload_job_code",
    "create_cluster",
    "wait_for_cluster",
    "prepare_data",
    "expand_grid",
    "train",
    "select_best",
    "register_model",
    "approve",
    "create_endpoint",
    "terminate_cluster",
    "wait_for_endpoint",
    "query_endpoint",
    "promote",
    "delete_endpoint",
    "verdict",
]


@pytest.fixture(scope="module")
def examples() -> dict[str, DAG]:
    """The project's DAGs by id, read with their folder on the import path, as Airflow's processes do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT / "dags"))
        bag = DagBag(str(PROJECT / "dags"))
    assert bag.import_errors == {}
    return {dag_id: dag for dag_id, dag in bag.dags.items() if isinstance(dag, DAG)}


@pytest.fixture(scope="module")
def penguins(examples: dict[str, DAG]) -> DAG:
    return examples["penguin_predictor"]


def test_each_example_is_the_one_dag_of_its_file(examples: dict[str, DAG]) -> None:
    files = {path.stem for path in (PROJECT / "dags").glob("*.py")}
    assert {dag_id: Path(dag.fileloc).stem for dag_id, dag in examples.items()} == {
        name: name for name in files
    }


def test_the_dag_has_the_chains_tasks(penguins: DAG) -> None:
    assert sorted(penguins.task_ids) == sorted(TASKS)


def test_the_dag_is_weekly_without_catching_up_one_run_at_a_time(penguins: DAG) -> None:
    assert str(penguins.schedule) == "@weekly"
    assert penguins.catchup is False
    assert penguins.max_active_runs == 1
    assert penguins.dagrun_timeout is None


def test_the_dag_belongs_to_the_users_file(penguins: DAG) -> None:
    assert penguins.fileloc == str(PROJECT / "dags" / "penguin_predictor.py")


def test_a_source_that_cannot_be_had_costs_no_cluster(penguins: DAG) -> None:
    assert {"download_data", "upload_job_code", "create_experiment"} <= upstream(penguins, "create_cluster")


def test_the_cluster_ends_beside_the_deployment(penguins: DAG) -> None:
    before = upstream(penguins, "terminate_cluster")
    assert {"train", "register_model"} <= before
    assert not before & {"create_endpoint", "wait_for_endpoint"}
    assert "terminate_cluster" not in upstream(penguins, "create_endpoint")


def test_what_is_created_has_a_teardown_that_runs_though_the_creation_failed(penguins: DAG) -> None:
    for creation, teardown, setups in (
        ("create_cluster", "terminate_cluster", {"resolve_plan", "create_cluster"}),
        ("create_endpoint", "delete_endpoint", {"resolve_plan"}),
    ):
        task = penguins.get_task(teardown)
        assert task.is_teardown
        assert creation in upstream(penguins, teardown)
        # One setup that succeeded is enough: resolve_plan comes before anything is created.
        assert {each.task_id for each in task.upstream_list if each.is_setup} == setups


def test_a_run_that_deploys_nothing_comes_to_its_end(penguins: DAG) -> None:
    # Airflow skips what is between a setup that is skipped and its teardown, whatever its trigger rule.
    assert not penguins.get_task("create_endpoint").is_setup
    assert penguins.get_task("promote").trigger_rule == "none_failed"


def test_the_cluster_does_not_live_while_a_person_is_asked(penguins: DAG) -> None:
    assert "approve" not in upstream(penguins, "terminate_cluster")


def test_a_new_version_of_the_species_model_starts_the_training_of_the_body_mass(
    examples: dict[str, DAG],
) -> None:
    emitted = examples["penguin_predictor"].get_task("promote").outlets
    assert len(emitted) == 1
    assert examples["penguin_body_mass"].schedule == emitted


def test_the_verdict_is_the_last_word(penguins: DAG) -> None:
    verdict = penguins.get_task("verdict")
    assert verdict.is_teardown
    assert verdict.on_failure_fail_dagrun
    # Airflow skips a teardown with its setups, and a mark skips those that have not begun.
    assert not [task for task in verdict.upstream_list if task.is_setup]
    assert upstream(penguins, "verdict") == set(TASKS) - {"verdict"}
    others = [task for task in penguins.tasks if task.task_id != "verdict"]
    assert not any(getattr(task, "on_failure_fail_dagrun", False) for task in others)


def test_a_verdict_that_was_killed_is_given_again_whatever_the_dag_says_of_retries() -> None:
    dag = training_dag(PLAN, dag_id="penguins", default_args={"retries": 0})
    verdict: Any = dag.get_task("verdict")
    assert verdict.retries > 0
    given = verdict.retry_policy.evaluate(RunFailedError("tasks failed"), try_number=1, max_tries=2)
    assert given.action == RetryAction.FAIL


def test_no_task_may_run_for_ever(penguins: DAG) -> None:
    for task in penguins.tasks:
        assert isinstance(task.execution_timeout, timedelta), task.task_id


def test_mapped_tasks_are_named_by_what_they_train(penguins: DAG) -> None:
    train: Any = penguins.get_task("train")
    assert train.map_index_template == "{{ task.run_name }}"


def test_every_task_says_what_it_does_creates_and_costs_and_what_to_do_when_it_fails(penguins: DAG) -> None:
    assert set(TRAINING_TASKS) == set(penguins.task_ids)
    for task in penguins.tasks:
        assert all(f"**{part}:**" in str(task.doc_md) for part in ("Creates", "Costs", "If it fails"))


def test_every_reader_learns_where_the_clusters_bill_begins_and_ends(penguins: DAG) -> None:
    assert "bill of the cluster begins here" in str(penguins.get_task("create_cluster").doc_md)
    assert "bill of the cluster ends here" in str(penguins.get_task("terminate_cluster").doc_md)
    assert "`create_cluster`" in str(penguins.doc_md)
    assert "`terminate_cluster`" in str(penguins.doc_md)


def test_only_the_tasks_that_do_job_runs_take_slots_of_the_pool() -> None:
    dag = training_dag(PLAN, dag_id="penguins", pool="databricks")
    assert {task.task_id for task in dag.tasks if task.pool == "databricks"} == {
        "prepare_data",
        "train",
        "register_model",
    }
    assert {task.pool for task in training_dag(PLAN, dag_id="penguins").tasks} == {"default_pool"}


def test_each_task_that_makes_something_in_the_workspace_has_a_button_that_leads_there(penguins: DAG) -> None:
    restored = DagSerialization.from_dict(DagSerialization.to_dict(penguins))
    links = {
        task.task_id: {link.name for link in task.operator_extra_links}
        for task in restored.task_dict.values()
        if task.operator_extra_links
    }
    assert links == {
        "create_experiment": {"MLflow experiment"},
        "create_cluster": {"Databricks cluster"},
        "wait_for_cluster": {"Databricks cluster"},
        "prepare_data": {"Databricks run"},
        "expand_grid": {"MLflow experiment"},
        "train": {"Databricks run", "MLflow experiment"},
        "select_best": {"MLflow experiment", "MLflow run"},
        "register_model": {"Databricks run", "MLflow run", "Model version"},
        "terminate_cluster": {"Databricks cluster"},
        "create_endpoint": {"Serving endpoint"},
        "wait_for_endpoint": {"Serving endpoint"},
        "query_endpoint": {"Serving endpoint"},
        "promote": {"Serving endpoint"},
        "delete_endpoint": {"Serving endpoint"},
    }


def test_the_dag_survives_serialization(penguins: DAG) -> None:
    restored = DagSerialization.from_dict(DagSerialization.to_dict(penguins))
    assert sorted(restored.task_ids) == sorted(TASKS)
    assert restored.get_task("verdict").on_failure_fail_dagrun
    assert restored.params.dump() == penguins.params.dump()


@pytest.mark.parametrize("wrong", [{"dagrun_timeout": timedelta(hours=1)}, {"fail_fast": True}])
def test_what_would_leave_a_cluster_running_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="would skip the tasks that clean up"):
        training_dag(PLAN, dag_id="penguins", **wrong)


def test_a_dags_page_shows_its_source_without_the_query() -> None:
    source = {"url": "https://files.test/p.csv?key=hunter22"}
    dag = training_dag(
        TrainingPlan.model_validate({**PLAN.model_dump(), "source": source}), dag_id="penguins"
    )
    assert "on `https://files.test/p.csv` (" in str(dag.doc_md)


def test_a_job_runs_time_can_be_set_and_airflow_waits_longer() -> None:
    dag = training_dag(PLAN, dag_id="penguins", job_timeout=timedelta(hours=2))
    jobs: list[Any] = [dag.get_task(name) for name in ("prepare_data", "register_model")]
    limits = {(job.timeout_seconds, job.execution_timeout) for job in jobs}
    train: Any = dag.get_task("train")
    limits.add((train.partial_kwargs["timeout_seconds"], train.execution_timeout))
    assert limits == {(7200, timedelta(hours=2, minutes=20))}
    with pytest.raises(PlanError, match="job_timeout is 0:00:00; give a job run a minute or more"):
        training_dag(PLAN, dag_id="penguins", job_timeout=timedelta())


def test_what_holds_up_a_users_tasks_does_not_hold_up_those_that_clean_up() -> None:
    slow: dict[str, Any] = {
        "pool": "full",
        "pool_slots": 5,
        "depends_on_past": True,
        "wait_for_downstream": True,
        "max_active_tis_per_dag": 1,
        "trigger_rule": "all_success",
    }
    dag = training_dag(PLAN, dag_id="penguins", start_date=pendulum.datetime(2026, 1, 1), default_args=slow)
    assert dag.get_task("create_cluster").pool == "full"
    teardowns: list[Any] = [task for task in dag.tasks if task.is_teardown]
    assert {task.task_id for task in teardowns} == {"terminate_cluster", "delete_endpoint", "verdict"}
    for task in teardowns:
        assert {name: getattr(task, name) for name in slow} == {
            "pool": "default_pool",
            "pool_slots": 1,
            "depends_on_past": False,
            "wait_for_downstream": False,
            "max_active_tis_per_dag": None,
            "trigger_rule": "all_done_setup_success",
        }


def test_airflows_own_arguments_are_kept() -> None:
    dag = training_dag(
        PLAN,
        dag_id="penguins",
        schedule="@daily",
        databricks_conn_id="other",
        points_per_task=1,
        start_date=pendulum.datetime(2026, 1, 1),
        default_args={"retries": 7, "owner": "birds"},
        params={"note": "hello"},
        max_active_runs=3,
    )
    task: Any = dag.get_task("create_cluster")
    assert (task.retries, task.owner, task.databricks_conn_id) == (7, "birds", "other")
    assert dag.params["note"] == "hello"
    assert dag.params["points_per_task"] == 1
    assert dag.max_active_runs == 3


_LOAD_PLUGINS = """
import sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
assert not errors, errors
assert "rookery" in {plugin.name for plugin in plugins}, plugins
bare = {"plan", "params", "dag_factory", "links", "operators", "polling", "serving"} & set(sys.modules)
assert not bare, bare
"""


def _python(script: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", script, *arguments], check=True, cwd=Path(__file__).parent)


def test_airflow_loads_the_plugins_folder_without_an_error_or_bare_module_names() -> None:
    _python(_LOAD_PLUGINS)


def test_parsing_the_dag_file_loads_nothing_heavy() -> None:
    _python(PARSE_DAG, str(PROJECT / "dags" / "penguin_predictor.py"))
