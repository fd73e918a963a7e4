"""What a run's process knows of its run."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunFacts:
    """`folder` is the run's own; `parameters` are a notebook's, `task_values` those of earlier tasks.

    `tags` say which run and task of which job it is; a command in an execution context has none of a job.
    """

    folder: Path
    parameters: dict[str, str] = field(default_factory=dict)
    task_values: dict[str, dict[str, Any]] = field(default_factory=dict)
    notebook_path: str = ""
    cluster_id: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_of_job(self) -> bool:
        """Whether it is a task of a job's run or of a one-time run."""
        return "runId" in self.tags

    @property
    def libraries(self) -> Path:
        """What is installed for this run alone."""
        return self.folder / "libraries"

    @classmethod
    def of(cls, request: dict[str, Any]) -> "RunFacts":
        """From the request of the process."""
        return cls(
            Path(request["folder"]),
            request.get("named_parameters") or {},
            request.get("task_values") or {},
            request.get("notebook_path", ""),
            request.get("cluster_id", ""),
            request.get("tags") or {},
        )
