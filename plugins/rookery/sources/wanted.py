"""What a plan wants of its source."""

from __future__ import annotations

from dataclasses import dataclass

Names = tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """The columns that must be there and what their values must be, and how many rows may be incomplete.

    `others` may have any value, but those among them that are `times`. With an `as_of_column`, rows whose
    time there is `as_of` or later are not looked at (an ISO 8601 instant; None: no row is).
    `max_dropped_share` is a share of the rows, from 0 to 1. `label_type` says what the label's values are;
    `optional` columns may lack a value. The label may have `max_classes`, and each categorical column
    `max_categories` (None: no limit but MAX_CLASSES). Each of the `labels` must be that of a row, and so
    must each of the categories that are `asked`, by their columns, as the model takes no others.
    Each of the split's `sides` needs a row of each class.
    """

    categorical: Names
    numeric: Names
    label: str
    others: Names = ()
    times: Names = ()
    as_of_column: str | None = None
    as_of: str | None = None
    max_dropped_share: float = 1.0
    label_type: str = "int"
    optional: Names = ()
    max_classes: int | None = None
    max_categories: int | None = None
    labels: Names = ()
    boolean: Names = ()
    asked: tuple[tuple[str, str], ...] = ()
    sides: int = 1

    @property
    def numbers(self) -> Names:
        """The columns whose values must be numbers."""
        return (*self.numeric, *([self.label] if self.label_type == "double" else []))

    @property
    def columns(self) -> Names:
        """All columns that must be there, each once."""
        timed = () if self.as_of_column is None else (self.as_of_column,)
        return tuple(
            dict.fromkeys((*self.categorical, *self.numeric, *self.boolean, self.label, *self.others, *timed))
        )
