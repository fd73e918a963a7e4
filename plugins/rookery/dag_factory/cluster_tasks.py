"""The tasks of every DAG with a cluster: the job code uploaded, the cluster and its end, the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from airflow.sdk import BaseOperator, BaseXCom, XComArg

from rookery.dag_factory.arguments import AT_ONCE
from rookery.exceptions import PlanError
from rookery.operators.cluster import CreateClusterOperator, TerminateClusterOperator, WaitForClusterOperator
from rookery.operators.job_code import UploadJobCodeOperator
from rookery.operators.verdict import VerdictOperator

LONG = timedelta(minutes=45)
SHORT = timedelta(minutes=5)
JOB_TIMEOUT = timedelta(hours=1)
# Databricks ends a job run first: until the task has seen that, Airflow must not end the task.
_AFTER_JOB_TIMEOUT = timedelta(minutes=20)

Docs = Callable[[str], str]
"""Task id → the Markdown for the task's page."""


class ClusterTasks(NamedTuple):
    """The cluster's tasks, in the order in which they run."""

    create: CreateClusterOperator
    wait: WaitForClusterOperator
    terminate: TerminateClusterOperator


def xcom(task: BaseOperator, key: str = BaseXCom.XCOM_RETURN_KEY) -> Any:
    """What the task returns, or leaves under a key, as an argument of a later task."""
    return XComArg(task, key=key)


def upload_job_code(resolve: BaseOperator, doc_of: Docs, package: str | None = None) -> UploadJobCodeOperator:
    """The task that puts the job code where job runs find it, and a package of the user's beside it."""
    return UploadJobCodeOperator(
        task_id="upload_job_code",
        code_root=xcom(resolve, "code_root"),
        package=package,
        doc_md=doc_of("upload_job_code"),
    )


def cluster_tasks(resolve: BaseOperator, doc_of: Docs) -> ClusterTasks:
    """A cluster of the run's own, by the names and the `plan` (with its `compute`) that `resolve` leaves.

    What needs it comes between `wait` and `terminate`, which the caller makes a teardown.
    """
    create = CreateClusterOperator(
        task_id="create_cluster",
        cluster_name=xcom(resolve, "cluster_name"),
        owner_tag=xcom(resolve, "owner"),
        user_name=xcom(resolve, "user_name"),
        plan=xcom(resolve, "plan"),
        doc_md=doc_of("create_cluster"),
    )
    wait = WaitForClusterOperator(
        task_id="wait_for_cluster",
        cluster_id=xcom(create),
        execution_timeout=LONG,
        doc_md=doc_of("wait_for_cluster"),
    )
    terminate = TerminateClusterOperator(
        task_id="terminate_cluster",
        cluster_name=xcom(resolve, "cluster_name"),
        owner_tag=xcom(resolve, "owner"),
        doc_md=doc_of("terminate_cluster"),
        **AT_ONCE,
    )
    return ClusterTasks(create, wait, terminate)


def job_arguments(
    cluster: ClusterTasks, code: UploadJobCodeOperator, pool: str | None, job_timeout: timedelta
) -> dict[str, Any]:
    """What every operator of a job run on the cluster is given.

    `pool` is for these tasks alone: what cleans up must not wait for a slot. Raises PlanError for a
    `job_timeout` below a minute.
    """
    if job_timeout < timedelta(minutes=1):
        raise PlanError(f"job_timeout is {job_timeout}; give a job run a minute or more")
    return {
        "existing_cluster_id": xcom(cluster.create),
        "code_folder": xcom(code, "code_folder"),
        "timeout_seconds": int(job_timeout.total_seconds()),
        "execution_timeout": job_timeout + _AFTER_JOB_TIMEOUT,
        **({"pool": pool} if pool else {}),
    }


def verdict_task(
    doc_of: Docs, goals: Mapping[str, str], kind: type[VerdictOperator] = VerdictOperator, **arguments: Any
) -> VerdictOperator:
    """The run's last task: a teardown that fails the DAG run. The caller puts the other teardowns before it,
    and says what its `kind` needs.

    It has no setup: Airflow would skip it with its setup, and a run that is marked before its first task has
    begun would be called a success.
    """
    # A verdict is final (RunFailedError); only one that was killed before it was given is asked for again,
    # whatever a user says of retries: the run would be called failed.
    again: dict[str, Any] = {"retries": 2, "retry_delay": timedelta(seconds=10)}
    verdict = kind(task_id="verdict", goals=goals, doc_md=doc_of("verdict"), **arguments, **again, **AT_ONCE)
    verdict.as_teardown(on_failure_fail_dagrun=True)
    return verdict
