"""A file that comes compressed: unpacked as it is read, and no further than it may be long."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from typing import BinaryIO

from rookery.exceptions import DownloadError
from rookery.sources.fetching.download import Fetched

_GZIP = b"\x1f\x8b"
# How other archives begin, and what they are called.
_OTHERS = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
}
_WORKBOOK = b"\xd0\xcf\x11\xe0"
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_BLOCK = 1 << 16


def unpack(content: BinaryIO, target: BinaryIO, name: str, limit: int) -> Fetched | None:
    """Write what is in a gzip file of this `name` to `target`; None if it is none, whatever its name.

    Raises DownloadError for a broken file, for one with more than `limit` bytes in it, and for other
    archives.
    """
    content.seek(0)
    begin = content.read(8)
    content.seek(0)
    if begin.startswith(_GZIP):
        return _unpacked(content, target, name, limit)
    if begin.startswith(_WORKBOOK) or (begin.startswith(b"PK") and name.lower().endswith(_WORKBOOKS)):
        raise DownloadError(f"{name} is a workbook of a spreadsheet, not CSV: save its sheet as CSV UTF-8")
    for magic, kind in _OTHERS.items():
        if begin.startswith(magic):
            raise DownloadError(
                f"{name} is {kind}, not CSV: unpack it, or compress it with gzip (Parquet is read where it "
                "is: put it into the workspace, and name it as FilesSource)"
            )
    return None


def _unpacked(content: BinaryIO, target: BinaryIO, name: str, limit: int) -> Fetched:
    digest, size = hashlib.sha256(), 0
    try:
        with gzip.GzipFile(fileobj=content, mode="rb") as archive:
            while block := archive.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise DownloadError(f"{name} has more than the {limit} bytes allowed once it is unpacked")
                digest.update(block)
                target.write(block)
    except (EOFError, OSError, zlib.error) as error:
        raise DownloadError(f"{name} is a broken gzip file: {error}; make it anew") from error
    return Fetched(size, digest.hexdigest())
