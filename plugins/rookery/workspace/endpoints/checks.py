"""A served version asked by its own address: it must answer as its model did when it was registered."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rookery.exceptions import EndpointError
from rookery.workspace.endpoints.answers import checked
from rookery_jobs.contract import PREDICTION

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from rookery_jobs.contract import Examples

_TOLERANCE = 1e-9
"""Of a number, as a share of it where it is larger than 1: JSON and NumPy round alike, so this is
generous."""

Record = Mapping[str, Any]


class Latencies(NamedTuple):
    """Of requests with one record, in milliseconds, as the client sees them."""

    p50: float
    p99: float


def ask_version(
    workspace: WorkspaceClient,
    name: str,
    served: str,
    records: Sequence[Record],
    label_type: str,
    *,
    probabilities: bool = False,
) -> list[Any]:
    """The predictions of one served version (see `answers.checked`)."""
    path = f"/serving-endpoints/{name}/served-models/{served}/invocations"
    body = {"dataframe_records": [dict(each) for each in records]}
    answer = workspace.api_client.do("POST", path, body=body)
    predictions = dict(answer).get("predictions")
    return checked(predictions, len(records), label_type, probabilities=probabilities)


def check_examples(
    workspace: WorkspaceClient,
    name: str,
    served: str,
    examples: Examples,
    label_type: str,
    *,
    probabilities: bool = False,
    now: Callable[[], float] = time.perf_counter,
) -> Latencies:
    """Ask the version all examples, each by itself. Raises EndpointError unless it answers each as the model
    did, with the same probabilities if it answers with them, to 1e-9 where answers are numbers; the message
    has the answers, not the rows."""
    seconds, wrong = [], []
    for record, expected in zip(examples.dataframe_records, _expected(examples), strict=True):
        began = now()
        (answer,) = ask_version(workspace, name, served, [record], label_type, probabilities=probabilities)
        seconds.append(now() - began)
        given = answer if probabilities else {PREDICTION: answer}
        differs = [key for key, value in expected.items() if not _same(given.get(key), value)]
        wrong += [(key, expected[key], given.get(key)) for key in differs[:1]]
    if wrong:
        column, right, other = wrong[0]
        raise EndpointError(
            f"the version served as {served} answers {len(wrong)} of {len(examples.answers)} test rows "
            f"otherwise than the model that was registered: {column} {other!r} in place of {right!r}"
        )
    return Latencies(1000 * _quantile(seconds, 0.5), 1000 * _quantile(seconds, 0.99))


def _expected(examples: Examples) -> Iterator[Mapping[str, Any]]:
    """The columns of each answer. Versions from before probabilities were kept have their predictions."""
    probabilities = examples.probabilities or ({},) * len(examples.answers)
    for answer, likely in zip(examples.answers, probabilities, strict=True):
        yield {PREDICTION: answer, **likely}


def _same(given: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(given, int | float) and not isinstance(given, bool):
        return math.isclose(given, expected, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return type(given) is type(expected) and bool(given == expected)


def _quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
