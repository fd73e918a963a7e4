"""Where an init script is.

https://docs.databricks.com/api/azure/workspace/clusters/create (`init_scripts`)
"""

from collections.abc import Mapping
from typing import ClassVar

from local_workspace.clusters.one_place import OnePlace, Place

MOST_INIT_SCRIPTS = 10


class InitScript(OnePlace):
    """A file of the workspace, of a volume or of DBFS."""

    FIELD = "init_scripts"
    BEGINNINGS: ClassVar[Mapping[str, str]] = {"workspace": "/", "volumes": "/Volumes/", "dbfs": "dbfs:/"}

    workspace: Place | None = None
    volumes: Place | None = None
    dbfs: Place | None = None
