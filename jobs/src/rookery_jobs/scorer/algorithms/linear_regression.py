"""Linear regression."""

from dataclasses import dataclass
from typing import ClassVar

from ..stage import Columns, Vector


@dataclass(frozen=True)
class LinearRegression:
    """The sum of the features, each times its coefficient, and the intercept."""

    arrays: ClassVar = ("coefficients",)

    featuresCol: str  # noqa: N815  (Spark's name)
    intercept: float
    coefficients: Vector

    def transform(self, columns: Columns) -> None:
        """Adds `prediction`, a float64."""
        columns["prediction"] = columns[self.featuresCol] @ self.coefficients + self.intercept
