"""What a client gives for one run of a job: jobs/run-now and jobs/runs/repair.

https://docs.databricks.com/api/azure/workspace/jobs/runnow
"""

import json
from typing import Any

from pydantic import ConfigDict, Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.runs.requests.submit import check_token

MOST_BYTES = 10_000
# Of kinds of task that this workspace does not have. Clients send them empty.
_UNSUPPORTED = ("jar_params", "spark_submit_params", "sql_params", "dbt_commands", "pipeline_params")


class RunParameters(Message):
    """Parameters by their names in the API; of the older ones each is for one kind of task."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    job_parameters: dict[str, str] = Field(default_factory=dict)
    notebook_params: dict[str, str] = Field(default_factory=dict)
    python_params: list[str] = Field(default_factory=list)
    python_named_params: dict[str, str] = Field(default_factory=dict)
    jar_params: Any = None
    spark_submit_params: Any = None
    sql_params: Any = None
    dbt_commands: Any = None
    pipeline_params: Any = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` for what cannot be given, or is too long."""
        for name in _UNSUPPORTED:
            if getattr(self, name):
                raise InvalidParameterValue(f"{name} is not supported by this workspace.")
        for name, value in self.overrides().items():
            if self.job_parameters:
                raise InvalidParameterValue(f"job_parameters and {name} cannot both be given.")
            size = len(json.dumps(value).encode())
            if size > MOST_BYTES:
                raise InvalidParameterValue(
                    f"The JSON of {name} must not exceed {MOST_BYTES} bytes, is {size}"
                )

    def overrides(self) -> dict[str, Any]:
        """The older parameters that are given."""
        names = ("notebook_params", "python_params", "python_named_params")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class Queue(Message):
    """Whether a run waits when its job has as many as it may have."""

    enabled: bool = False


class RunNow(RunParameters):
    """A run of a job."""

    job_id: int
    idempotency_token: str = ""
    only: list[str] = Field(default_factory=list)
    queue: Queue | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` for the first thing that is wrong."""
        super().check()
        check_token(self.idempotency_token)


class Repair(RunParameters):
    """New attempts at some tasks of a run that has ended."""

    run_id: int
    rerun_tasks: list[str] = Field(default_factory=list)
    rerun_all_failed_tasks: bool = False
    rerun_dependent_tasks: bool = False
    latest_repair_id: int | None = None

    def check(self) -> None:
        """Raise `InvalidParameterValue` for the first thing that is wrong."""
        super().check()
        if bool(self.rerun_tasks) is self.rerun_all_failed_tasks:
            raise InvalidParameterValue("Give either rerun_tasks or rerun_all_failed_tasks.")
