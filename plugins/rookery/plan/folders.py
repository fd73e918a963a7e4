"""The folders that a plan names, on DBFS or in a Volume."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rookery.mistakes import Mistake

_SAFE_PATH = re.compile(r"(?:/[A-Za-z0-9_][A-Za-z0-9_.=-]*)+/?")


def check_folder(name: str) -> Iterator[Mistake]:
    """A folder on DBFS or in a Volume."""
    path = name.removeprefix("dbfs:")
    on_dbfs = name.startswith("dbfs:/") and not path.startswith("/Volumes/")
    on_volume = name.startswith("/Volumes/") and len(path.strip("/").split("/")) >= 4
    if not _SAFE_PATH.fullmatch(path) or not (on_dbfs or on_volume):
        yield Mistake(
            f"{name!r} is neither dbfs:/<folder> nor /Volumes/<catalog>/<schema>/<volume>/…, of letters, "
            "digits, '_', '-', '.' and '='"
        )
