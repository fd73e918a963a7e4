"""A CSV file in hand: whether it is one, with the columns that a plan needs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from rookery.exceptions import DownloadError

_HEADER_LIMIT = 1 << 20


def check_header(content: BinaryIO, name: str, columns: Sequence[str]) -> None:
    """Raise DownloadError, with the file's `name`, unless its first line names every column once."""
    content.seek(0)
    line = content.readline(_HEADER_LIMIT)
    try:
        names = next(csv.reader(io.StringIO(line.decode("utf-8-sig"))), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise DownloadError(f"{name} is not CSV in UTF-8: {error}") from error
    wrong = [column for column in columns if names.count(column) != 1]
    if wrong:
        shown = ", ".join(each[:50] for each in names[:50]) or "nothing"
        raise DownloadError(
            f"{name} must have the columns {', '.join(wrong)} once each in its header line; found there: "
            f"{shown}"
        )
