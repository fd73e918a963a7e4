"""The tasks of a training DAG, and what each hands on to the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from rookery.assets import model_asset
from rookery.dag_factory.arguments import AT_ONCE
from rookery.dag_factory.cluster_tasks import (
    LONG,
    SHORT,
    cluster_tasks,
    job_arguments,
    upload_job_code,
    verdict_task,
    xcom,
)
from rookery.dag_factory.training_docs import doc_of
from rookery.operators.approval import ApproveOperator
from rookery.operators.download import DownloadDataOperator
from rookery.operators.endpoint import (
    CreateEndpointOperator,
    DeleteEndpointOperator,
    QueryEndpointOperator,
    WaitForEndpointOperator,
)
from rookery.operators.experiment import CreateExperimentOperator, SelectBestOperator
from rookery.operators.job_code import UploadJobCodeOperator
from rookery.operators.model import RegisterModelOperator
from rookery.operators.plan import ResolvePlanOperator
from rookery.operators.promotion import PromoteOperator
from rookery.operators.snapshot import PrepareDataOperator
from rookery.operators.sweep import ExpandGridOperator, TrainOperator
from rookery.operators.verdict import TrainingVerdictOperator
from rookery.plan.training import TrainingPlan


class _Inputs(NamedTuple):
    source: DownloadDataOperator
    code: UploadJobCodeOperator
    experiment: CreateExperimentOperator


def chain_of_tasks(
    plan: TrainingPlan,
    points_per_task: int | None,
    other_keys: tuple[str, ...],
    pool: str | None,
    job_timeout: timedelta,
) -> None:
    """Add the tasks to the DAG whose `with` block this is called in.

    resolve_plan is a setup of every teardown, since a teardown runs if one of its setups has succeeded: a
    create_cluster that died after its request must not leave a cluster behind.
    """
    resolve = ResolvePlanOperator(
        task_id="resolve_plan",
        plan=plan,
        points_per_task=points_per_task,
        other_keys=other_keys,
        train=["download_data", "upload_job_code", "create_experiment"],
        doc_md=doc_of("resolve_plan"),
    )
    inputs = _input_tasks(resolve)
    cluster = cluster_tasks(resolve, doc_of)
    # The cheap inputs come first: a URL that fails, or a file that cannot be used, costs no cluster.
    list(inputs) >> cluster.create
    job = job_arguments(cluster, inputs.code, pool, job_timeout)
    snapshot = PrepareDataOperator(
        task_id="prepare_data",
        plan=xcom(resolve, "plan"),
        source=xcom(inputs.source),
        doc_md=doc_of("prepare_data"),
        **job,
    )
    cluster.wait >> snapshot
    registered = _sweep_tasks(resolve, inputs, snapshot, job)
    # The cluster ends beside the deployment: an endpoint can take half an hour.
    registered >> cluster.terminate.as_teardown(setups=[resolve, cluster.create])
    delete_endpoint = _endpoint_tasks(resolve, registered)
    [cluster.terminate, delete_endpoint] >> verdict_task(
        doc_of,
        goals={"register_model": "resolve_plan", "promote": "promote"},
        kind=TrainingVerdictOperator,
        resolving="resolve_plan",
        experimenting="create_experiment",
    )


def _input_tasks(resolve: ResolvePlanOperator) -> _Inputs:
    source = DownloadDataOperator(
        task_id="download_data",
        plan=xcom(resolve, "plan"),
        doc_md=doc_of("download_data"),
    )
    experiment = CreateExperimentOperator(
        task_id="create_experiment",
        experiment_path=xcom(resolve, "experiment_path"),
        doc_md=doc_of("create_experiment"),
    )
    return _Inputs(source, upload_job_code(resolve, doc_of, resolve.plan.package), experiment)


def _sweep_tasks(
    resolve: ResolvePlanOperator, inputs: _Inputs, snapshot: PrepareDataOperator, job: dict[str, Any]
) -> RegisterModelOperator:
    sweep = {
        "plan": xcom(resolve, "plan"),
        "snapshot_path": xcom(snapshot, "snapshot_path"),
        "snapshot_digest": xcom(snapshot, "snapshot_digest"),
        "code_digest": xcom(inputs.code, "code_digest"),
        "experiment_id": xcom(inputs.experiment),
        "owner_tag": xcom(resolve, "owner"),
        "points_per_task": xcom(resolve, "points_per_task"),
    }
    expand = ExpandGridOperator(
        task_id="expand_grid",
        doc_md=doc_of("expand_grid"),
        **sweep,
    )
    train = TrainOperator.partial(
        task_id="train",
        experiment_page=xcom(expand, "experiment_page"),
        map_index_template="{{ task.run_name }}",
        doc_md=doc_of("train"),
        **sweep,
        **job,
    ).expand_kwargs(xcom(expand))
    best = SelectBestOperator(
        task_id="select_best",
        points_path=xcom(expand, "points_path"),
        doc_md=doc_of("select_best"),
    )
    registered = RegisterModelOperator(
        task_id="register_model",
        installation=xcom(resolve, "installation"),
        plan=xcom(resolve, "plan"),
        points_path=xcom(expand, "points_path"),
        best=xcom(best),
        doc_md=doc_of("register_model"),
        **job,
    )
    train >> best >> registered
    return registered


def _endpoint_tasks(
    resolve: ResolvePlanOperator, registered: RegisterModelOperator
) -> DeleteEndpointOperator:
    """These tasks find by themselves what the run is about: if it serves an earlier version again, all that
    trains is skipped, and `approve` goes on. `promote` also ends a run that deploys nothing.

    `create_endpoint` is no setup: Airflow skips all between a setup that is skipped and its teardown, and
    `promote` among it (3.3: `TriggerRuleDep`).
    """
    skipped_before: dict[str, Any] = {"trigger_rule": "none_failed"}
    approve = ApproveOperator(
        task_id="approve", execution_timeout=SHORT, doc_md=doc_of("approve"), **skipped_before
    )
    create = CreateEndpointOperator(
        task_id="create_endpoint",
        plan=xcom(resolve, "plan"),
        installation=xcom(resolve, "installation"),
        owner_tag=xcom(resolve, "owner"),
        execution_timeout=LONG,
        doc_md=doc_of("create_endpoint"),
    )
    wait = WaitForEndpointOperator(
        task_id="wait_for_endpoint",
        plan=xcom(resolve, "plan"),
        execution_timeout=LONG,
        doc_md=doc_of("wait_for_endpoint"),
    )
    query = QueryEndpointOperator(
        task_id="query_endpoint",
        plan=xcom(resolve, "plan"),
        doc_md=doc_of("query_endpoint"),
    )
    promote = PromoteOperator(
        task_id="promote",
        outlets=[model_asset(resolve.plan.registry.registered_model_name)],
        execution_timeout=LONG,
        doc_md=doc_of("promote"),
        **skipped_before,
    )
    delete = DeleteEndpointOperator(
        task_id="delete_endpoint",
        plan=xcom(resolve, "plan"),
        owner_tag=xcom(resolve, "owner"),
        execution_timeout=LONG,
        doc_md=doc_of("delete_endpoint"),
        **AT_ONCE,
    )
    (registered >> approve >> create >> wait >> query >> promote >> delete.as_teardown(setups=[resolve]))
    return delete
