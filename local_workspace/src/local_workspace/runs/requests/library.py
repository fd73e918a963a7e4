"""Libraries of a task: what pip installs before the task runs, into a folder that ends with its run.

https://docs.databricks.com/api/azure/workspace/jobs/create (`libraries`)
"""

from pydantic import ConfigDict

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.messages import Message


class PyPi(Message):
    """A package of an index, as pip names it."""

    package: str
    repo: str = ""


class Library(Message):
    """One of these; kinds that this workspace does not have are kept, to be refused by name."""

    model_config = ConfigDict(extra="allow")

    pypi: PyPi | None = None
    whl: str = ""
    requirements: str = ""

    def check(self, task_key: str) -> None:
        """Raise `InvalidParameterValue` for a kind of library that cannot be installed here."""
        if unknown := sorted(self.model_extra or {}):
            raise InvalidParameterValue(
                f"Task {task_key}: a library of kind {', '.join(unknown)} is not supported by this "
                "workspace, only pypi, whl and requirements are."
            )
        if sum(map(bool, (self.pypi, self.whl, self.requirements))) != 1:
            raise InvalidParameterValue(
                f"Task {task_key}: a library is one of pypi, whl and requirements, got {self.model_dump()}"
            )

    def pip_arguments(self, files: LocalFiles) -> list[str]:
        """What `pip install` is told."""
        if self.whl:
            return [str(files.path(self.whl))]
        if self.requirements:
            return ["-r", str(files.path(self.requirements))]
        assert self.pypi is not None  # noqa: S101 - checked when it was asked for
        return [*(["--index-url", self.pypi.repo] if self.pypi.repo else []), self.pypi.package]
