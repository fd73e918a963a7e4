"""Files that are read where they are: in the workspace or in a cloud store."""

from dataclasses import dataclass

from rookery_jobs.contract.sources.source import SourceSpec
from rookery_jobs.errors import ContractError

PARQUET, CSV = "parquet", "csv"
FILE_FORMATS = (PARQUET, CSV)


@dataclass(frozen=True)
class FilesSourceSpec(SourceSpec):
    """A file, or a folder of files, at a path as Spark takes it. `missing` are texts that mean no value.

    Once pinned, `sha256` is that of its listing: the canonical JSON of `[path below the folder, bytes,
    SHA-256 of the content]` of each of its `files`, sorted; `size` are the bytes of all.
    """

    path: str
    format: str
    missing: tuple[str, ...] = ()
    files: int = 0
    size: int = 0
    sha256: str | None = None

    def __post_init__(self) -> None:
        if self.format not in FILE_FORMATS:
            raise ContractError(f"format cannot be {self.format!r}; it can be {', '.join(FILE_FORMATS)}")

    @property
    def is_pinned(self) -> bool:
        return self.sha256 is not None

    @property
    def location(self) -> str:
        """The path of the file or the folder."""
        return self.path

    def identity(self) -> dict[str, object]:
        """The listing, without where the folder is: its names may hold values, as `day=2026-01-05` does."""
        content = self.sha256 if self.is_pinned else {"path": self.path}
        missing = {"source_missing": sorted(set(self.missing))} if self.missing else {}
        return {"source_files": [self.format, content], **missing}
