"""Files that a new workspace of `make up` starts with, so that there is something to work on."""

from pathlib import Path
from typing import TYPE_CHECKING

from local_stack.environments import PROJECT

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

# What the DAGs in dags/ read besides their sources: a file in DBFS, and the file here that it is made from.
FIRST_FILES = {"dbfs:/rookery/incoming/penguins/penguins.csv": PROJECT / "data" / "penguins.csv"}


def put_first_files(client: "WorkspaceClient") -> None:
    """Upload each file whose folder is not there yet; what a user changed or removed in one stays so."""
    for path, source in FIRST_FILES.items():
        if client.dbfs.exists(str(Path(path).parent)):
            continue
        with source.open("rb") as file:
            client.dbfs.upload(path, file)


def make_volume(client: "WorkspaceClient") -> None:
    """The Volume of the DAG penguin_predictor_unity, which a user creates once."""
    from databricks.sdk.errors import NotFound
    from databricks.sdk.service.catalog import VolumeType

    try:
        client.volumes.read("main.default.rookery")
    except NotFound:
        client.volumes.create("main", "default", "rookery", VolumeType.MANAGED)
