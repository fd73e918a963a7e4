"""Why a cluster ended, in Databricks' words.

Codes and types: https://docs.databricks.com/api/azure/workspace/clusters/get (`termination_reason`).
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TerminationReason:
    """A code, whose fault it is (`type`), details, and the sentence that `state_message` shows."""

    code: str
    type: str
    message: str
    parameters: dict[str, str] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        """`termination_reason` as clusters/get shows it."""
        return {"code": self.code, "type": self.type, "parameters": self.parameters}


def user_request(user_name: str) -> TerminationReason:
    """Somebody called clusters/delete."""
    return TerminationReason(
        "USER_REQUEST", "SUCCESS", f"Terminated by {user_name}", parameters={"username": user_name}
    )


def inactivity(minutes: int) -> TerminationReason:
    """No run for as long as `autotermination_minutes` says."""
    return TerminationReason(
        "INACTIVITY",
        "SUCCESS",
        f"Inactive cluster terminated (inactive for {minutes} minutes).",
        {"inactivity_duration_min": str(minutes)},
    )


def job_finished() -> TerminationReason:
    """The run that the cluster was made for has ended."""
    return TerminationReason(
        "JOB_FINISHED", "SUCCESS", "The job run that the cluster was made for has ended."
    )


def startup_failure(error: Exception) -> TerminationReason:
    """The driver did not come up."""
    return TerminationReason(
        "SPARK_STARTUP_FAILURE", "SERVICE_FAULT", str(error), {"databricks_error_message": str(error)}
    )


def init_script_failed(error: Exception) -> TerminationReason:
    """A script that every node must run before Spark starts has failed."""
    return TerminationReason(
        "INIT_SCRIPT_FAILURE", "CLIENT_ERROR", str(error), {"databricks_error_message": str(error)}
    )


def pool_full(pool_id: str, most: int, used: int, needed: int) -> TerminationReason:
    """A pool has fewer machines left, of its `max_capacity`, than the cluster needs."""
    text = (
        f"The instance pool {pool_id} has a max_capacity of {most}: {used} of its instances are in use, and "
        f"the cluster needs {needed}."
    )
    parameters = {
        "instance_pool_id": pool_id,
        "instance_pool_error_code": "INSTANCE_POOL_MAX_CAPACITY_FAILURE",
        "databricks_error_message": text,
    }
    return TerminationReason("INSTANCE_POOL_MAX_CAPACITY_REACHED", "CLIENT_ERROR", text, parameters)


def driver_lost(exit_code: int, log: str) -> TerminationReason:
    """The driver's JVM ended by itself: out of memory (its exit code 3), or killed."""
    text = f"The Spark driver's process ended unexpectedly with exit code {exit_code}; its log is {log}"
    parameters = {"databricks_error_message": text}
    if exit_code == OUT_OF_MEMORY_EXIT_CODE:
        return TerminationReason("DRIVER_OUT_OF_MEMORY", "CLIENT_ERROR", text, parameters)
    return TerminationReason("COMMUNICATION_LOST", "CLOUD_FAILURE", text, parameters)


def server_gone(how: str) -> TerminationReason:
    """The workspace server ended, and every driver with it. `how`: stopped or killed."""
    text = f"The local workspace server was {how}"
    return TerminationReason(
        "CLOUD_PROVIDER_SHUTDOWN", "CLOUD_FAILURE", text, {"databricks_error_message": text}
    )


# What `java -XX:+ExitOnOutOfMemoryError` exits with.
OUT_OF_MEMORY_EXIT_CODE = 3
