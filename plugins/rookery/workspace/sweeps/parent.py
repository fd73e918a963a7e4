"""The MLflow run of a sweep as a whole: the parent of the points that it fits. There is one for each DAG run
and sweep, whatever is tried again or cleared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rookery.workspace.leases import TAG_OWNER
from rookery.workspace.points import tag_of
from rookery.workspace.requests.once import done, send_once
from rookery.workspace.sweeps.tally import Tally
from rookery_jobs.contract import (
    KIND_SWEEP,
    MLFLOW_NOTE,
    PARAM_ALGORITHM,
    PARAM_AS_OF,
    TAG_KIND,
    TAG_SNAPSHOT,
    TAG_SWEEP,
    SweepSpec,
)

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.ml import Run

_CREATE = "/api/2.0/mlflow/runs/create"


def find(workspace: WorkspaceClient, sweep: SweepSpec, owner: str) -> str | None:
    """The id of the sweep's run that the DAG run `owner` has (`RunNames.owner`), if there is one; of several,
    the lowest."""
    runs = _search(workspace, sweep.experiment_id, f"tags.`{TAG_SWEEP}` = '{sweep.sweep_id}'")
    return min((_id(run) for run in runs if tag_of(run, TAG_OWNER) == owner), default=None)


def create(workspace: WorkspaceClient, sweep: SweepSpec, owner: str, tags: Mapping[str, str]) -> str:
    """The id of a new RUNNING run of the sweep, with these tags of MLflow's own beside ours."""
    ours = {
        TAG_KIND: KIND_SWEEP,
        TAG_OWNER: owner,
        TAG_SWEEP: sweep.sweep_id,
        TAG_SNAPSHOT: sweep.snapshot_digest,
        **sweep.origin.tags,
    }
    body: dict[str, Any] = {
        "experiment_id": sweep.experiment_id,
        "run_name": f"sweep of {len(sweep.points)} points",
        "start_time": _now(),
        "tags": [{"key": name, "value": value} for name, value in {**ours, **tags}.items()],
    }
    return done(
        lambda: str(send_once(workspace, "POST", _CREATE, body)["run"]["info"]["run_id"]),
        lambda: find(workspace, sweep, owner),
    )


def tell(workspace: WorkspaceClient, sweep: SweepSpec, runs: Sequence[Run]) -> Tally:
    """Have the sweep's run say what it is and which of its points were found again, by all MLflow runs that
    its points may have."""
    from databricks.sdk.service.ml import Metric, Param, RunTag

    tally, now = Tally.of(sweep, runs), _now()
    algorithms = dict.fromkeys(point.algorithm for point in sweep.points)
    params = {PARAM_ALGORITHM: ", ".join(algorithms), PARAM_AS_OF: sweep.origin.as_of}
    done(
        lambda: workspace.experiments.log_batch(
            run_id=str(sweep.parent_run_id),
            metrics=[
                Metric(key=key, value=value, timestamp=now, step=0) for key, value in tally.metrics.items()
            ],
            params=[Param(name, value) for name, value in params.items() if value],
            tags=[RunTag(MLFLOW_NOTE, tally.note(sweep))],
        )
    )
    return tally


def go_on(workspace: WorkspaceClient, run_id: str) -> None:
    """Have a sweep's run RUNNING again, if it had ended."""
    from databricks.sdk.service.ml import UpdateRunStatus

    done(lambda: workspace.experiments.update_run(run_id=run_id, status=UpdateRunStatus.RUNNING))


def end(workspace: WorkspaceClient, run_id: str, status: str) -> None:
    """End a sweep's run as FINISHED, FAILED or KILLED."""
    from databricks.sdk.service.ml import UpdateRunStatus

    ended = UpdateRunStatus(status)
    done(lambda: workspace.experiments.update_run(run_id=run_id, status=ended, end_time=_now()))


def end_running(
    workspace: WorkspaceClient, experiment_id: str, status: str, is_over: Callable[[str], bool]
) -> None:
    """End every sweep's run of an experiment that is RUNNING and whose owner, a DAG run, `is_over`."""
    for run in list(_search(workspace, experiment_id, "attributes.status = 'RUNNING'")):
        if is_over(tag_of(run, TAG_OWNER) or ""):
            end(workspace, _id(run), status)


def _search(workspace: WorkspaceClient, experiment_id: str, condition: str) -> Iterator[Run]:
    return workspace.experiments.search_runs(
        experiment_ids=[experiment_id], filter=f"tags.`{TAG_KIND}` = '{KIND_SWEEP}' and {condition}"
    )


def _id(run: Run) -> str:
    return str(run.info and run.info.run_id)


def _now() -> int:
    return int(time.time() * 1000)
