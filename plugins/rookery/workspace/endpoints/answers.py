"""What an endpoint answers to a request, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rookery.exceptions import EndpointError
from rookery.xcom import Handed

_KINDS: dict[str, type] = {"string": str, "long": int, "boolean": bool}
_WORDS: dict[type, str] = {
    float: "a finite number",
    str: "a text, as the label's values are",
    int: "a whole number, as the label's values are",
    bool: "true or false, as the label's values are",
}


@dataclass(frozen=True)
class Answer(Handed):
    """One prediction per record. The records are None if they are rows of the data: who may see what Airflow
    keeps may not be one to see the data."""

    dataframe_records: list[dict[str, Any]] | None
    predictions: list[Any]


def checked(predictions: object, expected: int, label_type: str) -> list[Any]:
    """An endpoint's predictions. Raises EndpointError unless there is one per record: a finite number, or a
    value of the label's type where labels are indexed."""
    kind = _KINDS.get(label_type, float)
    if not isinstance(predictions, list) or len(predictions) != expected:
        raise EndpointError(f"{expected} records were asked, and the answer is {predictions!r}")
    for value in predictions:
        if not _is_finite_number(value) if kind is float else type(value) is not kind:
            raise EndpointError(f"the answer {predictions!r} has {value!r}, which is not {_WORDS[kind]}")
    return predictions


def _is_finite_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
