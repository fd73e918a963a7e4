"""Where a cluster's logs are to be delivered.

https://docs.databricks.com/api/azure/workspace/clusters/create (`cluster_log_conf`)
"""

from collections.abc import Mapping
from typing import ClassVar

from local_workspace.clusters.one_place import OnePlace, Place


class ClusterLogConf(OnePlace):
    """A folder of DBFS or of a volume."""

    FIELD = "cluster_log_conf"
    BEGINNINGS: ClassVar[Mapping[str, str]] = {"dbfs": "dbfs:/", "volumes": "/Volumes/"}

    dbfs: Place | None = None
    volumes: Place | None = None

    @property
    def folder(self) -> str:
        """The destination of a checked one, without a slash at its end."""
        return self.destination.rstrip("/")
