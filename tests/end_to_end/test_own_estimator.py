"""An estimator of a user's own package: from the folder beside the DAG file to an endpoint, by Spark."""

import pytest

from tests.end_to_end.stack import Stack
from tests.end_to_end.work import version_tags, work_of

OWN = "own_estimator"


@pytest.mark.matrix
def test_an_estimator_of_the_users_own_is_trained_registered_and_served_by_spark(stack: Stack) -> None:
    ended = stack.run(OWN, {})
    assert ended.state == "success", ended.tasks
    (prediction,) = ended.returned("query_endpoint")["predictions"]
    assert prediction in {0.0, 1.0}
    done = work_of(stack.workspace, OWN, "Own Estimator")
    assert len(done.fits) == 2
    (version,) = done.versions
    assert version_tags(version)["rookery_served_by"] == "mlflow.spark"
