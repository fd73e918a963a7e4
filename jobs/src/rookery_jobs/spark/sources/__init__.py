"""How each kind of source is read; the kinds are those of `contract.sources`."""

from rookery_jobs.contract import CsvSourceSpec, FilesSourceSpec, SourceSpec
from rookery_jobs.spark.sources import csv, files
from rookery_jobs.spark.sources.source import Pinned, Source

__all__ = ["SOURCES", "Pinned", "source_of"]

SOURCES: dict[type[SourceSpec], Source] = {CsvSourceSpec: csv, FilesSourceSpec: files}


def source_of(spec: SourceSpec) -> Source:
    """How the source of a spec is read."""
    return SOURCES[type(spec)]
