"""Which files a folder has, and what is in them, as Spark finds them: names that begin with `_` or `.` are
of no data."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract.documents import canonical_json
from rookery_jobs.contract.lists import first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.reading.unreadable import readable

MOST_FILES = 10_000
# Spark takes a path with such a character for a pattern.
_PATTERN = frozenset("{}[]*?\\")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:(//[^/]*)?")
# Above it, a file is read piece by piece, as Spark would hold all of it in memory.
_LARGE_BYTES = 64 << 20


@dataclass(frozen=True)
class FoundFile:
    """A file: its path as Spark takes it, bytes, and milliseconds since 1970 of its last change."""

    path: str
    size: int
    modified: int


def find_files(spark: SparkSession, paths: Sequence[str], source: str) -> tuple[FoundFile, ...]:
    """The files at these paths, and in folders below them, sorted; nothing of them is read.

    Raises DataError, naming the `source`, if there are none, too many, or names that Spark does not take.
    """
    found = _binary(spark, paths, source).select("path", "length", _milliseconds()).limit(MOST_FILES + 1)
    files = tuple(sorted((FoundFile(*row) for row in found.collect()), key=lambda each: each.path))
    if not files:
        raise DataError(f"the source {source} has no file")
    if len(files) > MOST_FILES:
        raise DataError(f"the source {source} has more than {MOST_FILES} files: write it in larger ones")
    patterns = [each.path for each in files if _PATTERN.intersection(each.path)]
    if patterns:
        raise DataError(
            f"Spark takes a path with one of {''.join(sorted(_PATTERN))} for a pattern: rename "
            f"{first_ten(patterns)}"
        )
    return files


def content_hashes(spark: SparkSession, files: Sequence[FoundFile]) -> dict[str, str]:
    """The hex SHA-256 of every file's content, by its path."""
    small = [each.path for each in files if each.size <= _LARGE_BYTES]
    large = [each.path for each in files if each.size > _LARGE_BYTES]
    hashed = {path: ClusterFiles(spark).sha256(path) for path in large}
    if small:
        content = _binary(spark, small, small[0]).select("path", F.sha2("content", 256).alias("sha256"))
        hashed |= {row["path"]: row["sha256"] for row in content.collect()}
    return hashed


def below(path: str, root: str) -> str:
    """The part of a file's path below a folder; nothing of the path that is the root itself."""
    return _path_of(path).removeprefix(_path_of(root).rstrip("/")).lstrip("/")


def listing(root: str, files: Iterable[FoundFile], hashes: dict[str, str]) -> str:
    """The text that tells these files' names below the root, and their content."""
    return canonical_json(sorted([below(each.path, root), each.size, hashes[each.path]] for each in files))


def sha256_of(text: str) -> str:
    """The hex SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _binary(spark: SparkSession, paths: Sequence[str], source: str) -> DataFrame:
    with readable(source):
        reader = spark.read.format("binaryFile").option("recursiveFileLookup", True)
        return reader.load(list(paths))


def _milliseconds() -> Column:
    return F.expr("unix_millis(modificationTime)")


def _path_of(location: str) -> str:
    # Not by a parser of URLs: a name may have a # or a ?.
    return _SCHEME.sub("", location)
