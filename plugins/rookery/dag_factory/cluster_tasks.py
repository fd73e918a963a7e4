"""The tasks of every DAG with a cluster: the job code uploaded, the cluster and its end, the verdict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from airflow.sdk import BaseOperator, BaseXCom, XComArg

from rookery.operators.cluster import CreateClusterOperator, TerminateClusterOperator, WaitForClusterOperator
from rookery.operators.job_code import UploadJobCodeOperator
from rookery.operators.verdict import VerdictOperator

LONG = timedelta(minutes=45)
_JOB_RUN = timedelta(minutes=80)

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


def upload_job_code(resolve: BaseOperator, doc_of: Docs) -> UploadJobCodeOperator:
    """The task that puts the job code where job runs find it."""
    return UploadJobCodeOperator(
        task_id="upload_job_code",
        code_root=xcom(resolve, "code_root"),
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
    )
    return ClusterTasks(create, wait, terminate)


def job_arguments(cluster: ClusterTasks, code: UploadJobCodeOperator, pool: str | None) -> dict[str, Any]:
    """What every operator of a job run on the cluster is given.

    `pool` is for these tasks alone: what cleans up must not wait for a slot.
    """
    return {
        "existing_cluster_id": xcom(cluster.create),
        "code_folder": xcom(code, "code_folder"),
        "execution_timeout": _JOB_RUN,
        **({"pool": pool} if pool else {}),
    }


def verdict_task(doc_of: Docs) -> VerdictOperator:
    """The run's last task, which the caller makes a teardown that fails the DAG run."""
    return VerdictOperator(task_id="verdict", doc_md=doc_of("verdict"), retries=0)
