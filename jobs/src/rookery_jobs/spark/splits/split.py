"""What `prepare` asks of every kind of split."""

from collections.abc import Sequence
from typing import Any, Protocol

from pyspark.sql import Column, DataFrame


class Split(Protocol):
    """A module of this package: how the split of one kind is made."""

    def side(self, rows: DataFrame, split: Any, row: Sequence[str]) -> Column:
        """The side of each of the rows, one of `split.sides`: it follows from the columns of the `row`
        (features and label) or from those that the split names.

        `split` is the kind's SplitSpec.
        """
        ...
