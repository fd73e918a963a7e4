"""Files that are read where they are: in the workspace or in a cloud store."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document
from rookery_jobs.contract.sources.source import SourceSpec
from rookery_jobs.errors import ContractError

PARQUET, CSV = "parquet", "csv"
FILE_FORMATS = (PARQUET, CSV)

UTF_8, LATIN_1, WINDOWS_1252 = "UTF-8", "ISO-8859-1", "windows-1252"
ENCODINGS = (UTF_8, LATIN_1, WINDOWS_1252)
"""Those in which a line ends with the same byte, so that several of Spark's tasks can read one file."""


@dataclass(frozen=True)
class CsvFormat(Document):
    """How CSV files are written that Spark reads as they are: what stands between values, around one with a
    delimiter, before a quote within quotes (the quote itself, or a backslash), and before the fraction of a
    number; and which bytes characters are (one of ENCODINGS). All have a row on each line."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    decimal: str = "."
    encoding: str = UTF_8

    def __post_init__(self) -> None:
        for name in ("delimiter", "quote", "escape", "decimal"):
            if len(getattr(self, name)) != 1:
                raise ContractError(f"{name} must be one character, not {getattr(self, name)!r}")
        if self.encoding not in ENCODINGS:
            raise ContractError(f"encoding cannot be {self.encoding!r}; it can be {', '.join(ENCODINGS)}")

    def identity(self) -> dict[str, object]:
        """What of it is not as usual; nothing of what is."""
        said = {name: value for name, value in vars(self).items() if value != getattr(USUAL_CSV, name)}
        return {"csv": said} if said else {}


USUAL_CSV = CsvFormat()


@dataclass(frozen=True)
class FilesSourceSpec(SourceSpec):
    """A file, or a folder of files, at a path as Spark takes it. `missing` are texts that mean no value;
    `csv` is how CSV files are written.

    Once pinned, `sha256` is that of its listing: the canonical JSON of `[path below the folder, bytes,
    SHA-256 of the content]` of each of its `files`, sorted; `size` are the bytes of all.
    """

    path: str
    format: str
    missing: tuple[str, ...] = ()
    files: int = 0
    size: int = 0
    sha256: str | None = None
    csv: CsvFormat = USUAL_CSV

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
        written = {f"source_{name}": value for name, value in self.csv.identity().items()}
        return {"source_files": [self.format, content], **missing, **written}
