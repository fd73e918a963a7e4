"""How a CSV file is written, guessed: its encoding, what is between values, whether they have line breaks."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import replace
from typing import BinaryIO

from rookery.exceptions import PlanError
from rookery.sources.csv_rows import LONGEST_LINE
from rookery.sources.csv_writing import Writing

_BLOCK = 1 << 20
_DELIMITERS = ",;\t|"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def guess(content: BinaryIO, name: str) -> Writing:
    """How the file of this `name` is written. Raises PlanError for one that is no text or has none."""
    encoding = _encoding(content, name)
    delimiter = _delimiter(_first_line(content, encoding), name)
    writing = Writing(delimiter=delimiter, encoding=encoding)
    return replace(writing, multiline=_has_line_breaks(content, writing))


def _encoding(content: BinaryIO, name: str) -> str:
    content.seek(0)
    begin = content.read(2)
    if begin.startswith(_UTF_16):
        return "UTF-16"
    for encoding in ("UTF-8", "windows-1252"):
        if _decodes(content, encoding):
            return encoding
    if _has_nul(content):
        raise PlanError(f"{name} has NUL characters, which are in no text: save it as CSV in UTF-8")
    raise PlanError(f"{name} is neither UTF-8 nor windows-1252: save it as CSV in UTF-8")


def _decodes(content: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is text in this encoding; a NUL is in no text."""
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := content.read(_BLOCK):
            if b"\0" in block:
                return False
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _has_nul(content: BinaryIO) -> bool:
    content.seek(0)
    return any(b"\0" in block for block in iter(lambda: content.read(_BLOCK), b""))


def _first_line(content: BinaryIO, encoding: str) -> str:
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="")
    try:
        return next((line for line in iter(lambda: text.readline(LONGEST_LINE), "") if line.strip()), "")
    finally:
        text.detach()


def _delimiter(header: str, name: str) -> str:
    """What is most often in the header, outside of quotes."""
    if not header:
        raise PlanError(f"{name} is empty: the first line must name its columns")
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _has_line_breaks(content: BinaryIO, writing: Writing) -> bool:
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=writing.encoding, errors="replace", newline="")
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(iter(lambda: text.readline(LONGEST_LINE), ""), delimiter=writing.delimiter)
    try:
        return any(reader.line_num != number for number, _ in enumerate(reader, 1))
    except csv.Error:
        return False  # the survey of the file says where
    finally:
        text.detach()
