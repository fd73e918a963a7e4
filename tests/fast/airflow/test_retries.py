"""Only what can pass is tried again."""

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import AirflowTaskTimeout
from databricks.sdk.errors import (
    BadRequest,
    InternalError,
    InvalidParameterValue,
    InvalidState,
    NotFound,
    PermissionDenied,
    ResourceAlreadyExists,
    TooManyRequests,
)

from rookery.exceptions import ClusterError, PlanError, TaskStopped
from rookery.retries import RetryWhatCanPass


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (PlanError("no"), RetryAction.FAIL),
        (ClusterError("quota"), RetryAction.FAIL),
        (ClusterError("cloud fault", retriable=True), RetryAction.DEFAULT),
        (InvalidParameterValue("bad"), RetryAction.FAIL),
        (PermissionDenied("no"), RetryAction.FAIL),
        (BadRequest("locked", error_code="COULD_NOT_ACQUIRE_LOCK"), RetryAction.DEFAULT),
        (NotFound("not seen yet"), RetryAction.DEFAULT),
        (ResourceAlreadyExists("made by the try whose answer was lost"), RetryAction.DEFAULT),
        (TooManyRequests("slowly"), RetryAction.DEFAULT),
        (InternalError("oops"), RetryAction.DEFAULT),
        (ConnectionError("reset"), RetryAction.DEFAULT),
        (InvalidState("the cluster is just terminating"), RetryAction.DEFAULT),
        (TaskStopped("its worker had to end"), RetryAction.DEFAULT),
        (AirflowTaskTimeout("it took too long"), RetryAction.DEFAULT),
    ],
)
def test_only_what_can_pass_is_tried_again(error: BaseException, action: RetryAction) -> None:
    assert RetryWhatCanPass().evaluate(error, try_number=1, max_tries=2).action == action
