"""An if/else: `condition_task`. It compares two texts, in which references have been replaced.

https://learn.microsoft.com/azure/databricks/jobs/if-else: `==` and `!=` compare texts, the others numbers.
"""

import operator
from typing import Literal

from pydantic import ConfigDict

from local_workspace.runs.control.task import ControlTask
from local_workspace.runs.references import Values, check_references, resolved
from local_workspace.runs.tasks.task import Shown

_OF_NUMBERS = {
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN": operator.lt,
    "LESS_THAN_OR_EQUAL": operator.le,
}


class NotComparable(ValueError):
    """An operand is not a number where one is needed."""


class ConditionTask(ControlTask):
    """Left, operator, right."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    op: Literal[
        "EQUAL_TO", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"
    ]
    left: str
    right: str

    def check(self, task_key: str) -> None:
        """Refuse a reference to nothing."""
        check_references(task_key, [self.left, self.right])

    def shown(self) -> Shown:
        """The comparison."""
        return Shown((("Condition", f"{self.left} {self.op} {self.right}"),))

    def holds(self, values: Values) -> bool:
        """Whether it is so, with these values for references. Raises `NotComparable`."""
        left, right = resolved(self.left, values), resolved(self.right, values)
        if self.op in ("EQUAL_TO", "NOT_EQUAL"):
            return (left == right) is (self.op == "EQUAL_TO")
        return bool(_OF_NUMBERS[self.op](_number(left), _number(right)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise NotComparable(f"Failed to evaluate condition: {text!r} is not a number.") from error
