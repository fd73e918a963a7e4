"""What every kind of task is asked: what it refuses, what it needs, what it runs, and what a page shows."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.messages import Message
from local_workspace.runs.references import Values, resolved


@dataclass(frozen=True)
class Program:
    """The module that a task's process runs (`python -m`), and what it reads from its request file.

    The module writes how it ended to the file `result` of its request: see `ended`.
    """

    module: str
    request: dict[str, Any]


@dataclass(frozen=True)
class RunContext:
    """What a task needs to know of its run: where files are, and what its references stand for.

    `job_parameters` are those of the run's job, `overrides` what a client gave for this run alone (by the
    names of jobs/run-now), `task_values` what earlier tasks of the run have left (task key → name → value).
    """

    files: LocalFiles
    values: Values
    job_parameters: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    task_values: dict[str, dict[str, Any]] = field(default_factory=dict)

    def resolved(self, parameters: Iterable[str]) -> list[str]:
        """Parameters with their references replaced, and paths of this machine for those of plain Python."""
        return [self.files.translated(resolved(each, self.values)) for each in parameters]


@dataclass(frozen=True)
class Shown:
    """What a run's page says of its task: facts (name, value) and texts (heading, text)."""

    facts: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


MOST_PARAMETER_BYTES = 10_000


def check_size(task_key: str, field: str, parameters: Any) -> None:
    """Refuse parameters that are longer, as JSON, than Databricks takes."""
    size = len(json.dumps(parameters).encode())
    if size > MOST_PARAMETER_BYTES:
        raise InvalidParameterValue(
            f"Task {task_key}: the JSON of {field} must not exceed {MOST_PARAMETER_BYTES} bytes, is {size}"
        )


class Task(Message, ABC):
    """The fields of one kind of task, as a client sends them. `has_logs`: what it prints is its output."""

    has_logs: ClassVar[bool] = True

    @abstractmethod
    def check(self, task_key: str) -> None:
        """Raise `InvalidParameterValue` for what Databricks refuses, or what cannot run here."""

    @abstractmethod
    def missing(self, files: LocalFiles) -> str | None:
        """The sentence that the run ends with because a file is not there; None when all are."""

    @abstractmethod
    def program(self, context: RunContext) -> Program:
        """What the task's process runs, with the references in its parameters replaced."""

    @abstractmethod
    def shown(self) -> Shown:
        """What a page says of it."""
