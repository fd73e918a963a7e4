"""One library, of a cluster or of a task: a package of an index, a wheel, or a list of them.

https://docs.databricks.com/api/azure/workspace/libraries/install
"""

from typing import Any

from pydantic import ConfigDict

from local_workspace.clusters.runtimes.offered import runtime_version
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.messages import Message

_DBFS_ALLOWED = "spark.databricks.driver.dbfsLibraryInstallationAllowed"
_NOT_ON_DBFS = 15


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

    def check(self, whose: str) -> None:
        """Raise `InvalidParameterValue` for a kind of library that cannot be installed here.

        `whose`: the task or cluster that has it, for the message.
        """
        if unknown := sorted(self.model_extra or {}):
            raise InvalidParameterValue(
                f"{whose}: a library of kind {', '.join(unknown)} is not supported by this "
                "workspace, only pypi, whl and requirements are."
            )
        if sum(map(bool, (self.pypi, self.whl, self.requirements))) != 1:
            raise InvalidParameterValue(
                f"{whose}: a library is one of pypi, whl and requirements, got {self.model_dump()}"
            )

    def refusal(self, cluster: ClusterSpec) -> str:
        """Why a cluster does not take it, as runtimes from 15 on take none of DBFS; "" if it does."""
        path = self.whl or self.requirements
        is_allowed = cluster.spark_conf.get(_DBFS_ALLOWED, "").lower() == "true"
        major = int(runtime_version(cluster.spark_version).partition(".")[0])
        if is_allowed or major < _NOT_ON_DBFS or not path.startswith(("dbfs:/", "/dbfs/")):
            return ""
        return (
            f"Libraries on DBFS are not installed by runtimes from {_NOT_ON_DBFS} on: put {path} into a "
            f"volume or the workspace, or set {_DBFS_ALLOWED} to true."
        )

    def pip_arguments(self, files: LocalFiles) -> list[str]:
        """What `pip install` is told."""
        if self.whl:
            return [str(files.path(self.whl))]
        if self.requirements:
            return ["-r", str(files.path(self.requirements))]
        assert self.pypi is not None  # noqa: S101 - checked when it was asked for
        return [*(["--index-url", self.pypi.repo] if self.pypi.repo else []), self.pypi.package]

    def to_wire(self) -> dict[str, Any]:
        """As it was asked for."""
        return self.model_dump(exclude_unset=True)
