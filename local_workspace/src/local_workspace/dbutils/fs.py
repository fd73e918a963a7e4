"""`dbutils.fs`: files by the driver's own Hadoop file systems, so paths mean what they mean to Spark."""

from typing import Any, NamedTuple, NoReturn

from local_workspace.dbutils.utility import Utility


class FileInfo(NamedTuple):
    """One entry of a folder; a folder's path and name end in a slash. Size in bytes, time in epoch ms."""

    path: str
    name: str
    size: int
    modificationTime: int  # noqa: N815 - Databricks' own name

    def isDir(self) -> bool:  # noqa: N802
        """Whether it is a folder."""
        return self.path.endswith("/")

    def isFile(self) -> bool:  # noqa: N802
        """Whether it is a file."""
        return not self.isDir()


class MountInfo(NamedTuple):
    """Storage that is below `dbfs:/`."""

    mountPoint: str  # noqa: N815 - Databricks' own name
    source: str
    encryptionType: str = ""  # noqa: N815


# What a cluster has without a mount of one's own.
_MOUNTS = [
    MountInfo("/databricks-datasets", "databricks-datasets"),
    MountInfo("/Volumes", "UnityCatalogVolumes"),
    MountInfo("/databricks-results", "databricks-results"),
    MountInfo("/", "DatabricksRoot"),
]


class FileSystemUtils(Utility):
    """Paths are `dbfs:/…` (or `/…`, which is the same), `/Volumes/…` and `file:/…`."""

    def __init__(self, sc: Any) -> None:
        self._jvm = sc._jvm
        self._conf = sc._jsc.hadoopConfiguration()

    def ls(self, dir: str) -> list[FileInfo]:  # noqa: A002
        """What is in a folder, by name."""
        system, path = self._at(dir)
        found = [_info(status) for status in system.listStatus(path)]
        return sorted(found, key=lambda info: info.name)

    def mkdirs(self, dir: str) -> bool:  # noqa: A002
        """The folder and those above it."""
        system, path = self._at(dir)
        return bool(system.mkdirs(path))

    def rm(self, dir: str, recurse: bool = False) -> bool:  # noqa: A002
        """Remove a file, or a folder with all in it; whether there was one."""
        system, path = self._at(dir)
        return bool(system.delete(path, recurse))

    def put(self, file: str, contents: str, overwrite: bool = False) -> bool:
        """Write a text as a file, in UTF-8."""
        system, path = self._at(file)
        content = contents.encode()
        stream = system.create(path, overwrite)
        try:
            stream.write(content)
        finally:
            stream.close()
        print(f"Wrote {len(content)} bytes.")
        return True

    def head(self, file: str, max_bytes: int = 65536) -> str:
        """The beginning of a file as text."""
        system, path = self._at(file)
        stream = system.open(path)
        try:
            size = min(max_bytes, system.getFileStatus(path).getLen())
            return bytes(self._jvm.org.apache.commons.io.IOUtils.toByteArray(stream, size)).decode(
                errors="replace"
            )
        finally:
            stream.close()

    def cp(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy a file, or a folder with `recurse`, also between file systems."""
        return self._copy(source, dest, recurse=recurse, is_move=False)

    def mv(self, source: str, dest: str, recurse: bool = False) -> bool:
        """Copy, then remove what was copied."""
        return self._copy(source, dest, recurse=recurse, is_move=True)

    def mounts(self) -> list[MountInfo]:
        """What is below `dbfs:/`; nothing can be mounted there."""
        return _MOUNTS

    def refreshMounts(self) -> bool:  # noqa: N802
        """See mounts that others have made; here there are never any."""
        return True

    def _copy(self, source: str, dest: str, *, recurse: bool, is_move: bool) -> bool:
        from_system, from_path = self._at(source)
        to_system, to_path = self._at(dest)
        if from_system.getFileStatus(from_path).isDirectory() and not recurse:
            raise ValueError(f"Cannot copy directory {source} unless recurse is set to true.")
        copy = self._jvm.org.apache.hadoop.fs.FileUtil.copy
        return bool(copy(from_system, from_path, to_system, to_path, is_move, self._conf))

    def _at(self, name: str) -> tuple[Any, Any]:
        path = self._jvm.org.apache.hadoop.fs.Path(name)
        return path.getFileSystem(self._conf), path

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"dbutils.fs.{name} is not offered by the local workspace.")


def _info(status: Any) -> FileInfo:
    end = "/" if status.isDirectory() else ""
    path = status.getPath()
    size = 0 if end else status.getLen()
    return FileInfo(path.toString() + end, path.getName() + end, size, status.getModificationTime())
