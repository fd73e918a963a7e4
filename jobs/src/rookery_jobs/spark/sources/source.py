"""What `prepare` asks of every kind of source."""

from collections.abc import Sequence
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession

ROW = "__row"
"""A number by which the rows of a source are in its order; see `rows` for the place of a row."""
BROKEN = "__broken_record"
"""What is there instead of a row that cannot be taken apart; null for all others."""


class Source(Protocol):
    """A module of this package: how sources of one kind are read. `source` is the kind's SourceSpec."""

    ROW_1: str
    """Which row is row 1, for messages."""

    def read(self, spark: SparkSession, source: Any, columns: Sequence[str]) -> DataFrame:
        """The columns as the text that they are in the source, with ROW and BROKEN.

        Cache it before use. Raises DataError for a source that is not there or not the one that the spec
        means, and for one without each of the columns once.
        """
        ...

    def fault_of(self, broken: str) -> str:
        """What is wrong with the row that BROKEN has, without its values."""
        ...
