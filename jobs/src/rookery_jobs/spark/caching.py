"""DataFrames kept in memory for as long as they are used."""

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame


@contextmanager
def cached(frame: DataFrame) -> Iterator[DataFrame]:
    """Cache the frame, and free it at the end: the cluster outlives this run, and so would the cache."""
    frame.cache()
    try:
        yield frame
    finally:
        frame.unpersist()
