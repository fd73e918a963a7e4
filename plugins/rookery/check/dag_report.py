"""What `rookery check` says of every DAG with a cluster: the cluster that it asks for, and its schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rookery.check.report import Row
from rookery.check.schedule import schedule_of
from rookery.workspace.leases import TAG_EXPIRES_AT

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from rookery.plan.compute import Compute
    from rookery.workspace.run_names import RunNames

RUN_ID = "<run_id>"
"""In place of the id of a run that is to come."""

_DEFAULT_POOL = "default_pool"


def cluster_rows(dag: DAG, compute: Compute, names: RunNames, end: str, now: datetime) -> Iterator[Row]:
    """The cluster of a run, which ends at `end`, and the pool of the tasks that use it."""
    if compute.existing_cluster_id:
        text = f"{compute.shown}: started if it has ended, neither terminated nor deleted"
        yield Row("cluster", text, compute.existing_cluster_id)
    else:
        yield from _new_cluster_rows(compute, names, end, now)
    pools = {task.pool for task in dag.tasks} - {_DEFAULT_POOL}
    if pools:
        tasks = ", ".join(task.task_id for task in dag.tasks if task.pool in pools)
        yield Row("pool", f"{', '.join(sorted(pools))}, for {tasks}", sorted(pools))


def _new_cluster_rows(compute: Compute, names: RunNames, end: str, now: datetime) -> Iterator[Row]:
    request = compute.request(names.cluster_name, names.owner, names.user_name)
    asked = request.body(compute.spark_version or "", now)
    tags = {**asked["custom_tags"], TAG_EXPIRES_AT: "24 h after its creation"}
    minutes = compute.autotermination_minutes
    yield Row("node type", f"{request.nodes}; {request.workers}, single user, no Photon", request.nodes)
    yield Row("runtime", compute.spark_version or "the newest for machine learning that the workspace offers")
    for label, values in (("spark conf", compute.spark_conf), ("variables", compute.spark_env_vars)):
        if values:
            yield Row(label, ", ".join(f"{name}={value}" for name, value in values.items()), values)
    if compute.init_scripts:
        yield Row("init scripts", ", ".join(compute.init_scripts), list(compute.init_scripts))
    if compute.policy_id:
        yield Row("policy", compute.policy_id)
    if compute.availability:
        yield Row("availability", f"{compute.availability}, the driver on demand", compute.availability)
    yield Row("ends", f"{end}; in any case after {minutes} idle minutes", minutes)
    yield Row("tags", ", ".join(f"{name}={value}" for name, value in tags.items()), tags)


def cluster_name_rows(compute: Compute, names: RunNames) -> Iterator[Row]:
    """The name of the cluster that a run will make, if it will make one."""
    if compute.existing_cluster_id is None:
        yield Row("cluster", names.cluster_name)


def schedule_rows(dag: DAG, now: datetime) -> Iterator[Row]:
    """When the DAG runs by itself."""
    schedule = schedule_of(dag, now)
    yield Row("schedule", f"{schedule.summary} ({schedule.description})", schedule.summary)
    upcoming = [f"{time:%Y-%m-%d %H:%M} UTC" for time in schedule.upcoming]
    times = [time.isoformat() for time in schedule.upcoming]
    yield Row("next", ", ".join(upcoming) or "at no time of its own", times)
    if schedule.due:
        runs = "a run" if schedule.due == 1 else f"{schedule.due} runs"
        yield Row("at once", f"{runs}, as soon as it is first unpaused", schedule.due)
