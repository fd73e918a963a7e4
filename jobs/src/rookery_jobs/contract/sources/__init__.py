"""The kinds of source, by the name that a plan has for them."""

from rookery_jobs.contract.sources.csv import CsvSourceSpec
from rookery_jobs.contract.sources.files import FilesSourceSpec
from rookery_jobs.contract.sources.source import SourceSpec
from rookery_jobs.contract.sources.table import TableSourceSpec

SOURCES: dict[str, type[SourceSpec]] = {
    "csv": CsvSourceSpec,
    "files": FilesSourceSpec,
    "table": TableSourceSpec,
}

__all__ = ["SOURCES", "CsvSourceSpec", "FilesSourceSpec", "SourceSpec", "TableSourceSpec"]
