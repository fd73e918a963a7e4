"""What an endpoint answers to a request, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rookery.exceptions import EndpointError
from rookery.xcom import Handed

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

Record = Mapping[str, float | str]


@dataclass(frozen=True)
class Answer(Handed):
    """One prediction per record. The records are None if they are rows of the data: who may see what Airflow
    keeps may not be one to see the data."""

    dataframe_records: list[dict[str, Any]] | None
    predictions: list[float]


def ask(workspace: WorkspaceClient, name: str, records: Sequence[Record]) -> list[float]:
    """The endpoint's predictions. Raises EndpointError unless there is one finite number per record."""
    answer = workspace.serving_endpoints.query(name, dataframe_records=[dict(each) for each in records])
    return _checked(answer.predictions, len(records))


def _checked(predictions: object, expected: int) -> list[float]:
    if not isinstance(predictions, list) or len(predictions) != expected:
        raise EndpointError(f"{expected} records were asked, and the answer is {predictions!r}")
    for value in predictions:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise EndpointError(f"the answer {predictions!r} has {value!r}, which is not a finite number")
    return predictions
