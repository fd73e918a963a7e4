"""How a run ended, in Databricks' two vocabularies: the old `state` and the newer `status`.

https://docs.databricks.com/api/azure/workspace/jobs/getrun
"""

from dataclasses import asdict, dataclass
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
SUCCEEDED_WITH_FAILURES = Outcome(
    "TERMINATED", "SUCCESS_WITH_FAILURES", "SUCCESS_WITH_FAILURES", "SUCCESS", "Some tasks failed."
)
EXCLUDED = Outcome("SKIPPED", "EXCLUDED", "SKIPPED", "SUCCESS", "The condition for this task was not met.")
UPSTREAM_FAILED = Outcome("SKIPPED", "UPSTREAM_FAILED", "SKIPPED", "CLIENT_ERROR", "An upstream task failed.")
UPSTREAM_CANCELED = Outcome(
    "SKIPPED", "UPSTREAM_CANCELED", "SKIPPED", "CLIENT_ERROR", "An upstream task was cancelled."
)
TOO_MANY_RUNS = Outcome(
    "SKIPPED",
    "MAXIMUM_CONCURRENT_RUNS_REACHED",
    "MAX_CONCURRENT_RUNS_EXCEEDED",
    "CLIENT_ERROR",
    "The job has reached its maximum of concurrent runs.",
)
CANCELED = Outcome("TERMINATED", "CANCELED", "USER_CANCELED", "SUCCESS", "Run cancelled.", True)


def timed_out(seconds: int) -> Outcome:
    """The run or task took longer than its `timeout_seconds`."""
    text = f"Run timed out after {seconds} seconds: maximum run duration exceeded."
    return Outcome("TERMINATED", "TIMEDOUT", "CANCELED", "CLIENT_ERROR", text, True)


def internal_error(message: str, code: str, kind: str = "CLIENT_ERROR") -> Outcome:
    """Not the script's own failure: no cluster, no driver, no script, no server."""
    return Outcome("INTERNAL_ERROR", "FAILED", code, kind, message)


_TEXTS = {
    "QUEUED": "Queued: the job has reached its maximum of concurrent runs",
    "BLOCKED": "Waiting for upstream tasks",
    "WAITING_FOR_RETRY": "Waiting for the next attempt",
    "PENDING": "Waiting for cluster",
    "RUNNING": "In run",
    "TERMINATING": "Cleaning up",
}


def active_state(life_cycle_state: str) -> dict[str, Any]:
    """`state` of a run that has not ended; there is no `result_state` yet."""
    return {
        "life_cycle_state": life_cycle_state,
        "state_message": _TEXTS[life_cycle_state],
        "user_cancelled_or_timedout": False,
    }


def active_status(life_cycle_state: str) -> dict[str, Any]:
    """`status` of a run that has not ended; its word for a wait between attempts is another one."""
    status: dict[str, Any] = {"state": life_cycle_state.removesuffix("_FOR_RETRY")}
    if life_cycle_state == "QUEUED":
        code = "MAX_CONCURRENT_RUNS_REACHED"
        status["queue_details"] = {"code": code, "message": _TEXTS["QUEUED"]}
    return status
