"""A Python script: `spark_python_task` of https://docs.databricks.com/api/azure/workspace/jobs/submit"""

import json
import re

from pydantic import ConfigDict, Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.runs.tasks.task import Program, Shown, Task

MOST_PARAMETER_BYTES = 10_000


class SparkPythonTask(Task):
    """A Python script and its parameters."""

    python_file: str
    parameters: list[str] = Field(default_factory=list)
    source: str = "WORKSPACE"

    model_config = ConfigDict(coerce_numbers_to_str=True)

    def check(self, task_key: str) -> None:
        """Refuse a path that is none of the workspace's, and parameters that are too long."""
        if not re.match(r"dbfs:/|/", self.python_file) or self.source == "GIT":
            raise InvalidParameterValue(
                f"Task {task_key}: python_file must be a path in the workspace (/Workspace/…), in a volume "
                f"(/Volumes/…) or in DBFS (dbfs:/…), got {self.python_file!r}"
            )
        size = len(json.dumps(self.parameters).encode())
        if size > MOST_PARAMETER_BYTES:
            raise InvalidParameterValue(
                f"Task {task_key}: the JSON of parameters must not exceed {MOST_PARAMETER_BYTES} bytes, "
                f"is {size}"
            )

    def missing(self, files: LocalFiles) -> str | None:
        """The script is read when the run begins, not when it is submitted."""
        if files.has(self.python_file):
            return None
        return f"Cannot read the python file {self.python_file}. Please check driver logs for more details."

    def program(self, files: LocalFiles) -> Program:
        """The script with its parameters, under the name that the client knows."""
        request = {
            "script": str(files.path(self.python_file)),
            "name": self.python_file,
            "parameters": [files.translated(each) for each in self.parameters],
        }
        return Program("local_workspace.runs.tasks.run_script", request)

    def shown(self) -> Shown:
        """The script's path, and its parameters one a line."""
        return Shown((("Script", self.python_file),), (("Parameters", "\n".join(self.parameters)),))
