"""A wheel's entry point: `python_wheel_task` of https://docs.databricks.com/api/azure/workspace/jobs/submit"""

from pydantic import ConfigDict, Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.runs.references import check_references, resolved
from local_workspace.runs.tasks.task import Program, RunContext, Shown, Task, check_size


class PythonWheelTask(Task):
    """A package that the task's libraries have, and the name of its entry point."""

    package_name: str
    entry_point: str
    parameters: list[str] = Field(default_factory=list)
    named_parameters: dict[str, str] = Field(default_factory=dict)

    model_config = ConfigDict(coerce_numbers_to_str=True)

    def check(self, task_key: str) -> None:
        """Refuse both forms of parameters, and parameters that are too long or refer to nothing."""
        if self.parameters and self.named_parameters:
            raise InvalidParameterValue(
                f"Task {task_key}: give either parameters or named_parameters of a wheel, not both."
            )
        check_size(task_key, "parameters", [self.parameters, self.named_parameters])
        check_references(task_key, [*self.parameters, *self.named_parameters.values()])

    def missing(self, files: LocalFiles) -> str | None:  # noqa: ARG002
        """Whether the package is there is known once its libraries are installed."""
        return None

    def program(self, context: RunContext) -> Program:
        """The entry point with its arguments; named ones are `--name=value`."""
        named = {
            name: resolved(each, context.values)
            for name, each in (
                self.named_parameters
                | (context.job_parameters if self.named_parameters else {})
                | context.overrides.get("python_named_params", {})
            ).items()
        }
        plain = context.resolved(context.overrides.get("python_params") or self.parameters)
        request = {
            "package_name": self.package_name,
            "entry_point": self.entry_point,
            "parameters": [*plain, *(f"--{name}={value}" for name, value in named.items())],
            "task_values": context.task_values,
        }
        return Program("local_workspace.runs.tasks.run_wheel", request)

    def shown(self) -> Shown:
        """The entry point, and its parameters one a line."""
        lines = [*self.parameters, *(f"--{name}={value}" for name, value in self.named_parameters.items())]
        facts = (("Package", self.package_name), ("Entry point", self.entry_point))
        return Shown(facts, (("Parameters", "\n".join(lines)),))
