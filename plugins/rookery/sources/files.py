"""Files that are in the workspace or in a cloud store already: Spark reads them where they are."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from reprlib import repr as shown
from typing import TYPE_CHECKING, Annotated, Any, Literal

from rookery.fields import Field
from rookery.mistakes import Mistake
from rookery.parts import Names, checked
from rookery.sources.csv_writing import CSV_FIELDS, check_character
from rookery.sources.places import PLACES, place_problem
from rookery.sources.source import Landed, Source
from rookery.workspace.data.files import data_fact
from rookery.workspace.questions import Question
from rookery_jobs.contract import CsvFormat, FilesSourceSpec

if TYPE_CHECKING:
    from rookery.sources.landing import Site
    from rookery.sources.wanted import Wanted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FoundFiles(Landed):
    """Files that stay where they are. What is in them, `prepare_data` finds out."""

    path: str
    format: str
    missing: list[str]
    csv: dict[str, str]

    def spec(self) -> FilesSourceSpec:
        """The files, as the specs of job runs have them."""
        return FilesSourceSpec(self.path, self.format, tuple(self.missing), csv=CsvFormat(**self.csv))


def _check_path(path: str) -> Iterator[Mistake]:
    if problem := place_problem(path):
        yield Mistake(problem)


class FilesSource(Source):
    """A file, or a folder of files, in the workspace or in a cloud store, which Spark reads in place.

    Nothing is copied: `prepare_data` hashes the content, and reads just that. So the same content gives the
    same points, and another gives others.
    """

    kind: Literal["files"] = "files"
    path: Annotated[str, checked(_check_path)]
    """`dbfs:/…`, `/Volumes/<catalog>/<schema>/<volume>/…`, `s3://…`, `abfss://…` or `gs://…`: one file, or a
    folder with all files in it and below, but for those whose names begin with `_` or `.`."""
    format: Literal["parquet", "csv"] = "parquet"
    """What the files are. CSV has a header line in each file, and a row on each line; it may be compressed
    with gzip, if its names end in `.gz`."""
    missing: Names = ()
    """Texts that say that there is no value, such as `NA` or `NaN`, beside nothing at all."""
    delimiter: Annotated[str, checked(check_character)] = ","
    """Of CSV: what stands between values."""
    quote: Annotated[str, checked(check_character)] = '"'
    """Of CSV: what stands around a value that has a delimiter."""
    escape: Annotated[str, checked(check_character)] = '"'
    """Of CSV: what stands before a quote within quotes: the quote itself (doubled), or a backslash."""
    decimal: Literal[".", ","] = "."
    """Of CSV: what stands before the fraction of a number."""
    encoding: Literal["UTF-8", "ISO-8859-1", "windows-1252"] = "UTF-8"
    """Of CSV: how characters are bytes."""

    @property
    def shown(self) -> str:
        """Its path."""
        return self.path

    def fields(self) -> Iterator[Field]:
        """Its fields in the trigger form."""
        schema = {
            "type": "string",
            "minLength": 1,
            "pattern": r"^(dbfs:/|/Volumes/|s3://|abfss://|gs://).+$",
            "allowed": f"a path that begins with {PLACES}",
            "title": "Source (file or folder)",
            "section": "Data",
            "description_md": f"A {self.format} file, or a folder of such, that Spark reads in place: "
            f"{PLACES}. It must have the plan's columns.",
        }
        yield Field("source_path", ("path",), self.path, schema, _read_path)

    def questions(self) -> Iterator[Question]:
        """Whether it is there. Cloud stores are not asked: the cluster's rights count there."""
        if self.path.startswith(("dbfs:", "/Volumes/")):
            yield Question("source", ("source", "path"), partial(data_fact, self.path))

    def mistakes_here(self, dag_file: str, wanted: Wanted) -> Iterator[Mistake]:  # noqa: ARG002
        """Nothing: this machine does not have the files."""
        return iter(())

    def land(self, site: Site) -> FoundFiles:  # noqa: ARG002 - nothing moves
        """Leave them where they are."""
        log.info("%s is read in place: there is nothing to copy", self.path)
        written = {name: getattr(self, name) for name in CSV_FIELDS}
        return FoundFiles(self.path, self.format, list(self.missing), written)

    def landed(self, handed_on: Mapping[str, Any]) -> FoundFiles:
        """What `land` has handed on, out of an XCom."""
        return FoundFiles.from_xcom(handed_on)


def _read_path(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text; it must be a path that begins with {PLACES}")
    if problem := place_problem(value):
        raise ValueError(problem)
    return value
