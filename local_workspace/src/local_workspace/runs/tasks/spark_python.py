"""A Python script: `spark_python_task` of https://docs.databricks.com/api/azure/workspace/jobs/submit"""

import re

from pydantic import ConfigDict, Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.runs.references import check_references
from local_workspace.runs.tasks.task import Program, RunContext, Shown, Task, check_size


class SparkPythonTask(Task):
    """A Python script and its parameters."""

    python_file: str
    parameters: list[str] = Field(default_factory=list)
    source: str = "WORKSPACE"

    model_config = ConfigDict(coerce_numbers_to_str=True)

    def check(self, task_key: str) -> None:
        """Refuse a path outside of the workspace, and parameters that are too long or refer to nothing."""
        if not re.match(r"dbfs:/|/", self.python_file) or self.source == "GIT":
            raise InvalidParameterValue(
                f"Task {task_key}: python_file must be a path in the workspace (/Workspace/…), in a volume "
                f"(/Volumes/…) or in DBFS (dbfs:/…), got {self.python_file!r}"
            )
        check_size(task_key, "parameters", self.parameters)
        check_references(task_key, self.parameters)

    def missing(self, files: LocalFiles) -> str | None:
        """The script is read when the run begins, not when it is submitted."""
        unreadable = f"Cannot read the python file {self.python_file}"
        if not files.has(self.python_file):
            return f"{unreadable}. Please check driver logs for more details."
        if files.is_notebook(self.python_file):
            return (
                f"{unreadable}: it is a notebook. Import the script as a file (format RAW, or AUTO without "
                "the first line of a notebook)."
            )
        return None

    def program(self, context: RunContext) -> Program:
        """The script with its parameters, under the name that the client knows."""
        request = {
            "script": str(context.files.path(self.python_file)),
            "name": self.python_file,
            "parameters": context.resolved(context.overrides.get("python_params") or self.parameters),
            "task_values": context.task_values,
        }
        return Program("local_workspace.runs.tasks.run_script", request)

    def shown(self) -> Shown:
        """The script's path, and its parameters one a line."""
        return Shown((("Script", self.python_file),), (("Parameters", "\n".join(self.parameters)),))
