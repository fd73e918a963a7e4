"""One job run per intent, and what became of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import JobRunError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Run, RunTask

_TERMINAL = frozenset({"TERMINATED", "SKIPPED", "INTERNAL_ERROR"})
_TRACE_LINES = 15

# Termination codes of what happened to the run rather than in it.
_RETRIABLE_CODES = frozenset(
    {"CLOUD_FAILURE", "CLUSTER_ERROR", "CLUSTER_REQUEST_LIMIT_EXCEEDED", "DRIVER_ERROR", "INTERNAL_ERROR"}
)


class Try(NamedTuple):
    """Which try of a task this is: the `number`th (from 1) since the task was last cleared.

    `epoch` changes with every clear, as clearing sets `max_tries` to the tries so far plus the task's
    retries (Airflow 3.3: `clear_task_instances`), while a retry leaves it alone.
    """

    epoch: int
    number: int

    @classmethod
    def of(cls, try_number: int, max_tries: int, retries: int) -> Try:
        """From what Airflow knows of a task instance and its task."""
        epoch = max(0, max_tries - retries)
        return cls(epoch, max(1, try_number - epoch))


@dataclass(frozen=True)
class Intent:
    """What a task instance wants done: a script with parameters on a cluster.

    Two equal intents are one job run; a cleared task (another `epoch`) is another intent.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    existing_cluster_id: str
    python_file: str
    parameters: tuple[str, ...]
    run_name: str
    timeout_seconds: int

    def token(self, epoch: int, generation: int) -> str:
        """The idempotency token of one generation: 64 characters, the most that Databricks takes.

        Submitting it again gives the run that was submitted with it first, even if it failed.
        """
        task = [self.dag_id, self.run_id, self.task_id, self.map_index]
        payload = [self.existing_cluster_id, self.python_file, list(self.parameters)]
        return hashlib.sha256(json.dumps([task, payload, epoch, generation]).encode()).hexdigest()


def submit(workspace: WorkspaceClient, intent: Intent, this_try: Try) -> Run:
    """The run that does what is intended: that of an earlier try if it is active or succeeded, else a new
    one. Nothing needs to be remembered between tries, so a try that died in between loses nothing."""
    for generation in range(this_try.number):
        run = _submitted(workspace, intent, intent.token(this_try.epoch, generation))
        if not is_over(run) or succeeded(run):
            return run
    return run


def _submitted(workspace: WorkspaceClient, intent: Intent, token: str) -> Run:
    from databricks.sdk.service.jobs import SparkPythonTask, SubmitTask

    task = SubmitTask(
        task_key=intent.task_id,
        existing_cluster_id=intent.existing_cluster_id,
        spark_python_task=SparkPythonTask(intent.python_file, parameters=list(intent.parameters)),
        timeout_seconds=intent.timeout_seconds,
    )
    waiter = workspace.jobs.submit(
        run_name=intent.run_name,
        tasks=[task],
        timeout_seconds=intent.timeout_seconds,
        idempotency_token=token,
    )
    return workspace.jobs.get_run(waiter.run_id)


def is_over(run: Run) -> bool:
    """Whether the run has reached a terminal life cycle state."""
    state = run.state
    return bool(state and state.life_cycle_state and state.life_cycle_state.value in _TERMINAL)


def succeeded(run: Run) -> bool:
    """Whether the run is over and its result is SUCCESS, and no other (SUCCESS_WITH_FAILURES is none)."""
    result = run.state and run.state.result_state
    return is_over(run) and bool(result and result.value == "SUCCESS")


def failure(workspace: WorkspaceClient, run: Run) -> JobRunError:
    """The error that says how a run ended, with Databricks' message and the job code's own error."""
    state = run.state
    life_cycle = state.life_cycle_state.value if state and state.life_cycle_state else "UNKNOWN"
    result = state.result_state.value if state and state.result_state else life_cycle
    lines = [f"job run {run.run_id} ended {result}: {(state and state.state_message) or 'no message'}"]
    lines += [text for task in run.tasks or [] if (text := _task_error(workspace, task))]
    lines += [f"see {run.run_page_url}"] if run.run_page_url else []
    return JobRunError("\n".join(lines), retriable=_termination_code(run) in _RETRIABLE_CODES)


def _termination_code(run: Run) -> str:
    details = run.status and run.status.termination_details
    return details.code.value if details and details.code else ""


def _task_error(workspace: WorkspaceClient, task: RunTask) -> str:
    from databricks.sdk.errors.base import DatabricksError

    result = task.state and task.state.result_state
    if task.run_id is None or (result and result.value == "SUCCESS"):
        return ""
    try:
        output = workspace.jobs.get_run_output(task.run_id)
    except DatabricksError as error:
        return f"its output could not be read: {error}"
    trace = (output.error_trace or "").strip().splitlines()[-_TRACE_LINES:]
    return "\n".join([output.error or "", *trace]).strip()
