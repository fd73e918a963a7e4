"""What `prepare` asks of every kind of source."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.contract import SourceSpec


class Pinned(Protocol):
    """A source of which it is known what is in it."""

    @property
    def spec(self) -> SourceSpec:
        """The source with all that tells its content."""
        ...

    @property
    def listing(self) -> str | None:
        """What was listed to tell the content, for the snapshot's folder."""
        ...

    def read(self, columns: Sequence[str], numbers: Collection[str] = ()) -> DataFrame:
        """The columns as the text that they are in the source, with ROW, FILE and BROKEN (`reading.marks`).

        Those that are `numbers` have a point before a fraction, whatever the source has there.
        Cache it before use. Raises DataError for a source that is not there or not the one that the spec
        means, and for one without each of the columns once.
        """
        ...

    def check_unchanged(self) -> None:
        """Raise DataError if what was read may be another content than that of the spec."""
        ...


class Source(Protocol):
    """A module of this package: how sources of one kind are read."""

    ROW_1: str
    """Which row is row 1, for messages."""

    def pin(self, spark: SparkSession, source: Any) -> Pinned:
        """The source, a SourceSpec of this kind, with its content. Raises DataError."""
        ...

    def number_of(self, source: Any, text: str) -> str:
        """The text of a number, as `read` gives it, as the source has it."""
        ...

    def fault_of(self, source: Any, broken: str) -> str:
        """What is wrong with the row that BROKEN has, without its values."""
        ...
