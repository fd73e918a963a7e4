"""A CSV file that was put where Spark can read it."""

from dataclasses import dataclass

from rookery_jobs.contract.sources.source import SourceSpec


@dataclass(frozen=True)
class CsvSourceSpec(SourceSpec):
    """The file's path as Spark takes it, and the hex SHA-256 of its bytes."""

    path: str
    sha256: str

    @property
    def location(self) -> str:
        """The file's path."""
        return self.path

    def identity(self) -> dict[str, object]:
        """The content alone: the same bytes at another path are the same source."""
        return {"source_sha256": self.sha256}
