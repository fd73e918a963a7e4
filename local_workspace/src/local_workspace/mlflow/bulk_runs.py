"""Many runs of an experiment deleted or restored at once, by time.

https://docs.databricks.com/api/azure/workspace/experiments/deleteruns
"""

from typing import Any


def delete_runs(tracking_store: Any, experiment_id: str, created_until: int, most: int) -> int:
    """Delete at most `most` runs created at this time (ms) or before, the oldest first; how many."""
    from mlflow.entities import ViewType

    condition, order = f"attributes.start_time <= {created_until}", ["attributes.start_time ASC"]
    found = tracking_store.search_runs([experiment_id], condition, ViewType.ACTIVE_ONLY, most, order)
    for run in found:
        tracking_store.delete_run(run.info.run_id)
    return len(found)


def restore_runs(tracking_store: Any, experiment_id: str, deleted_since: int, most: int) -> int:
    """Restore at most `most` runs that were deleted at this time (ms) or later; how many.

    MLflow's store keeps that time, but tells it to nobody.
    """
    from mlflow.store.tracking.dbmodels.models import SqlRun

    with tracking_store.ManagedSessionMaker() as session:
        found = (
            session.query(SqlRun.run_uuid)
            .filter(SqlRun.experiment_id == int(experiment_id), SqlRun.deleted_time >= deleted_since)
            .limit(most)
            .all()
        )
    for (run_id,) in found:
        tracking_store.restore_run(run_id)
    return len(found)
