"""What DAGs of this package have in common: how their tasks are tried again, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Param

from rookery.exceptions import PlanError
from rookery.retries import RetryWhatCanPass

AT_ONCE: dict[str, Any] = {
    "pool": "default_pool",
    "pool_slots": 1,
    "depends_on_past": False,
    "wait_for_downstream": False,
    "max_active_tis_per_dag": None,
}
"""For tasks that clean up: what a user says of all tasks in `default_args` must not hold them up, while what
they end is billed."""

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


def dag_arguments(
    given: Mapping[str, Any], *, databricks_conn_id: str, doc_md: str, form: Mapping[str, Param]
) -> dict[str, Any]:
    """The arguments of a DAG: those that a user has `given`, with ours where they leave something open.

    `default_args` and `params` are merged, the others replaced. Raises PlanError for arguments under which a
    cluster could be left running.
    """
    for name in _REFUSED:
        if given.get(name):
            raise PlanError(f"{name} would skip the tasks that clean up; give tasks an execution_timeout")
    ours = {"databricks_conn_id": databricks_conn_id, "retry_policy": RetryWhatCanPass()}
    return {
        "catchup": False,
        "max_active_runs": 1,
        "doc_md": doc_md,
        "tags": ["rookery"],
        **given,
        "default_args": {**_DEFAULT_ARGS, **ours, **(given.get("default_args") or {})},
        "params": {**(given.get("params") or {}), **form},
    }
