"""The tasks of a training DAG, and what each hands on to the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from airflow.sdk import BaseOperator, BaseXCom, XComArg

from rookery.operators.cluster import CreateClusterOperator, TerminateClusterOperator, WaitForClusterOperator
from rookery.operators.endpoint import (
    CreateEndpointOperator,
    DeleteEndpointOperator,
    QueryEndpointOperator,
    WaitForEndpointOperator,
)
from rookery.operators.experiment import CreateExperimentOperator, SelectBestOperator
from rookery.operators.job_code import UploadJobCodeOperator
from rookery.operators.job_run import JobRunOperator
from rookery.operators.model import RegisterModelOperator
from rookery.operators.plan import ResolvePlanOperator
from rookery.operators.snapshot import PrepareDataOperator
from rookery.operators.storage import DownloadDataOperator
from rookery.operators.sweep import ExpandGridOperator
from rookery.operators.verdict import VerdictOperator
from rookery.plan import TrainingPlan

_LONG = timedelta(minutes=45)
_JOB_RUN = timedelta(minutes=80)


class _Inputs(NamedTuple):
    source: DownloadDataOperator
    code: UploadJobCodeOperator
    experiment: CreateExperimentOperator


class _Cluster(NamedTuple):
    create: CreateClusterOperator
    wait: WaitForClusterOperator
    terminate: TerminateClusterOperator


def chain_of_tasks(plan: TrainingPlan, points_per_task: int, other_keys: tuple[str, ...]) -> None:
    """Add the tasks to the DAG whose `with` block this is called in.

    resolve_plan is a setup of every teardown, since a teardown runs if one of its setups has succeeded: a
    create_cluster that died after its request must not leave a cluster behind.
    """
    resolve = ResolvePlanOperator(
        task_id="resolve_plan",
        plan=plan,
        points_per_task=points_per_task,
        other_keys=other_keys,
        doc_md="Merges the form or conf into the plan; refuses what it does not know. Creates nothing.",
    )
    inputs = _input_tasks(resolve)
    cluster = _cluster_tasks(resolve)
    # The cheap inputs come first: a URL that fails, or a CSV without the plan's columns, costs no cluster.
    list(inputs) >> cluster.create
    job: dict[str, Any] = {
        "existing_cluster_id": _xcom(cluster.create),
        "code_folder": _xcom(inputs.code, "code_folder"),
        "execution_timeout": _JOB_RUN,
    }
    snapshot = PrepareDataOperator(
        task_id="prepare_data",
        plan=_xcom(resolve, "plan"),
        source=_xcom(inputs.source),
        doc_md="Cleans and splits the source into a snapshot: train, validation, test.",
        **job,
    )
    cluster.wait >> snapshot
    registered = _sweep_tasks(resolve, inputs, snapshot, job)
    # The cluster ends beside the deployment: an endpoint can take half an hour.
    registered >> cluster.terminate.as_teardown(setups=[resolve, cluster.create])
    delete_endpoint = _endpoint_tasks(resolve, snapshot, registered)
    verdict = VerdictOperator(
        task_id="verdict", doc_md="Fails the run if a task has failed: teardowns would hide it.", retries=0
    )
    [cluster.terminate, delete_endpoint] >> verdict.as_teardown(setups=resolve, on_failure_fail_dagrun=True)


def _xcom(task: BaseOperator, key: str = BaseXCom.XCOM_RETURN_KEY) -> Any:
    """What the task returns, or leaves under a key, as an argument of a later task."""
    return XComArg(task, key=key)


def _input_tasks(resolve: ResolvePlanOperator) -> _Inputs:
    source = DownloadDataOperator(
        task_id="download_data",
        plan=_xcom(resolve, "plan"),
        doc_md="Fetches the source, checks its header line, and stores it under its sha256.",
    )
    code = UploadJobCodeOperator(
        task_id="upload_job_code",
        code_root=_xcom(resolve, "code_root"),
        doc_md="Uploads the job code into a folder named by its digest.",
    )
    experiment = CreateExperimentOperator(
        task_id="create_experiment",
        experiment_path=_xcom(resolve, "experiment_path"),
        doc_md="Finds or creates the MLflow experiment of this DAG.",
    )
    return _Inputs(source, code, experiment)


def _cluster_tasks(resolve: ResolvePlanOperator) -> _Cluster:
    create = CreateClusterOperator(
        task_id="create_cluster",
        cluster_name=_xcom(resolve, "cluster_name"),
        owner_tag=_xcom(resolve, "owner"),
        user_name=_xcom(resolve, "user_name"),
        plan=_xcom(resolve, "plan"),
        doc_md="Asks for the run's cluster, which bills from here until `terminate_cluster`.",
    )
    wait = WaitForClusterOperator(
        task_id="wait_for_cluster",
        cluster_id=_xcom(create),
        execution_timeout=_LONG,
        doc_md="Waits for the cluster to run; tells Databricks' reason if it cannot.",
    )
    terminate = TerminateClusterOperator(
        task_id="terminate_cluster",
        cluster_name=_xcom(resolve, "cluster_name"),
        owner_tag=_xcom(resolve, "owner"),
        doc_md="Terminates the run's cluster, whatever became of the run.",
    )
    return _Cluster(create, wait, terminate)


def _sweep_tasks(
    resolve: ResolvePlanOperator, inputs: _Inputs, snapshot: PrepareDataOperator, job: dict[str, Any]
) -> RegisterModelOperator:
    expand = ExpandGridOperator(
        task_id="expand_grid",
        plan=_xcom(resolve, "plan"),
        points_per_task=_xcom(resolve, "points_per_task"),
        snapshot_path=_xcom(snapshot, "snapshot_path"),
        snapshot_digest=_xcom(snapshot, "snapshot_digest"),
        code_digest=_xcom(inputs.code, "code_digest"),
        experiment_id=_xcom(inputs.experiment),
        doc_md="Expands the grid into points, and the points into shards.",
    )
    train = JobRunOperator.partial(
        task_id="train",
        entry="train",
        map_index_template="{{ task.run_name }}",
        doc_md="Trains one shard of the grid; each point is an MLflow run with its metrics on validation.",
        **job,
    ).expand_kwargs(_xcom(expand))
    best = SelectBestOperator(
        task_id="select_best",
        points_path=_xcom(expand, "points_path"),
        doc_md="Chooses the best point by its MLflow run; ties go to the simpler model.",
    )
    registered = RegisterModelOperator(
        task_id="register_model",
        plan=_xcom(resolve, "plan"),
        points_path=_xcom(expand, "points_path"),
        best=_xcom(best),
        doc_md="Judges the best model on the test rows and registers it as a new version.",
        **job,
    )
    train >> best >> registered
    return registered


def _endpoint_tasks(
    resolve: ResolvePlanOperator, snapshot: PrepareDataOperator, registered: RegisterModelOperator
) -> DeleteEndpointOperator:
    create = CreateEndpointOperator(
        task_id="create_endpoint",
        plan=_xcom(resolve, "plan"),
        model=_xcom(registered),
        owner_tag=_xcom(resolve, "owner"),
        execution_timeout=_LONG,
        doc_md="Creates the endpoint or updates it to the new version; skipped without `deploy`.",
    )
    wait = WaitForEndpointOperator(
        task_id="wait_for_endpoint",
        plan=_xcom(resolve, "plan"),
        model=_xcom(registered),
        execution_timeout=_LONG,
        doc_md="Waits until the endpoint serves the new version.",
    )
    query = QueryEndpointOperator(
        task_id="query_endpoint",
        plan=_xcom(resolve, "plan"),
        example=_xcom(snapshot, "example"),
        doc_md="Asks the endpoint and checks the shape of its answer.",
    )
    delete = DeleteEndpointOperator(
        task_id="delete_endpoint",
        plan=_xcom(resolve, "plan"),
        owner_tag=_xcom(resolve, "owner"),
        execution_timeout=_LONG,
        doc_md="Deletes the endpoint if this run created it and `keep_endpoint` is off.",
    )
    create >> wait >> query >> delete.as_teardown(setups=[resolve, create])
    return delete
