"""What every kind of task is asked: what it refuses, what it needs, what it runs, and what a page shows."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from local_workspace.files.local_files import LocalFiles
from local_workspace.messages import Message
from local_workspace.runs.references import Values


@dataclass(frozen=True)
class Program:
    """The module that a task's process runs (`python -m`), and what it reads from its request file.

    The module writes how it ended to the file `result` of its request: see `ended`.
    """

    module: str
    request: dict[str, Any]


@dataclass(frozen=True)
class RunContext:
    """What a task needs to know of its run: where files are, and what its references stand for."""

    files: LocalFiles
    values: Values


@dataclass(frozen=True)
class Shown:
    """What a run's page says of its task: facts (name, value) and texts (heading, text)."""

    facts: tuple[tuple[str, str], ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


class Task(Message, ABC):
    """The fields of one kind of task, as a client sends them."""

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
