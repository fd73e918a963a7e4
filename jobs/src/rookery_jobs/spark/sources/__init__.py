"""How each kind of source is read; the kinds are those of `contract.sources`."""

from rookery_jobs.contract import CsvSourceSpec, SourceSpec
from rookery_jobs.spark.sources import csv
from rookery_jobs.spark.sources.source import BROKEN, ROW, Source

__all__ = ["BROKEN", "ROW", "SOURCES", "source_of"]

SOURCES: dict[type[SourceSpec], Source] = {CsvSourceSpec: csv}


def source_of(spec: SourceSpec) -> Source:
    """How the source of a spec is read."""
    return SOURCES[type(spec)]
