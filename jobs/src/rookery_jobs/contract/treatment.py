"""What becomes of the values of the features on their way into a model's vector."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from rookery_jobs.contract.documents import Document
from rookery_jobs.errors import ContractError

CHOICES: Mapping[str, tuple[str, ...]] = {
    "missing_numeric": ("drop", "mean", "median", "mode"),
    "missing_categorical": ("drop", "category"),
    "handle_invalid": ("error", "keep"),
    "encoding": ("index", "one-hot"),
    "scaling": ("minmax", "standard", "none"),
}
"""Field → its words, the usual one first. A missing number may have a number in its place."""

MISSING_CATEGORY = " missing"
"""The category of a missing value, where it has one. No other category begins with a blank."""


@dataclass(frozen=True)
class Treatment(Document):
    """`missing_numeric`: a row without a number is dropped, or has the mean, median or mode of the train
    rows, or a constant, there. `missing_categorical`: a row without a category is dropped, or that is a
    category of its own. `handle_invalid`: a category that train does not have is refused, or all such are one
    more. `encoding` and `scaling`: how categories, and numbers, become parts of the vector.
    """

    missing_numeric: float | str = "drop"
    missing_categorical: str = "drop"
    handle_invalid: str = "error"
    encoding: str = "index"
    scaling: str = "minmax"

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if isinstance(value, str) and value not in choices:
                raise ContractError(f"{name} cannot be {value!r}; it can be {', '.join(choices)}")

    @property
    def drops_numeric(self) -> bool:
        return self.missing_numeric == "drop"

    @property
    def drops_categorical(self) -> bool:
        return self.missing_categorical == "drop"

    @property
    def keeps_unseen(self) -> bool:
        return self.handle_invalid == "keep"

    @property
    def fill(self) -> float | None:
        """The constant that missing numbers become, if it is one."""
        return None if isinstance(self.missing_numeric, str) else float(self.missing_numeric)

    def identity(self) -> dict[str, object]:
        """What is not as usual: it enters the snapshot's digest."""
        values = {one.name: (getattr(self, one.name), one.default) for one in fields(self)}
        return {name: value for name, (value, usual) in values.items() if value != usual}
