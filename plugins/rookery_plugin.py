"""What Rookery adds to Airflow: links from tasks into the Databricks workspace, and why a task failed as the
last line of its log."""

from airflow.plugins_manager import AirflowPlugin

from rookery import failures
from rookery.links import (
    ClusterLink,
    EndpointLink,
    ExperimentLink,
    JobRunLink,
    MlflowRunLink,
    ModelVersionLink,
)


class RookeryPlugin(AirflowPlugin):
    """Registers the link classes, so that every component of Airflow knows them, and the listener."""

    name = "rookery"
    operator_extra_links = [  # noqa: RUF012 - the base class declares it as it is
        ClusterLink(),
        EndpointLink(),
        ExperimentLink(),
        JobRunLink(),
        MlflowRunLink(),
        ModelVersionLink(),
    ]
    listeners = [failures]  # noqa: RUF012
