"""One job run per intent, and what became of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rookery.exceptions import JobRunError
from rookery.workspace.requests.once import done
from rookery.workspace.requests.polling import BORNE_SECONDS, poll

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Run, RunTask

_TERMINAL = frozenset({"TERMINATED", "SKIPPED", "INTERNAL_ERROR"})
_TRACE_LINES = 15
_ENDING_SECONDS = 600
_CANCELLED = "USER_CANCELED"

# Termination codes of what happened to the run rather than in it.
_RETRIABLE_CODES = frozenset(
    {
        "CANCELED",
        "CLOUD_FAILURE",
        "CLUSTER_ERROR",
        "CLUSTER_REQUEST_LIMIT_EXCEEDED",
        "DRIVER_ERROR",
        "INTERNAL_ERROR",
        "MAX_SPARK_CONTEXTS_EXCEEDED",
        "WORKSPACE_RUN_LIMIT_EXCEEDED",
    }
)

# "The Python process exited with exit code 137 (SIGKILL: Killed)", and the local workspace's words for it.
_KILLED = re.compile(r"Python process\b.*\bSIG[A-Z]+\b")


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

    def token(self, epoch: int, submission: int) -> str:
        """The idempotency token of one submission (from 0): 64 characters, the most that Databricks takes.

        Submitting it again gives the run that was submitted with it first, even if it failed.
        """
        task = [self.dag_id, self.run_id, self.task_id, self.map_index]
        payload = [self.existing_cluster_id, self.python_file, list(self.parameters)]
        return hashlib.sha256(json.dumps([task, payload, epoch, submission]).encode()).hexdigest()


class Submission(NamedTuple):
    """A run, and whether an earlier try has submitted it, which this one has attached to."""

    run: Run
    is_adopted: bool


def submit(
    workspace: WorkspaceClient, intent: Intent, this_try: Try, told: Callable[[int], None] = lambda _: None
) -> Submission:
    """The run that does what is intended: that of an earlier try if it is active or succeeded, else a new
    one. Nothing needs to be remembered between tries, so a try that died in between loses nothing.

    `told` hears the id of a run as soon as it is known.
    """
    for submission in range(this_try.number):
        run_id = _submitted(workspace, intent, intent.token(this_try.epoch, submission))
        told(run_id)
        run = _first_seen(workspace, run_id)
        is_adopted = submission + 1 < this_try.number
        if is_adopted and _is_ending(run):
            # It may have been cancelled, when its try was stopped: then this try needs another one.
            run = wait_until_over(workspace, run, _ENDING_SECONDS)
        if not is_over(run) or succeeded(run):
            break
    return Submission(run, is_adopted)


def wait_until_over(workspace: WorkspaceClient, run: Run, timeout: float) -> Run:
    """The run, once it has reached a terminal life cycle state. Raises TimeoutError after `timeout` s."""
    run_id = int(run.run_id or 0)
    return poll(lambda: workspace.jobs.get_run(run_id), until=is_over, timeout=timeout, told=_state_of)


def _is_ending(run: Run) -> bool:
    return _life_cycle(run) == "TERMINATING"


def _submitted(workspace: WorkspaceClient, intent: Intent, token: str) -> int:
    from databricks.sdk.service.jobs import SparkPythonTask, SubmitTask

    task = SubmitTask(
        task_key=intent.task_id,
        existing_cluster_id=intent.existing_cluster_id,
        spark_python_task=SparkPythonTask(intent.python_file, parameters=list(intent.parameters)),
        timeout_seconds=intent.timeout_seconds,
    )
    # By its token it can be asked for twice.
    waiter = done(
        lambda: workspace.jobs.submit(
            run_name=intent.run_name,
            tasks=[task],
            timeout_seconds=intent.timeout_seconds,
            idempotency_token=token,
        )
    )
    return int(waiter.run_id)


def _first_seen(workspace: WorkspaceClient, run_id: int) -> Run:
    return poll(lambda: workspace.jobs.get_run(run_id), until=lambda _: True, timeout=BORNE_SECONDS)


def is_over(run: Run) -> bool:
    """Whether the run has reached a terminal life cycle state."""
    return _life_cycle(run) in _TERMINAL


def _life_cycle(run: Run) -> str:
    return run.state.life_cycle_state.value if run.state and run.state.life_cycle_state else ""


def _state_of(run: Run) -> str:
    return f"job run {run.run_id} is {_life_cycle(run) or 'in no known state'}"


def succeeded(run: Run) -> bool:
    """Whether the run is over and its result is SUCCESS, and no other (SUCCESS_WITH_FAILURES is none)."""
    result = run.state and run.state.result_state
    return is_over(run) and bool(result and result.value == "SUCCESS")


def failure(
    workspace: WorkspaceClient, run: Run, *, is_adopted: bool = False, goes_on: bool = False
) -> JobRunError:
    """The error that says how a run ended, with Databricks' message and the job code's own error.

    `goes_on` says that another run goes on where one has ended that took too long.
    """
    state = run.state
    result = state.result_state.value if state and state.result_state else _life_cycle(run) or "UNKNOWN"
    outputs = [_output(workspace, task) for task in run.tasks or []]
    errors = [output.error for output in outputs if output.error]
    said = "; ".join(errors) or (state and state.state_message) or "no message"
    details = [(state and state.state_message) or "", *(output.trace for output in outputs)]
    details += [f"see {run.run_page_url}"] if run.run_page_url else []
    is_killed = any(map(_KILLED.search, errors))
    return JobRunError(
        "\n".join([f"job run {run.run_id} ended {result}: {said}{_advice(run)}", "", *filter(None, details)]),
        retriable=is_killed or _can_pass(run, is_adopted=is_adopted, goes_on=goes_on),
    )


def _can_pass(run: Run, *, is_adopted: bool, goes_on: bool) -> bool:
    if _timed_out(run):
        return goes_on
    if _termination_code(run) == _CANCELLED:
        # Not by a person, perhaps: an earlier try that Airflow had given up for lost, and that finds itself
        # superseded, cancels the run which this one has attached to.
        return is_adopted
    return _termination_code(run) in _RETRIABLE_CODES


def _advice(run: Run) -> str:
    if _timed_out(run):
        return "; raise job_timeout of the DAG (training_dag, scoring_dag) if it needs more time"
    if _termination_code(run) == _CANCELLED:
        return "; clear the task to have it run again"
    return ""


def _timed_out(run: Run) -> bool:
    states = (each.state for each in (run, *(run.tasks or ())))
    return any(state.result_state.value == "TIMEDOUT" for state in states if state and state.result_state)


def _termination_code(run: Run) -> str:
    details = run.status and run.status.termination_details
    return details.code.value if details and details.code else ""


class _Output(NamedTuple):
    error: str
    trace: str


def _output(workspace: WorkspaceClient, task: RunTask) -> _Output:
    from databricks.sdk.errors.base import DatabricksError

    result = task.state and task.state.result_state
    if task.run_id is None or (result and result.value == "SUCCESS"):
        return _Output("", "")
    try:
        output = workspace.jobs.get_run_output(task.run_id)
    except DatabricksError as error:
        return _Output("", f"its output could not be read: {error}")
    trace = (output.error_trace or "").strip().splitlines()[-_TRACE_LINES:]
    return _Output((output.error or "").strip(), "\n".join(trace))
