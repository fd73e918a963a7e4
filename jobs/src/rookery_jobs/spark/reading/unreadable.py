"""What Spark says of a source that it cannot read, as an error of ours with the one line that matters."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from rookery_jobs.errors import DataError

_NO_FILE_SYSTEM = re.compile(
    r"No FileSystem for scheme|ClassNotFoundException: Class org\.apache\.hadoop\.fs\."
)


@contextmanager
def readable(source: str) -> Iterator[None]:
    """Raise DataError, naming the `source`, for whatever Spark raises within."""
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        raise DataError(f"the source {source} cannot be read: {_said(error)}") from error


def _said(error: Exception) -> str:
    """The first line of what began it, without stack and plan."""
    text = str(error)
    if isinstance(error, Py4JJavaError):
        cause = error.java_exception
        while cause.getCause() is not None:
            cause = cause.getCause()
        text = str(cause.toString())
    line = text.strip().split("\n", 1)[0]
    return f"this Spark has no file system for it ({line})" if _NO_FILE_SYSTEM.search(line) else line
