"""What a user declares to have files scored: a BatchScoring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from rookery.mistakes import Mistake
from rookery.parts import Names, Plan, checked
from rookery.plan.compute import Compute
from rookery.plan.folders import check_folder
from rookery.plan.registry import check_model_name
from rookery.sources.csv_writing import check_character
from rookery_jobs.contract import CsvFormat


def _other_folder(output_path: str, input_path: str) -> Iterator[Mistake]:
    if output_path.rstrip("/") == input_path.rstrip("/"):
        yield Mistake("it is the input_path; name another folder for the predictions")


class BatchScoring(Plan):
    """A registered model and a folder of files that each of its versions is to score.

    Raises PlanError with every mistake and its place.
    """

    registered_model_name: Annotated[str, checked(check_model_name)]
    """As in a training plan's `Registry`."""
    input_path: Annotated[str, checked(check_folder)]
    """A folder on DBFS or in a Volume. Its `.csv`, `.csv.gz` or `.parquet` files are scored, not those in
    folders below it; each has the columns of the model's signature, and any others, and no bracket, brace,
    `*`, `?` or backslash in its name."""
    output_path: Annotated[str, checked(check_folder), checked(_other_folder, "input_path")]
    """Another such folder. Predictions are Parquet below it, in `version-<version>/<digest of the
    files>/predictions`, with a `scoring.json` beside them once they are complete."""
    format: Literal["csv", "parquet"] = "csv"
    """What the files are. CSV has a header line in each file, and a row on each line."""
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
    compute: Annotated[Compute, checked(Compute.mistakes)] = Compute()
    """As in a training plan."""
    data_root: Annotated[str, checked(check_folder)] = "dbfs:/rookery"
    """A folder for the run's own files, as in a training plan."""

    @property
    def written(self) -> CsvFormat:
        """How CSV files are written, as the specs of job runs have it."""
        return CsvFormat(self.delimiter, self.quote, self.escape, self.decimal, self.encoding)
