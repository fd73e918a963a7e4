"""Small text files through Spark's Hadoop file systems, so that `dbfs:/…` and `/Volumes/…` are one code."""

from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


class ClusterFiles:
    """Reads, writes and deletes files by paths as Spark takes them."""

    def __init__(self, spark: SparkSession) -> None:
        # Private names, but they are how PySpark itself and MLflow reach Hadoop's FileSystem.
        self._jvm: Any = spark.sparkContext._jvm
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def exists(self, path: str) -> bool:
        file_system, hadoop_path = self._locate(path)
        return bool(file_system.exists(hadoop_path))

    def read_text(self, path: str) -> str:
        """The whole file as UTF-8 text."""
        file_system, hadoop_path = self._locate(path)
        stream = file_system.open(hadoop_path)
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def size(self, path: str) -> int | None:
        """The length of a file in bytes, or None if there is none."""
        file_system, hadoop_path = self._locate(path)
        if not file_system.exists(hadoop_path):
            return None
        return int(file_system.getFileStatus(hadoop_path).getLen())

    def write_text(self, path: str, text: str) -> None:
        """Write UTF-8 text so that the file is either there with all of it, or as it was before.

        It is written under another name and renamed, because a reader may take the file's presence for
        completeness.
        """
        file_system, staging = self._locate(f"{path}.partial")
        stream = file_system.create(staging, True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        _, target = self._locate(path)
        file_system.delete(target, False)
        if not file_system.rename(staging, target):
            raise OSError(f"could not rename {path}.partial to {path}")

    def upload(self, folder: Path, path: str) -> None:
        """Copy a folder of this machine, with all it holds, to a path where nothing is yet."""
        file_system, target = self._locate(path)
        source = self._jvm.org.apache.hadoop.fs.Path(f"file:{folder}")
        file_system.copyFromLocalFile(False, source, target)

    def delete(self, path: str) -> None:
        """Delete a file or a folder with all it holds; it need not exist."""
        file_system, hadoop_path = self._locate(path)
        file_system.delete(hadoop_path, True)

    def sha256(self, path: str) -> str:
        """The hex SHA-256 of a file of any size, computed in the JVM."""
        file_system, hadoop_path = self._locate(path)
        stream = file_system.open(hadoop_path)
        try:
            return str(self._jvm.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
        finally:
            stream.close()

    def _locate(self, path: str) -> tuple[Any, Any]:
        hadoop_path = self._jvm.org.apache.hadoop.fs.Path(path)
        return hadoop_path.getFileSystem(self._configuration), hadoop_path
