"""The rows of a CSV file in hand, as Spark will read them: by RFC 4180, every row on one line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, TextIO

from rookery_jobs.contract import stripped

LONGEST_LINE = 1 << 22
"""Characters. Whatever is sent, no more than that is held at once."""


class Lines:
    """The lines of a text, one by one, with `blank_ones` or without. They have `ended` once there was no more
    to give: a row that still asked for one has a quote that is never closed. `last` is the one that was given
    last."""

    def __init__(self, text: TextIO, *, blank_ones: bool) -> None:
        self._text = text
        self._blank_ones = blank_ones
        self.ended = False
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while line := self._text.readline(LONGEST_LINE):
            if self._blank_ones or any(character > " " for character in line):
                self.last = line
                return line
        self.ended = True
        raise StopIteration


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


def is_cut(line: str, delimiter: str = ",", quote: str = '"', escape: str = '"') -> bool:
    """Whether a value that begins on this line goes on in the next one, though to all readers that is a row
    of its own: blanks stand before its quote, and nothing closes it."""
    if f" {quote}" not in line and f"\t{quote}" not in line:
        return False
    before, around = re.escape(delimiter), re.escape(quote)
    escaped = 2 * around if escape == quote else f"{re.escape(escape)}."
    rest = re.sub(f"(^|{before}){around}[^{around}]*{around}", r"\1", re.sub(escaped, "", line))
    return re.search(f"(^|{before})[ \t]+{around}[^{around}]*$", rest) is not None


def names_of(header: CsvRow) -> list[str]:
    """The names of the columns, without the blanks around them."""
    return [stripped(each) or "" for each in header.fields or []]


def _rows(text: TextIO) -> Iterator[CsvRow]:
    lines = Lines(text, blank_ones=False)
    reader = csv.reader(lines)
    number = 0
    while True:
        before = reader.line_num
        try:
            fields = next(reader, None)
        except csv.Error:
            fields = []
        if fields is None:
            return
        if not fields or lines.ended or reader.line_num != before + 1 or is_cut(lines.last):
            yield CsvRow(number, None)
            return
        yield CsvRow(number, fields)
        number += 1
