"""A split by chance: the side of a row follows from a hash of it and the seed."""

from dataclasses import dataclass

from rookery_jobs.contract.columns import check_name
from rookery_jobs.contract.splits.split import SplitSpec
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class RandomSplitSpec(SplitSpec):
    """The sizes are shares of the rows; a `validation_size` of 0 leaves two sides, train and test.

    `split_key` names a column whose equal values stay on one side (None: the row itself is the key).
    """

    validation_size: float
    test_size: float
    seed: int
    split_key: str | None

    def __post_init__(self) -> None:
        check_split_sizes(self.validation_size, self.test_size)

    @property
    def sides(self) -> tuple[str, ...]:
        return ("train", "validation", "test") if self.validation_size > 0 else ("train", "test")

    @property
    def selection_side(self) -> str:
        """`validation`, or `test` if there is none: then the winner is judged on the rows that chose it, and
        its test metrics are better than those of new rows would be."""
        return "validation" if self.validation_size > 0 else "test"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.split_key,) if self.split_key else ()

    def identity(self) -> dict[str, object]:
        return {
            "type": "random",
            "validation_size": float(self.validation_size),
            "test_size": float(self.test_size),
            "seed": self.seed,
            "split_key": self.split_key,
        }


def check_split_sizes(validation_size: float, test_size: float) -> None:
    """Raise ContractError for shares that leave no row to train on, or none to judge by."""
    if validation_size < 0 or test_size <= 0 or validation_size + test_size >= 1:
        raise ContractError(
            f"validation_size {validation_size:g} and test_size {test_size:g} leave no proper split; "
            "test_size must be above 0, validation_size at least 0, their sum below 1"
        )


def check_split_key(name: str, label: str) -> None:
    """Raise ContractError for a `split_key` with an unsafe name, or that is the label."""
    check_name(name)
    if name.lower() == label.lower():
        raise ContractError(
            f"column {name!r} is the label; each class would be on one side of the split only"
        )
