"""What all operators do alike."""

import traceback
from typing import Any

import pytest

from rookery.exceptions import DownloadError
from rookery.operators.bases.databricks import DatabricksOperator
from tests.fast.airflow.tasks import TaskInstance, context_of


class Failing(DatabricksOperator):
    """Fails deep inside, as code that calls others does."""

    def __init__(self, *, depth: int, kind: type[Exception], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.depth = depth
        self.kind = kind

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the signature of Airflow
        self._deeper(self.depth)

    def _deeper(self, depth: int) -> None:
        if depth:
            self._deeper(depth - 1)
        try:
            raise OSError("reset by peer")
        except OSError as error:
            raise self.kind("the source could not be fetched") from error


def lines(kind: type[Exception]) -> list[str]:
    """What Airflow prints of such a failure."""
    with pytest.raises(kind) as caught:
        Failing(task_id="t", depth=9, kind=kind).execute(context_of(TaskInstance("t")))
    return "".join(traceback.format_exception(caught.value)).splitlines()


def test_an_error_of_ours_is_printed_without_the_way_that_led_to_it() -> None:
    told = lines(DownloadError)
    assert told[-1] == "rookery.exceptions.DownloadError: the source could not be fetched"
    assert not any("_deeper" in line or "reset by peer" in line for line in told)


def test_of_a_foreign_error_nothing_is_left_out() -> None:
    told = lines(ValueError)
    assert any("_deeper" in line for line in told)
    assert any("reset by peer" in line for line in told)
