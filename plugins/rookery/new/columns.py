"""What is in the columns of a CSV file: counts from one pass, in memory that does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from rookery.exceptions import PlanError
from rookery.sources.csv_faults import MISSING
from rookery.sources.csv_rows import csv_rows, names_of
from rookery_jobs.contract import instant, label_of, number, stripped

MOST_VALUES = 1000
"""How many different values of a column are remembered."""


@dataclass
class Column:
    """One column: in how many of its rows it is empty, a mark that says so, a number, one with a decimal
    comma, a time.

    `values` counts its different texts, marks among them, up to MOST_VALUES of them. `first` and `last` are
    those of a column that counts up in whole numbers; `last` is None for others.
    """

    name: str
    rows: int = 0
    empty: int = 0
    numbers: int = 0
    comma_numbers: int = 0
    times: int = 0
    values: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    last: int | None = None

    def add(self, text: str | None) -> None:
        """Take a row's value into account, None if it is empty."""
        self.rows += 1
        if text is None:
            self.empty += 1
            return
        if text in self.values or len(self.values) < MOST_VALUES:
            self.values[text] += 1
        if text.lower() in MISSING:
            self.marks[text] += 1
            return
        self.numbers += number(text) is not None
        self.comma_numbers += number(text.replace(".", " ").replace(",", ".")) is not None
        self.times += instant(text) is not None
        self._count_up(label_of(text, "long"))

    def _count_up(self, whole: str | None) -> None:
        if self.first is None and whole is not None and self.rows == 1:
            self.first = self.last = int(whole)
        elif self.last is not None:
            self.last = int(whole) if whole is not None and int(whole) > self.last else None

    @property
    def given(self) -> int:
        """The rows that have a value, and not a mark that there is none."""
        return self.rows - self.empty - self.marks.total()

    @property
    def is_full(self) -> bool:
        """Whether it has more different values than are remembered."""
        return len(self.values) >= MOST_VALUES

    @property
    def counts_rows(self) -> bool:
        """Whether it counts up from row to row, with few gaps."""
        if self.first is None or self.last is None:
            return False
        return self.given > 2 and self.last - self.first < 2 * self.given

    def is_numeric(self, decimal: str) -> bool:
        """Whether each value is a number with this before its fraction."""
        return 0 < self.given == (self.comma_numbers if decimal == "," else self.numbers)


def survey(content: BinaryIO, name: str) -> list[Column]:
    """The columns of a file of this `name`, written in the usual way. Raises PlanError for a file that has no
    header, no rows, or no second column."""
    with csv_rows(content) as rows:
        header = next(rows, None)
        names = names_of(header) if header else []
        columns = [Column(each) for each in names]
        for row in rows:
            if row.fields is not None and len(row.fields) == len(columns):
                _add(columns, row.fields)
    _require_table(columns, name)
    return columns


def _add(columns: Sequence[Column], fields: Sequence[str]) -> None:
    for column, text in zip(columns, fields, strict=True):
        column.add(stripped(text))


def _require_table(columns: Sequence[Column], name: str) -> None:
    if len(columns) < 2:
        raise PlanError(
            f"{name} has one column alone, {columns[0].name[:50]!r}: a plan needs a label and a feature. "
            "Between values must be a comma, a semicolon, a tab or a bar"
        )
    data = next((each.name for each in columns if number(each.name) is not None or instant(each.name)), None)
    if data is not None:
        raise PlanError(
            f"{name} has {data!r} in its first line, which is a value and no name: put a first line there "
            "that names the columns"
        )
    if not columns[0].rows:
        raise PlanError(f"{name} has no row below its header that has as many values as the header names")


def same_names(columns: Sequence[Column]) -> set[str]:
    """Names that several columns have, as Spark sees them: it ignores case."""
    ordered = sorted(each.name.lower() for each in columns)
    return {first for first, second in pairwise(ordered) if first == second}
