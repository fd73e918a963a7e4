"""Where a notebook runs: `dbutils.notebook.entry_point.getDbutils().notebook().getContext()`.

Databricks does not describe it, and many notebooks read it: their path, user, cluster, job and run.
"""

import json
import os
from typing import Any, NoReturn
from urllib.parse import urlsplit

from local_workspace.dbutils.facts import RunFacts


class Option:
    """A value that may be missing, as Scala has it."""

    def __init__(self, value: str | None) -> None:
        self._value = value

    def get(self) -> str:
        """The value. Raises LookupError if there is none."""
        if self._value is None:
            raise LookupError("None.get")
        return self._value

    def getOrElse(self, default: Any) -> Any:  # noqa: N802
        """The value, or `default`."""
        return default if self._value is None else self._value

    def isDefined(self) -> bool:  # noqa: N802
        """Whether there is one."""
        return self._value is not None

    def isEmpty(self) -> bool:  # noqa: N802
        """Whether there is none."""
        return self._value is None

    def toString(self) -> str:  # noqa: N802
        """As Scala writes it."""
        return "None" if self._value is None else f"Some({self._value})"


class Tags:
    """Facts by their names."""

    def __init__(self, tags: dict[str, str]) -> None:
        self._tags = tags

    def get(self, name: str) -> Option:
        """One of them."""
        return Option(self._tags.get(name))

    def apply(self, name: str) -> str:
        """One of them. Raises LookupError if there is none."""
        return self.get(name).get()

    def contains(self, name: str) -> bool:
        """Whether there is one."""
        return name in self._tags


class NotebookContext:
    """Every value is that of a call, most as an `Option`."""

    def __init__(self, facts: RunFacts) -> None:
        host = os.environ["DATABRICKS_HOST"]
        self._path = facts.notebook_path
        self._tags = facts.tags | {
            "clusterId": facts.cluster_id,
            "notebook_path": facts.notebook_path,
            "browserHostName": urlsplit(host).netloc,
        }
        self._values = {
            "notebookPath": facts.notebook_path,
            "clusterId": facts.cluster_id,
            "apiUrl": host,
            "apiToken": os.environ["DATABRICKS_TOKEN"],
            "browserHostName": urlsplit(host).netloc,
            "userName": facts.tags.get("user"),
            "workspaceId": facts.tags.get("orgId"),
            "jobId": facts.tags.get("jobId"),
            "currentRunId": facts.tags.get("runId"),
            "rootRunId": facts.tags.get("multitaskParentRunId"),
        }

    def tags(self) -> Tags:
        """All facts by their names."""
        return Tags(self._tags)

    def toJson(self) -> str:  # noqa: N802
        """All of it as JSON."""
        run_id, root = self._values["currentRunId"], self._values["rootRunId"]
        extra = {"notebook_path": self._path, "api_url": self._values["apiUrl"]}
        return json.dumps(
            {
                "currentRunId": {"id": int(run_id)} if run_id else None,
                "rootRunId": {"id": int(root)} if root else None,
                "tags": self._tags,
                "extraContext": extra,
            }
        )

    def safeToJson(self) -> str:  # noqa: N802
        """The same: there is no token in it either."""
        return self.toJson()

    def __getattr__(self, name: str) -> Any:
        """A call that gives one of the values."""
        values = self.__dict__.get("_values", {})
        if name in values:
            return lambda: Option(values[name])
        return _refuse(name)


def _refuse(name: str) -> NoReturn:
    raise AttributeError(f"getContext().{name} is not offered by the local workspace.")
