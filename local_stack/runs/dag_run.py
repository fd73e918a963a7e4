"""Trigger the DAG through Airflow's REST API and follow its run task by task."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from local_stack.waiting import WaitTimeoutError, wait_for

ENDED = frozenset({"success", "failed"})
TASK_ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
# To ask costs Airflow processor time, which the run could use.
POLL_SECONDS = 1.0
HOUR = 3600.0


class TriggerError(Exception):
    """Airflow refuses to start the run; the text is Airflow's own."""


@dataclass(frozen=True)
class TaskInstance:
    """One task of the run, one line of the progress."""

    task_id: str
    map_index: int
    label: str
    state: str
    start: float
    end: float

    @property
    def name(self) -> str:
        """The task's id, with what a mapped instance does."""
        if self.map_index < 0:
            return self.task_id
        return f"{self.task_id}[{self.map_index}]"


@dataclass(frozen=True)
class DagRun:
    """A run that was triggered, seen through the REST API."""

    api: httpx.Client
    dag_id: str
    run_id: str

    def state(self) -> str:
        """The run's state: queued, running, success or failed."""
        return str(self._get("")["state"])

    def task_instances(self) -> list[TaskInstance]:
        """All task instances, in the order of their end, the unfinished last."""
        found = self._get("/taskInstances?limit=1000")["task_instances"]
        return sorted(map(_task_instance, found), key=lambda t: t.end)

    def xcom(self, task_id: str, key: str = "return_value") -> Any:
        """What a task returned (or pushed under `key`), or None if it has not."""
        path = f"/taskInstances/{task_id}/xcomEntries/{key}?deserialize=true"
        response = self.api.get(self._path + path)
        return response.json()["value"] if response.status_code == httpx.codes.OK else None

    def errors(self, task: TaskInstance) -> list[str]:
        """What a failed task's log says of its failure, in its last try."""
        path = f"/taskInstances/{task.task_id}"
        tries = self._get(f"{path}/{task.map_index}" if task.map_index >= 0 else path)["try_number"]
        log = self._get(f"{path}/logs/{max(1, tries)}?map_index={task.map_index}&full_content=true")
        lines = [line for line in log["content"] if line.get("level") in ("error", "critical")]
        return [text for line in lines for text in (line["event"], *_exceptions(line))]

    @property
    def _path(self) -> str:
        return f"dags/{self.dag_id}/dagRuns/{self.run_id}"

    def _get(self, path: str) -> Any:
        response = self.api.get(self._path + path)
        response.raise_for_status()
        return response.json()


def trigger(api: httpx.Client, dag_id: str, conf: Mapping[str, Any]) -> DagRun:
    """Start a run with `conf` as soon as Airflow has read the DAG file; `TriggerError` if it is refused."""
    wait_until_read(api, dag_id)
    response = api.post(f"dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": dict(conf)})
    if response.is_error:
        raise TriggerError(
            f"Airflow refuses this run ({response.status_code}): {response.json().get('detail')}"
        )
    return DagRun(api, dag_id, response.json()["dag_run_id"])


def wait_until_read(api: httpx.Client, dag_id: str) -> None:
    """Return when Airflow has read the DAG; `TriggerError` with what keeps it from reading a DAG file."""
    wait_for(f"the DAG {dag_id}", lambda: _known(api, dag_id), seconds=120)


def _known(api: httpx.Client, dag_id: str) -> bool | None:
    if api.get(f"dags/{dag_id}").status_code == httpx.codes.OK:
        return True
    errors = api.get("importErrors").json().get("import_errors", [])
    if errors:
        raise TriggerError(f"Airflow cannot read {errors[0]['filename']}:\n{errors[0]['stack_trace']}")
    return None


def follow(
    run: DagRun,
    show: Callable[[TaskInstance], None] | None = None,
    look: Callable[[], None] = lambda: None,
    seconds: float = HOUR,
) -> str:
    """Call `show` once for each task that ends, and `look` at every poll; the run's state at its end.

    Raises `WaitTimeoutError` with the tasks that have not ended if the run takes longer than `seconds`.
    """
    shown: set[str] = set()
    deadline = time.monotonic() + seconds
    while True:
        state = run.state()
        if show:
            for task in _newly_ended(run, shown):
                show(task)
        if state in ENDED:
            return state
        if time.monotonic() >= deadline:
            waiting = [f"{t.name} ({t.state})" for t in run.task_instances() if t.state not in TASK_ENDED]
            raise WaitTimeoutError(
                f"Run {run.run_id} of {run.dag_id} is {state} after {seconds:.0f} s: {', '.join(waiting)}"
            )
        look()
        time.sleep(POLL_SECONDS)


def _newly_ended(run: DagRun, shown: set[str]) -> Iterator[TaskInstance]:
    for task in run.task_instances():
        if task.state in TASK_ENDED and task.name not in shown:
            shown.add(task.name)
            yield task


def _task_instance(fields: Mapping[str, Any]) -> TaskInstance:
    return TaskInstance(
        task_id=fields["task_id"],
        map_index=fields["map_index"],
        label=fields.get("rendered_map_index") or "",
        state=fields["state"] or "none",
        start=_seconds(fields["start_date"]),
        end=_seconds(fields["end_date"]),
    )


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else float("inf")


def _exceptions(line: Mapping[str, Any]) -> Iterator[str]:
    for error in line.get("error_detail") or []:
        yield f"{error['exc_type']}: {error['exc_value']}"


def most_at_once(tasks: list[TaskInstance]) -> int:
    """How many of these tasks ran at the same moment, at most."""
    return max((sum(t.start <= task.start < t.end for t in tasks) for task in tasks), default=0)
