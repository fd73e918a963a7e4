"""The delivery of a cluster's logs to where its configuration says.

https://docs.databricks.com/aws/en/compute/configure#compute-log-delivery
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.clusters.logs.conf import ClusterLogConf
from local_workspace.errors import InvalidParameterValue, WorkspaceError
from local_workspace.files.local_files import LocalFiles

# As often as Databricks does it, and when the cluster has ended.
SECONDS_BETWEEN = 300.0


@dataclass(frozen=True)
class LogDelivery:
    """Copies the logs of one cluster from its `folder`; `has_dbfs`: there is a DBFS root to copy to."""

    cluster_id: str
    folder: Path
    files: LocalFiles
    has_dbfs: bool

    def deliver(self, conf: ClusterLogConf, now: int) -> dict[str, Any]:
        """`cluster_log_status` after an attempt at `now` (ms): what went wrong is a part of it."""
        try:
            self._check_place(conf)
            for source, name in self._logs():
                self._copy(source, f"{conf.folder}/{self.cluster_id}/{name}")
        except (OSError, WorkspaceError) as error:
            return {"last_attempted": now, "last_exception": str(error)}
        return {"last_attempted": now}

    def _check_place(self, conf: ClusterLogConf) -> None:
        if conf.dbfs and not self.has_dbfs:
            raise InvalidParameterValue(
                f"Public DBFS root is disabled. Access is denied on path: {conf.folder}"
            )
        if conf.volumes and not self.files.path("/".join(conf.folder.split("/")[:5])).is_dir():
            raise InvalidParameterValue(f"There is no volume at {conf.folder}.")

    def _logs(self) -> list[tuple[Path, str]]:
        """The files that there are, with their names at the destination."""
        scripts = sorted((self.folder / "init_scripts").glob("*.log"))
        node = f"init_scripts/{self.cluster_id}_127_0_0_1"
        driver = self.folder / "driver.log"
        own = [(driver, "driver/log4j-active.log")] if driver.is_file() else []
        return [*own, *((script, f"{node}/{script.name}") for script in scripts)]

    def _copy(self, source: Path, name: str) -> None:
        """Whole or not at all: who reads meanwhile reads what was there before."""
        target = self.files.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        shutil.copyfile(source, beside)
        beside.replace(target)
