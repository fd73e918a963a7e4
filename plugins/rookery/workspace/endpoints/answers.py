"""What an endpoint answers to a request, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
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


def checked(answers: object, expected: int, label_type: str, *, probabilities: bool = False) -> list[Any]:
    """An endpoint's predictions. Raises EndpointError unless there is one per record: a finite number, or a
    value of the label's type where labels are indexed; with `probabilities`, a mapping that has it as its
    `prediction`, and numbers from 0 to 1."""
    kind = _KINDS.get(label_type, float)
    if not probabilities:
        return _checked(answers, expected, kind)
    given = answers if isinstance(answers, list) else []
    mappings = [each if isinstance(each, Mapping) else {} for each in given]
    _checked([each.get("prediction") for each in mappings], expected, kind)
    for each in mappings:
        _check_probabilities({key: value for key, value in each.items() if key != "prediction"})
    return mappings


def _checked(predictions: object, expected: int, kind: type) -> list[Any]:
    if not isinstance(predictions, list) or len(predictions) != expected:
        raise EndpointError(f"{expected} records were asked, and the answer is {predictions!r}")
    for value in predictions:
        if not _is_finite_number(value) if kind is float else type(value) is not kind:
            raise EndpointError(f"the answer {predictions!r} has {value!r}, which is not {_WORDS[kind]}")
    return predictions


def _check_probabilities(given: Mapping[str, object]) -> None:
    if not given or not all(isinstance(value, float) and 0 <= value <= 1 for value in given.values()):
        raise EndpointError(f"the answer has the probabilities {given!r}; they must be numbers from 0 to 1")


def _is_finite_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
