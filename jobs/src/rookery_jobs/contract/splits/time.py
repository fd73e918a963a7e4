"""A split by time: the latest rows judge, those before them choose, and the earlier ones train."""

from dataclasses import dataclass

from rookery_jobs.contract.splits.split import SplitSpec
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class TimeSplitSpec(SplitSpec):
    """`column` has the time of a row, a date or an ISO 8601 timestamp. Counted back from the latest row that
    is seen, the last `test_days` are test, and the `validation_days` before them validation; with 0 of these,
    there are two sides, train and test."""

    column: str
    validation_days: int
    test_days: int
    seed: int

    def __post_init__(self) -> None:
        check_split_days(self.validation_days, self.test_days)

    @property
    def sides(self) -> tuple[str, ...]:
        return ("train", "validation", "test") if self.validation_days else ("train", "test")

    @property
    def selection_side(self) -> str:
        """`validation`, or `test` if there is none (see RandomSplitSpec)."""
        return "validation" if self.validation_days else "test"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def times(self) -> tuple[str, ...]:
        return (self.column,)

    def identity(self) -> dict[str, object]:
        return {
            "type": "time",
            "column": self.column,
            "validation_days": self.validation_days,
            "test_days": self.test_days,
            "seed": self.seed,
        }


def check_split_days(validation_days: int, test_days: int) -> None:
    """Raise ContractError for days that leave none to judge by."""
    if validation_days < 0 or test_days < 1:
        raise ContractError(
            f"validation_days {validation_days} and test_days {test_days} leave no proper split; test_days "
            "must be at least 1, validation_days at least 0"
        )
