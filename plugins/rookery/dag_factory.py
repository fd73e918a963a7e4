"""From a TrainingPlan to the DAG that carries it out."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from rookery.exceptions import PlanError
from rookery.params import DEFAULT_POINTS_PER_TASK, form
from rookery.plan import TrainingPlan
from rookery.retries import RetryWhatCanPass
from rookery.tasks import chain_of_tasks

_DEFAULT_ARGS: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(minutes=20),
}

# Each of them leaves the cluster running when it strikes: the teardowns are skipped, or the run is called a
# success (Airflow 3.3).
_REFUSED = ("dagrun_timeout", "fail_fast")


def training_dag(
    plan: TrainingPlan,
    dag_id: str,
    schedule: Any = None,
    databricks_conn_id: str = "databricks_default",
    points_per_task: int = DEFAULT_POINTS_PER_TASK,
    **dag_kwargs: Any,
) -> DAG:
    """The DAG of a plan: a cluster, the data, a sweep in mapped tasks, the best model registered and served.

    `points_per_task` points of the grid make one mapped task. `dag_kwargs` are Airflow's own (`start_date`,
    `tags`, …); `default_args` and `params` are merged into ours. Raises PlanError for `dagrun_timeout` and
    `fail_fast`, under which a cluster could be left running.
    """
    for name in _REFUSED:
        if dag_kwargs.get(name):
            raise PlanError(f"{name} would skip the tasks that clean up; give tasks an execution_timeout")
    other_params = dag_kwargs.get("params") or {}
    arguments = {
        "catchup": False,
        "max_active_runs": 1,
        "doc_md": _dag_doc(plan),
        "tags": ["rookery"],
        **dag_kwargs,
        "default_args": _default_args(databricks_conn_id, dag_kwargs.get("default_args") or {}),
        "params": {**other_params, **form(plan, points_per_task)},
    }
    with DAG(dag_id, schedule=schedule, **arguments) as dag:
        # Airflow takes the file that calls DAG(), which is this one; tasks are loaded from the user's file.
        dag.fileloc = sys._getframe(1).f_code.co_filename
        chain_of_tasks(plan, points_per_task, tuple(other_params))
    return dag


def _default_args(databricks_conn_id: str, given: dict[str, Any]) -> dict[str, Any]:
    ours = {"databricks_conn_id": databricks_conn_id, "retry_policy": RetryWhatCanPass()}
    return {**_DEFAULT_ARGS, **ours, **given}


def _dag_doc(plan: TrainingPlan) -> str:
    algorithms = ", ".join(sweep.algorithm for sweep in plan.sweep)
    return (
        f"Trains {algorithms} on `{plan.source.url}` ({len(plan.candidates())} points) on a cluster of its "
        f"own, registers the best by {plan.metric} as **{plan.registry.registered_model_name}**, and serves "
        f"it at `{plan.endpoint.name}`."
    )
