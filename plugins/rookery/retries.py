"""Which failures are worth another try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import RetryPolicy
from airflow.sdk.definitions.retry_policy import RetryDecision

from rookery.exceptions import RookeryError

if TYPE_CHECKING:
    from airflow.sdk import Context

_PASSING_CODE = "COULD_NOT_ACQUIRE_LOCK"
_REPEATS = "trying again would only give the same answer"


class RetryWhatCanPass(RetryPolicy):
    """Fail at once where a retry would only repeat the answer: our own errors unless they say `retriable`,
    and requests that Databricks finds wrong or forbidden. Everything else follows the task's `retries`:
    faults, but also conflicts, states that pass (a cluster that is just terminating), and things not found,
    as what was just made may not be seen everywhere yet."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,  # noqa: ARG002 - Airflow's signature, here and below
        max_tries: int,  # noqa: ARG002
        context: Context | None = None,  # noqa: ARG002
    ) -> RetryDecision:
        """Called by Airflow in the task's process with what the task raised."""
        if isinstance(exception, RookeryError):
            return RetryDecision.default() if exception.retriable else RetryDecision.fail(_REPEATS)
        if _refused(exception):
            return RetryDecision.fail(_REPEATS)
        return RetryDecision.default()


def _refused(exception: BaseException) -> bool:
    from databricks.sdk import errors

    refusals = (errors.BadRequest, errors.PermissionDenied, errors.Unauthenticated)
    passing = isinstance(exception, errors.InvalidState)
    return isinstance(exception, refusals) and not passing and exception.error_code != _PASSING_CODE
