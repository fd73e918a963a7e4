"""How a run ended, in Databricks' two vocabularies: the old `state` and the newer `status`.

https://docs.databricks.com/api/azure/workspace/jobs/getrun
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

FAILED_TEXT = "Workload failed, see run output for details"


@dataclass(frozen=True)
class Outcome:
    """The end of a task run or a whole run. `code` and `type` are `status.termination_details`."""

    life_cycle_state: str
    result_state: str
    code: str
    type: str
    message: str = ""
    user_cancelled_or_timedout: bool = False

    def to_json(self) -> dict[str, Any]:
        """For the store."""
        return asdict(self)

    def state(self) -> dict[str, Any]:
        """`state` of a run that has ended."""
        return {
            "life_cycle_state": self.life_cycle_state,
            "result_state": self.result_state,
            "state_message": self.message,
            "user_cancelled_or_timedout": self.user_cancelled_or_timedout,
        }

    def status(self) -> dict[str, Any]:
        """`status` of a run that has ended."""
        return {
            "state": "TERMINATED",
            "termination_details": {"code": self.code, "type": self.type, "message": self.message},
        }


SUCCEEDED = Outcome("TERMINATED", "SUCCESS", "SUCCESS", "SUCCESS")
WORKLOAD_FAILED = Outcome("TERMINATED", "FAILED", "RUN_EXECUTION_ERROR", "CLIENT_ERROR", FAILED_TEXT)
CANCELED = Outcome("TERMINATED", "CANCELED", "USER_CANCELED", "SUCCESS", "Run cancelled.", True)


def timed_out(seconds: int) -> Outcome:
    """The run or task took longer than its `timeout_seconds`."""
    text = f"Run timed out after {seconds} seconds: maximum run duration exceeded."
    return Outcome("TERMINATED", "TIMEDOUT", "CANCELED", "CLIENT_ERROR", text, True)


def internal_error(message: str, code: str, kind: str = "CLIENT_ERROR") -> Outcome:
    """Not the script's own failure: no cluster, no driver, no script, no server."""
    return Outcome("INTERNAL_ERROR", "FAILED", code, kind, message)


def active_state(life_cycle_state: str) -> dict[str, Any]:
    """`state` of a run that has not ended; there is no `result_state` yet."""
    texts = {"PENDING": "Waiting for cluster", "RUNNING": "In run", "TERMINATING": "Cleaning up"}
    return {
        "life_cycle_state": life_cycle_state,
        "state_message": texts[life_cycle_state],
        "user_cancelled_or_timedout": False,
    }


def whole_run(tasks: Sequence[tuple[str, Outcome]], is_single_task: bool) -> Outcome:
    """The outcome of a run from those of its tasks (task key, outcome).

    A run in the older single-task form has its task's outcome; in the other form Databricks reports a failed
    task as INTERNAL_ERROR of the run, with the task's message.
    """
    for key, outcome in tasks:
        if outcome.result_state == "SUCCESS":
            continue
        if is_single_task or outcome.result_state != "FAILED":
            return outcome
        text = f"Task {key} failed with message: {outcome.message.removesuffix('.')}."
        return replace(outcome, life_cycle_state="INTERNAL_ERROR", message=text)
    return SUCCEEDED
