"""The documents of batch scoring: which files a version is asked to score, and what became of their rows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from rookery_jobs.contract.documents import Document, digest_of
from rookery_jobs.contract.lists import first_ten
from rookery_jobs.contract.origin import Origin
from rookery_jobs.contract.sources.files import CSV, FILE_FORMATS, USUAL_CSV, CsvFormat
from rookery_jobs.errors import ContractError

REPORT_NAME = "scoring.json"
_PATTERN = frozenset("{}[]*?\\")


@dataclass(frozen=True)
class InputFile(Document):
    """A file as it was listed: its path as Spark takes it, bytes, and milliseconds since 1970."""

    path: str
    size: int
    modified: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


def scoring_digest(
    registered_model_name: str,
    model_version: str,
    files: Iterable[InputFile],
    format: str = CSV,  # noqa: A002 - the field's name
    csv: CsvFormat = USUAL_CSV,
    missing: Sequence[str] = (),
) -> str:
    """16 hex digits of a version, the content of a folder, as its listing tells it, and how it is read."""
    listed = sorted((asdict(each) for each in files), key=lambda each: str(each["path"]))
    return digest_of(
        {
            "model": [registered_model_name, model_version],
            "files": listed,
            # What came later has no entry where it is not used, so that digests are what they were before.
            **({"format": format} if format != CSV else {}),
            **({"missing": sorted(set(missing))} if missing else {}),
            **csv.identity(),
        }
    )


@dataclass(frozen=True)
class ScoringSpec(Document):
    """What `score` is asked: score all rows of these files with one registered version.

    `output_path` is a folder of this spec's own, `digest` its `scoring_digest`. `csv` is how CSV files are
    written; `missing` are texts that mean no value.
    """

    registered_model_name: str
    model_version: str
    files: tuple[InputFile, ...]
    output_path: str
    digest: str
    tmp_path: str
    origin: Origin
    format: str = CSV
    csv: CsvFormat = USUAL_CSV
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.files:
            raise ContractError("there is no file to score")
        names = [each.name for each in self.files]
        if len(set(names)) != len(names):
            raise ContractError(f"the files to score must have different names, not {first_ten(names)}")
        patterns = [each.path for each in self.files if _PATTERN.intersection(each.path)]
        if patterns:
            raise ContractError(
                f"Spark takes a path with one of {''.join(sorted(_PATTERN))} for a pattern: rename "
                f"{first_ten(patterns)}"
            )
        if self.format not in FILE_FORMATS:
            raise ContractError(f"format cannot be {self.format!r}; it can be {', '.join(FILE_FORMATS)}")
        expected = scoring_digest(
            self.registered_model_name,
            self.model_version,
            self.files,
            self.format,
            self.csv,
            self.missing,
        )
        if self.digest != expected:
            raise ContractError(
                f"scoring digest {self.digest!r} does not fit its spec, which gives {expected}"
            )

    @property
    def predictions_path(self) -> str:
        """The Parquet folder with a row for every row of the files."""
        return f"{self.output_path}/predictions"

    @property
    def report_path(self) -> str:
        """The file that holds the ScoringReport; the scoring is complete when it exists."""
        return report_path(self.output_path)


@dataclass(frozen=True)
class ScoringReport(Document):
    """What became of the rows of the files, which are named: each is scored, or rejected with a reason."""

    registered_model_name: str
    model_version: str
    predictions_path: str
    files: tuple[str, ...]
    rows: int
    scored: int
    rejected: int
    origin: Origin


def scoring_path(output_path: str, model_version: str, digest: str) -> str:
    """The folder of one scoring below a plan's `output_path`: of one version and one content of the input."""
    return f"{output_path.rstrip('/')}/version-{model_version}/{digest}"


def report_path(scoring_folder: str) -> str:
    """The file of a scoring's folder that is written last."""
    return f"{scoring_folder}/{REPORT_NAME}"
