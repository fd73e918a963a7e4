"""How each kind of source is read; the kinds are those of `contract.sources`."""

from rookery_jobs.contract import CsvSourceSpec, FilesSourceSpec, SourceSpec, TableSourceSpec
from rookery_jobs.spark.sources import csv, files, table
from rookery_jobs.spark.sources.source import Pinned, Source

__all__ = ["SOURCES", "Pinned", "source_of"]

SOURCES: dict[type[SourceSpec], Source] = {
    CsvSourceSpec: csv,
    FilesSourceSpec: files,
    TableSourceSpec: table,
}


def source_of(spec: SourceSpec) -> Source:
    """How the source of a spec is read."""
    return SOURCES[type(spec)]
