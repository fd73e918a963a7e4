"""Where training data comes from: a module per kind of source, each named here."""

from rookery.sources.csv import CsvSource
from rookery.sources.files import FilesSource
from rookery.sources.source import Source
from rookery.sources.table import TableSource

SOURCES: dict[str, type[Source]] = {"csv": CsvSource, "files": FilesSource, "table": TableSource}
"""By the name that a plan has for them in `kind`, as in the contract."""

__all__ = ["SOURCES", "CsvSource", "FilesSource", "Source", "TableSource"]
