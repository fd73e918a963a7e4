"""From a TrainingPlan to the DAG that carries it out."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from rookery.dag_factory.arguments import dag_arguments
from rookery.dag_factory.cluster_tasks import JOB_TIMEOUT
from rookery.dag_factory.training_tasks import chain_of_tasks
from rookery.exceptions import PlanError
from rookery.form.run_conf import form
from rookery.plan.shards import too_many_tasks
from rookery.plan.training import TrainingPlan


def training_dag(
    plan: TrainingPlan,
    dag_id: str,
    schedule: Any = None,
    databricks_conn_id: str = "databricks_default",
    points_per_task: int | None = None,
    pool: str | None = None,
    job_timeout: timedelta = JOB_TIMEOUT,
    **dag_kwargs: Any,
) -> DAG:
    """The DAG of a plan: a cluster, the data, a sweep in mapped tasks, the best model registered and served.

    `points_per_task` points of the grid make one mapped task; left out, eight, and more where that would make
    more than 64 tasks. `pool` names the pool, which must exist, of the
    tasks that do job runs (`prepare_data`, `train`, `register_model`): its slots are how many of them run at
    once, over all DAG runs and DAGs that name it. `job_timeout` ends a job run that takes longer; then only
    `train` is tried again, as it goes on with the points that are missing. `dag_kwargs` are Airflow's own
    (`start_date`, `tags`, …); `default_args` and `params` are merged into ours. Raises PlanError for
    `dagrun_timeout` and `fail_fast`, under which a cluster could be left running, and for more mapped
    tasks than Airflow takes.
    """
    if problem := too_many_tasks(len(plan.candidates()), points_per_task):
        raise PlanError(f"points_per_task: {problem}")
    arguments = dag_arguments(
        dag_kwargs,
        databricks_conn_id=databricks_conn_id,
        doc_md=_dag_doc(plan),
        form=form(plan, points_per_task),
    )
    other_params = tuple(dag_kwargs.get("params") or {})
    with DAG(dag_id, schedule=schedule, **arguments) as dag:
        # Airflow takes the file that calls DAG(), which is this one; tasks are loaded from the user's file.
        dag.fileloc = sys._getframe(1).f_code.co_filename
        chain_of_tasks(plan, points_per_task, other_params, pool, job_timeout)
    return dag


def _dag_doc(plan: TrainingPlan) -> str:
    algorithms = ", ".join(sweep.algorithm for sweep in plan.sweep)
    return (
        f"Trains {algorithms} on `{plan.source.shown}` ({len(plan.candidates())} points) on "
        f"{plan.compute.shown}, registers the best by {plan.metric} as "
        f"**{plan.registry.registered_model_name}**, and serves it at `{plan.endpoint.name}`.\n\n"
        f"**What it costs:** {plan.compute.bill}; and the endpoint, as long as it is "
        "kept. A run that is refused, or whose source cannot be had, costs nothing.\n\n**When it fails:** "
        "the last log line of the failed task says why; its page says what to do. Points that were trained "
        "stay in MLflow and are found again by the next run.\n\n**Past dates:** a backfill trains and "
        "registers, but does not deploy unless its conf says `deploy: true`."
    )
