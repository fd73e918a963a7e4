"""The Spark configuration of a cluster's driver: the client's `spark_conf`, then what this machine needs.

`dbfs:/` and paths without a scheme are made paths below the workspace's folders by Hadoop's ViewFs alone
(https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/ViewFsOverloadScheme.html), so
`/Volumes/...` means the same to Spark here as on Databricks, and never this machine's own `/Volumes`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from local_workspace.clusters.spark.executors import executor_conf
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.workers import EXECUTOR_MEMORY, Workers
from local_workspace.errors import InvalidParameterValue
from local_workspace.settings import WAREHOUSE

DEFAULT_HEAP = "2g"
_MOUNTS = "spark.hadoop.fs.viewfs.mounttable.default"
_ROOT_OF_DBFS = f"{_MOUNTS}.linkFallback"
_SIZE = re.compile(r"[1-9]\d*[kmgKMG]")
_FIXED = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Several runs share the driver: none may wait for the tasks of another.
    "spark.scheduler.mode": "FAIR",
    "spark.submit.deployMode": "client",
    "spark.sql.warehouse.dir": f"dbfs:{WAREHOUSE}",
    "spark.hadoop.fs.defaultFS": "dbfs:///",
    "spark.hadoop.fs.dbfs.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
    # Local files without checksum files, in the driver and in executors: Spark must not check a file against
    # a checksum of before the DBFS API wrote it anew.
    "spark.hadoop.fs.plain.impl": "org.apache.hadoop.fs.RawLocalFileSystem",
}
_COMMAND_LINE = "the JVM's command line is its own"
_EXECUTORS = "executors have the driver's class path"
_ONE_EXECUTOR = "each worker is one executor, with all the cores that this machine has for it"
_NOT_HEEDED = {
    "spark.driver.extraJavaOptions": _COMMAND_LINE,
    "spark.driver.defaultJavaOptions": _COMMAND_LINE,
    "spark.driver.extraClassPath": _COMMAND_LINE,
    "spark.driver.extraLibraryPath": _COMMAND_LINE,
    "spark.driver.userClassPathFirst": _COMMAND_LINE,
    "spark.executor.extraClassPath": _EXECUTORS,
    "spark.executor.extraLibraryPath": _EXECUTORS,
    "spark.executor.userClassPathFirst": _EXECUTORS,
    "spark.executor.cores": _ONE_EXECUTOR,
    "spark.executor.instances": _ONE_EXECUTOR,
    "spark.cores.max": _ONE_EXECUTOR,
    "spark.local.dir": "each cluster has its own folder for it",
}


def driver_conf(
    spec: ClusterSpec, workers: Workers | None, mounts: Mapping[str, Path], folder: Path
) -> dict[str, str]:
    """Every property of the driver; `folder` is the cluster's own, `mounts` are the paths below `dbfs:/`."""
    return {
        "spark.master": "local[*]",
        "spark.app.name": spec.cluster_name or "Databricks Shell",
        "spark.sql.shuffle.partitions": str(os.cpu_count()),
        **_usage_tags(spec, folder),
        **spec.spark_conf,
        **(_with(workers) if workers else {}),
        **_FIXED,
        **{_mount(path): _plain(mounted) for path, mounted in mounts.items()},
        "spark.local.dir": str(folder / "local"),
    }


def _usage_tags(spec: ClusterSpec, folder: Path) -> dict[str, str]:
    """What notebooks read of their cluster."""
    tags = {
        "clusterId": folder.name,
        "clusterName": spec.cluster_name,
        "clusterNodeType": spec.node_type_id,
        "sparkVersion": spec.spark_version,
    }
    return {f"spark.databricks.clusterUsageTags.{name}": value for name, value in tags.items() if value}


def _mount(path: str) -> str:
    return _ROOT_OF_DBFS if path == "/" else f"{_MOUNTS}.link.{path}"


def _plain(folder: Path) -> str:
    return folder.resolve().as_uri().replace("file:", "plain:", 1)


def _with(workers: Workers) -> dict[str, str]:
    return {"spark.master": workers.master, EXECUTOR_MEMORY: f"{workers.memory_mb}m", **executor_conf()}


def check_spark_conf(spark_conf: dict[str, str]) -> None:
    """Refuse what this machine cannot give or would not heed; `InvalidParameterValue` names the property."""
    master = spark_conf.get("spark.master", "local[*]")
    if not re.fullmatch(r"local(\[(\*|\d+)(, ?\d+)?\])?", master):
        raise InvalidParameterValue(f"spark.master must be local[*] or local[n] here, got {master!r}")
    for name in ("spark.driver.memory", EXECUTOR_MEMORY):
        size = spark_conf.get(name, DEFAULT_HEAP)
        if not _SIZE.fullmatch(size):
            raise InvalidParameterValue(f"{name} must be a size such as 2g, got {size!r}")
    for name in spark_conf:
        if name.startswith(_MOUNTS):
            raise InvalidParameterValue(
                f"The local workspace does not heed {name} (it leads to the workspace's files): leave it out."
            )
    for name, why in _NOT_HEEDED.items():
        if name in spark_conf:
            raise InvalidParameterValue(f"The local workspace does not heed {name} ({why}): leave it out.")
    for name, value in _FIXED.items():
        if spark_conf.get(name, value) != value:
            raise InvalidParameterValue(
                f"{name} is always {value} in the local workspace, got {spark_conf[name]!r}: leave it out."
            )


def properties(conf: dict[str, str]) -> str:
    """The text of a Java properties file with these values."""
    return "".join(f"{_escaped(key, ' :=#!')}={_escaped(value, '')}\n" for key, value in conf.items())


def _escaped(text: str, special: str) -> str:
    for character in "\\" + special:
        text = text.replace(character, "\\" + character)
    return text.replace("\n", "\\n").replace("\r", "\\r")
