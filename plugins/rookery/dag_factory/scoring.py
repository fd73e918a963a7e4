"""From a BatchScoring to the DAG that carries it out."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG

from rookery.dag_factory.arguments import dag_arguments
from rookery.dag_factory.cluster_tasks import (
    JOB_TIMEOUT,
    cluster_tasks,
    job_arguments,
    upload_job_code,
    verdict_task,
    xcom,
)
from rookery.dag_factory.scoring_docs import doc_of
from rookery.form.scoring_conf import scoring_form
from rookery.operators.scoring import ResolveScoringOperator, ScoreOperator
from rookery.plan.scoring import BatchScoring


def scoring_dag(
    plan: BatchScoring,
    dag_id: str,
    schedule: Any = None,
    databricks_conn_id: str = "databricks_default",
    pool: str | None = None,
    job_timeout: timedelta = JOB_TIMEOUT,
    **dag_kwargs: Any,
) -> DAG:
    """The DAG that scores a folder of files with a version of a registered model, on a cluster of its own.

    With `schedule=[model_asset(plan.registered_model_name)]` each new version scores the folder. `pool` names
    the pool of `score`; `job_timeout` ends its job run if that takes longer. `dag_kwargs` are Airflow's own;
    `default_args` and `params` are merged into ours. Raises PlanError for `dagrun_timeout` and `fail_fast`,
    under which a cluster could be left running.
    """
    arguments = dag_arguments(
        dag_kwargs,
        databricks_conn_id=databricks_conn_id,
        doc_md=_dag_doc(plan),
        form=scoring_form(plan),
    )
    with DAG(dag_id, schedule=schedule, **arguments) as dag:
        # Airflow takes the file that calls DAG(), which is this one; tasks are loaded from the user's file.
        dag.fileloc = sys._getframe(1).f_code.co_filename
        _tasks(plan, tuple(dag_kwargs.get("params") or {}), pool, job_timeout)
    return dag


def _tasks(plan: BatchScoring, other_keys: tuple[str, ...], pool: str | None, job_timeout: timedelta) -> None:
    resolve = ResolveScoringOperator(
        task_id="resolve_scoring", plan=plan, other_keys=other_keys, doc_md=doc_of("resolve_scoring")
    )
    code = upload_job_code(resolve, doc_of)
    cluster = cluster_tasks(resolve, doc_of)
    score = ScoreOperator(
        task_id="score",
        spec_path=xcom(resolve, "spec_path"),
        report_path=xcom(resolve, "report_path"),
        doc_md=doc_of("score"),
        **job_arguments(cluster, code, pool, job_timeout),
    )
    # A create_cluster that died after its request is cleaned up after, since resolve_scoring is a setup too.
    terminate = cluster.terminate.as_teardown(setups=[resolve, cluster.create])
    code >> cluster.create
    cluster.wait >> score >> terminate
    terminate >> verdict_task(doc_of, goals={"score": "resolve_scoring"})


def _dag_doc(plan: BatchScoring) -> str:
    return (
        f"Scores the {plan.format} files in `{plan.input_path}` with a version of "
        f"**{plan.registered_model_name}**, by Spark on {plan.compute.shown}, and writes the predictions "
        f"below `{plan.output_path}`.\n\nThe same files and the same version are scored once: such a run is "
        "skipped before a cluster is created, as is one without files."
    )
