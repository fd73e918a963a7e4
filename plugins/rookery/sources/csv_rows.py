"""The rows of a CSV file in hand, as Spark will read them: by RFC 4180, every row on one line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from rookery_jobs.contract import stripped

LONGEST_LINE = 1 << 22
"""Characters. Whatever is sent, no more than that is held at once."""


class CsvRow(NamedTuple):
    """One row: its number (0 is the header, 1 follows it) and its fields; None for those of a row that is not
    on one line. Such a row is the last, since nothing can be told of what follows."""

    number: int
    fields: list[str] | None


@contextmanager
def csv_rows(content: BinaryIO) -> Iterator[Iterator[CsvRow]]:
    """The header and the rows of a file, one by one; blank lines are left out, as Spark does."""
    content.seek(0)
    text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="replace", newline="")
    csv.field_size_limit(LONGEST_LINE)
    try:
        yield _rows(text)
    finally:
        # The file is still needed: else it would be closed with its wrapper.
        text.detach()


def names_of(header: CsvRow) -> list[str]:
    """The names of the columns, without the blanks around them."""
    return [stripped(each) or "" for each in header.fields or []]


def _rows(text: io.TextIOWrapper) -> Iterator[CsvRow]:
    reader = csv.reader(_lines(text))
    number = 0
    while True:
        before = reader.line_num
        try:
            fields = next(reader, None)
        except csv.Error:
            fields = []
        if fields is None:
            return
        if not fields or reader.line_num != before + 1:
            yield CsvRow(number, None)
            return
        yield CsvRow(number, fields)
        number += 1


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if any(character > " " for character in line):
            yield line
