"""What a user declares to have files scored: a BatchScoring."""

from collections.abc import Iterator
from typing import Annotated

from rookery import plan_checks as check
from rookery.mistakes import Mistake
from rookery.parts import Plan, checked
from rookery.plan import Compute


def _other_folder(output_path: str, input_path: str) -> Iterator[Mistake]:
    if output_path.rstrip("/") == input_path.rstrip("/"):
        yield Mistake("it is the input_path; name another folder for the predictions")


class BatchScoring(Plan):
    """A registered model and a folder of CSV files that each of its versions is to score.

    The files are those directly in `input_path` whose names end in `.csv`; each has a header line with the
    columns of the model's signature, and any others. The predictions are Parquet below `output_path`, in
    `version-<version>/<digest of the files>/predictions`, with a `scoring.json` beside them once they are
    complete. Both paths, and the `data_root` for the run's own files, are folders on DBFS (`dbfs:/…`) or in a
    Volume (`/Volumes/catalog/schema/volume/…`).

    Raises PlanError with every mistake and its place.
    """

    registered_model_name: Annotated[str, checked(check.model_name)]
    input_path: Annotated[str, checked(check.data_root)]
    output_path: Annotated[str, checked(check.data_root), checked(_other_folder, "input_path")]
    compute: Compute = Compute()
    data_root: Annotated[str, checked(check.data_root)] = "dbfs:/rookery"
