"""What is in the columns of a CSV file: counts from one pass, in memory that does not grow with the file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from rookery.exceptions import PlanError
from rookery.sources.csv_faults import MISSING, is_grouped
from rookery.sources.csv_rows import csv_rows, names_of
from rookery_jobs.contract import instant, label_of, number, stripped

MOST_VALUES = 1000
"""How many different values of a column are remembered."""

_NEARLY_ALL = 0.8
_CODE = re.compile("0[0-9]+")


@dataclass
class Column:
    """One column: in how many of its rows it is empty, a mark that says so, a number, one with a decimal
    comma, a time, true or false.

    `clear_commas` counts commas that can be no separators of thousands, `codes` whole numbers with a zero
    before them, `quoted` texts with quotes that are a part of them. `grouped` is the first number that has
    separators of thousands, or may have them, `odd` the first text that is no number at all. `values` counts
    its different texts, marks among them, up to MOST_VALUES of them. `first` and `last` are those of a column
    that counts up in whole numbers; `last` is None for others.
    """

    name: str
    rows: int = 0
    empty: int = 0
    numbers: int = 0
    comma_numbers: int = 0
    clear_commas: int = 0
    codes: int = 0
    quoted: int = 0
    grouped: str | None = None
    odd: str | None = None
    times: int = 0
    booleans: int = 0
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
        self._count_numbers(text)
        self.codes += _CODE.fullmatch(text) is not None
        self.quoted += len(text) > 1 and text[0] == text[-1] == '"'
        self.times += instant(text) is not None
        self.booleans += label_of(text, "boolean") is not None
        self._count_up(label_of(text, "long"))

    def _count_numbers(self, text: str) -> None:
        is_number = number(text) is not None
        is_comma_number = number(text.replace(".", " ").replace(",", ".")) is not None
        self.numbers += is_number
        self.comma_numbers += is_comma_number
        if is_grouped(text):
            self.grouped = self.grouped or text
        elif is_comma_number and "," in text:
            self.clear_commas += 1
        elif not (is_number or is_comma_number):
            self.odd = self.odd or text

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

    @property
    def is_boolean(self) -> bool:
        """Whether each value is true or false."""
        return 0 < self.given == self.booleans

    @property
    def has_groups(self) -> bool:
        """Whether all values are numbers, but some have, or may have, separators of thousands."""
        return self.odd is None and self.grouped is not None

    def mostly_numeric(self, decimal: str) -> bool:
        """Whether nearly all of the values are numbers, but for some text."""
        numbers = self.comma_numbers if decimal == "," else self.numbers
        return self.odd is not None and numbers >= _NEARLY_ALL * self.given

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
        other = 0
        for row in rows:
            if row.fields is not None and len(row.fields) == len(columns):
                _add(columns, row.fields)
            elif row.fields is not None:
                other = other or len(row.fields)
    _require_table(columns, name, other)
    return columns


def _add(columns: Sequence[Column], fields: Sequence[str]) -> None:
    for column, text in zip(columns, fields, strict=True):
        column.add(stripped(unicodedata.normalize("NFC", text)))


def _require_table(columns: Sequence[Column], name: str, other: int) -> None:
    """`other` is how many values the first row has that has more or fewer than the header, if one has."""
    if columns[0].name.lower() == "sep=":
        raise PlanError(f"{name} begins with a line for Excel, 'sep=…': take it off")
    if len(columns) < 2:
        raise PlanError(
            f"{name} has one column alone, {columns[0].name[:50]!r}: a plan needs a label and a feature. "
            "Between values must be a comma, a semicolon, a tab or a bar, and the first line must name the "
            "columns"
        )
    data = next((each.name for each in columns if number(each.name) is not None or instant(each.name)), None)
    if data is not None:
        raise PlanError(
            f"{name} has {data!r} in its first line, which is a value and no name: put a first line there "
            "that names the columns"
        )
    if not columns[0].rows:
        there = f"; the first has {other}, and it names {len(columns)}" if other else ""
        raise PlanError(
            f"{name} has no row below its header that has as many values as the header names{there}"
        )
    quoted = next((each.name for each in columns if 0 < each.given == each.quoted), None)
    if quoted is not None:
        raise PlanError(
            f"{name} has blanks before the quotes in column {quoted!r}, so that to all readers the quotes "
            "are a part of its values: take the blanks off"
        )


def same_names(columns: Sequence[Column]) -> set[str]:
    """Names that several columns have, as Spark sees them: it ignores case."""
    ordered = sorted(each.name.lower() for each in columns)
    return {first for first, second in pairwise(ordered) if first == second}
