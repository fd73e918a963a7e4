"""What a run's process knows of its run."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunFacts:
    """`folder` is the run's own; `parameters` are a notebook's, `task_values` those of earlier tasks."""

    folder: Path
    parameters: dict[str, str] = field(default_factory=dict)
    task_values: dict[str, dict[str, Any]] = field(default_factory=dict)
    notebook_path: str = ""
    cluster_id: str = ""

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
        )
