"""A CSV file that is written in another way than Spark is to read it: written anew, row by row.

So the cluster, the survey of the file and its digest know one way alone: UTF-8, commas, RFC 4180, a row on
each line, numbers with a point, and nothing where a value is missing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from rookery.exceptions import DownloadError
from rookery.mistakes import Mistake
from rookery.sources.csv_faults import never_closed, unclosed_quote
from rookery.sources.csv_rows import LONGEST_LINE, Lines, is_cut
from rookery.sources.fetching.download import Fetched
from rookery_jobs.contract import stripped

CSV_FIELDS = ("delimiter", "quote", "escape", "decimal", "encoding")
"""What of it Spark can read as it is."""

_BETWEEN = "\r\n\0 "

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_SWAPPED = str.maketrans(".,", ",.")


def check_character(value: str) -> Iterator[Mistake]:
    """What stands between or around values, or before a quote."""
    if len(value) != 1 or value in _BETWEEN:
        yield Mistake(f"{value!r} is not one character that can stand between or around values")


@dataclass(frozen=True)
class Writing:
    """How a file is written: see the fields of CsvSource."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "UTF-8"
    decimal: str = "."
    missing: tuple[str, ...] = ()
    multiline: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether Spark reads it as it is."""
        return self == Writing()


def as_in_the_file(number: str, writing: Writing) -> str:
    """The text of a number that was written anew, as it was before."""
    return number.translate(_SWAPPED) if writing.decimal == "," else number


def not_text(writing: Writing) -> str:
    """What is wrong with bytes that are no text in the encoding of the file: the rest of a sentence."""
    if writing.encoding == Writing().encoding:
        return "is not UTF-8: save the file as UTF-8, or say its encoding, such as 'windows-1252'"
    return f"is not {writing.encoding}: say the file's own encoding, or save it as UTF-8"


def rewrite(
    content: BinaryIO, target: BinaryIO, writing: Writing, numbers: Collection[str], name: str
) -> Fetched:
    """Write a file of this `name` to `target` in the usual way; `numbers` are its columns of numbers.

    Raises DownloadError for a line break within quotes, where the file may have none, for a quote that is
    never closed, and for bytes that cannot be of its encoding.
    """
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    header: list[str] = []
    for row in _rows(content, writing, name):
        if header:
            writer.writerow(_usual(row, header, writing, numbers))
        else:
            names = [_LINE_BREAK.sub(" ", each) for each in row]
            header = [stripped(each) or "" for each in names]
            writer.writerow(names)
    text.detach()
    return _measured(target)


def _rows(content: BinaryIO, writing: Writing, name: str) -> Iterator[list[str]]:
    content.seek(0)
    encoding = "utf-8-sig" if writing.encoding.lower() in ("utf-8", "utf8") else writing.encoding
    text = io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="")
    csv.field_size_limit(LONGEST_LINE)
    doubled = writing.escape == writing.quote
    lines = Lines(text, blank_ones=True)
    reader = csv.reader(
        lines,
        delimiter=writing.delimiter,
        quotechar=writing.quote,
        doublequote=doubled,
        escapechar=None if doubled else writing.escape,
    )
    number = before = 0
    try:
        for row in reader:
            place = f"row {number}" if number else "its header"
            if lines.ended and writing.multiline:
                raise DownloadError(never_closed(name, place))
            on_one_line = reader.line_num == before + 1
            if lines.ended or (not on_one_line and not writing.multiline):
                raise DownloadError(unclosed_quote(name, place))
            if on_one_line and is_cut(lines.last, writing.delimiter, writing.quote, writing.escape):
                raise DownloadError(unclosed_quote(name, place))
            before = reader.line_num
            if any(field.strip() for field in row):
                yield row
                number += 1
    except UnicodeError as error:
        raise DownloadError(f"{name} is not {writing.encoding} ({error}): say its own encoding") from error
    except csv.Error as error:
        raise DownloadError(
            f"{name}, row {number}: it cannot be read as CSV: {error}; is a quote never closed?"
        ) from error
    finally:
        # The file is still needed: else it would be closed with its wrapper.
        text.detach()


def _usual(
    row: Sequence[str], header: Sequence[str], writing: Writing, numbers: Collection[str]
) -> Iterator[str]:
    for place, field in enumerate(row):
        value = "" if stripped(field) in writing.missing else _LINE_BREAK.sub(" ", field)
        # A point is then none of a fraction, and must not become one.
        swapped = writing.decimal == "," and place < len(header) and header[place] in numbers
        yield value.translate(_SWAPPED) if swapped else value


def _measured(target: BinaryIO) -> Fetched:
    target.seek(0)
    digest, size = hashlib.sha256(), 0
    while block := target.read(1 << 16):
        digest.update(block)
        size += len(block)
    return Fetched(size, digest.hexdigest())
