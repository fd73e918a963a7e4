"""What every task is asked that needs no cluster: what it refuses, and what a page shows."""

from abc import ABC, abstractmethod

from local_workspace.messages import Message
from local_workspace.runs.tasks.task import Shown


class ControlTask(Message, ABC):
    """The fields of one such task, as a client sends them."""

    @abstractmethod
    def check(self, task_key: str) -> None:
        """Raise `InvalidParameterValue` for what Databricks refuses."""

    @abstractmethod
    def shown(self) -> Shown:
        """What a page says of it."""
