"""A notebook: `notebook_task` of https://docs.databricks.com/api/azure/workspace/jobs/submit"""

from typing import ClassVar

from pydantic import ConfigDict, Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.runs.references import check_references, resolved
from local_workspace.runs.tasks.task import Program, RunContext, Shown, Task, check_size


class NotebookTask(Task):
    """A notebook and its parameters, which its widgets show."""

    has_logs: ClassVar[bool] = False

    notebook_path: str
    base_parameters: dict[str, str] = Field(default_factory=dict)
    source: str = "WORKSPACE"

    model_config = ConfigDict(coerce_numbers_to_str=True)

    def check(self, task_key: str) -> None:
        """Refuse a path that is not absolute, and parameters that are too long or refer to nothing."""
        if not self.notebook_path.startswith("/") or self.source == "GIT":
            raise InvalidParameterValue(
                f"Task {task_key}: notebook_path must be an absolute path in the workspace, got "
                f"{self.notebook_path!r}"
            )
        check_size(task_key, "base_parameters", self.base_parameters)
        check_references(task_key, self.base_parameters.values())

    def missing(self, files: LocalFiles) -> str | None:
        """The notebook is read when the run begins, not when it is submitted."""
        if files.is_notebook(self.notebook_path):
            return None
        return f"Unable to access the notebook {self.notebook_path}. It does not exist, or is a file."

    def program(self, context: RunContext) -> Program:
        """The notebook, with the parameters of the run before those of its job before its own."""
        given = self.base_parameters | context.job_parameters | context.overrides.get("notebook_params", {})
        files = context.files
        request = {
            "notebook": str(files.path(self.notebook_path)),
            "notebook_path": self.notebook_path,
            "language": files.language(self.notebook_path),
            "named_parameters": {name: resolved(each, context.values) for name, each in given.items()},
            "task_values": context.task_values,
        }
        return Program("local_workspace.runs.tasks.run_notebook", request)

    def shown(self) -> Shown:
        """The notebook's path, and its parameters one a line."""
        lines = "\n".join(f"{name}={value}" for name, value in self.base_parameters.items())
        return Shown((("Notebook", self.notebook_path),), (("Parameters", lines),))
