"""The Airflow asset of a registered model, which DAGs that follow a new version are scheduled on."""

from urllib.parse import quote

from airflow.sdk import Asset


def model_asset(registered_model_name: str) -> Asset:
    """The asset that `promote` updates, as an outlet of a training DAG and a schedule of another one.

    The event's `extra` has `registered_model_name`, `version`, `mlflow_run_id`, `metrics` (on the test rows),
    `dag_id`, `dag_run_id`, its `generation` (above 1 if the run was cleared), and `backfill`: whether a
    backfill made the version and was not told to deploy it. It comes at least once per version that
    is promoted, and in runs that do not deploy per version: a cleared `promote` emits it again.
    """
    uri = f"mlflow://models/{quote(registered_model_name, safe='')}"
    return Asset(name=f"model: {registered_model_name}", uri=uri)
