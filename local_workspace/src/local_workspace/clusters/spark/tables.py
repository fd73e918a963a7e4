"""Databases and tables of one or two names, which outlive the cluster that has made them.

Spark's own catalog is in the driver's memory; Databricks' is a metastore that all clusters share. Here each
definition, with its partitions, is a file, as Java serializes it: only a driver of the same version of Spark
can read it. A driver looks at the files when a run begins, and writes what has changed when one ends. The
rows are in the warehouse.
"""

import logging
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from local_workspace.clusters.spark.session import session_class

_DATABASE = "database"
_TABLES = "tables"
_LOG = logging.getLogger(__name__)


class Tables:
    """The catalog of one driver, and the folder with the definitions of all; from any thread."""

    def __init__(self, java: Any, folder: Path) -> None:
        self._java = java
        version = str(java.org.apache.spark.SparkContext.getOrCreate().version())
        self._folder = folder / version
        session = session_class(java).builder().getOrCreate()
        self._catalog = session.sharedState().externalCatalog()
        self._lock = threading.Lock()
        # By its file: the hash of the definition that this driver has, and the bytes that were there with it.
        self._known: dict[Path, tuple[int, bytes]] = {}
        self._unreadable: dict[Path, bytes] = {}

    def begin(self) -> None:
        """Take over what other drivers have made, changed or dropped since."""
        with self._lock:
            self._write_changes()
            there = {
                path: path.read_bytes() for path in sorted(self._folder.glob("*/**/*")) if path.is_file()
            }
            for path in [path for path in self._known if path not in there]:
                self._forget(path)
            # A database's own file is before those of its tables.
            for path, content in there.items():
                seen = self._known[path][1] if path in self._known else self._unreadable.get(path)
                if seen != content:
                    self._try_to_take(path, content)

    def end(self) -> None:
        """Write what a run has made or changed, and remove what it has dropped."""
        with self._lock:
            self._write_changes()

    def _write_changes(self) -> None:
        now = dict(self._definitions())
        for path in [path for path in self._known if path not in now]:
            path.unlink(missing_ok=True)
            del self._known[path]
        for path, definition in now.items():
            seen = int(definition.hashCode())  # of a list: from the hashes of what is in it
            if path not in self._known or self._known[path][0] != seen:
                content = bytes(self._java.org.apache.spark.util.Utils.serialize(definition))
                _write(path, content)
                self._known[path] = (seen, content)

    def _definitions(self) -> Iterator[tuple[Path, Any]]:
        """All that the driver has, by their files."""
        for database in _names(self._catalog.listDatabases()):
            yield self._file(database), self._list(self._catalog.getDatabase(database))
            for table in _names(self._catalog.listTables(database)):
                with suppress(Py4JJavaError):  # a run drops it at this moment
                    definition = self._catalog.getTable(database, table)
                    partitions = self._partitions(database, table, definition)
                    yield self._file(database, table), self._list(definition, *partitions)

    def _partitions(self, database: str, table: str, definition: Any) -> list[Any]:
        if definition.partitionColumnNames().isEmpty():
            return []
        return _elements(self._catalog.listPartitions(database, table, self._java.scala.Option.empty()))

    def _list(self, *elements: Any) -> Any:
        made = self._java.java.util.ArrayList()
        for each in elements:
            made.add(each)
        return made

    def _try_to_take(self, path: Path, content: bytes) -> None:
        try:
            self._take(path, content)
        except Py4JJavaError as error:
            _LOG.warning("%s cannot be read: %s", path, error.java_exception.toString())
            self._unreadable[path] = content

    def _take(self, path: Path, content: bytes) -> None:
        loader = self._java.java.lang.Thread.currentThread().getContextClassLoader()
        taken = self._java.org.apache.spark.util.Utils.deserialize(bytearray(content), loader)
        definition, *partitions = taken
        if path.name == _DATABASE:
            self._catalog.createDatabase(definition, True)
        elif self._catalog.tableExists(*self._named(path)):
            self._catalog.alterTable(definition)
            present = self._partitions(*self._named(path), definition)
            specs = self._scala([each.spec() for each in present])
            self._catalog.dropPartitions(*self._named(path), specs, True, False, True)  # the rows stay
        else:
            self._catalog.createTable(definition, True)
        if partitions:
            self._catalog.createPartitions(*self._named(path), self._scala(partitions), True)
        self._known[path] = (int(taken.hashCode()), content)

    def _scala(self, elements: list[Any]) -> Any:
        return self._java.org.apache.spark.api.python.PythonUtils.toSeq(self._list(*elements))

    def _forget(self, path: Path) -> None:
        """Another driver has dropped it, with its rows."""
        del self._known[path]
        if path.name == _DATABASE:
            self._catalog.dropDatabase(unquote(path.parent.name), True, True)
        else:
            self._catalog.dropTable(*self._named(path), True, False)

    def _file(self, database: str, table: str = "") -> Path:
        folder = self._folder / quote(database, safe="")
        return folder / _TABLES / quote(table, safe="") if table else folder / _DATABASE

    @staticmethod
    def _named(path: Path) -> tuple[str, str]:
        return unquote(path.parents[1].name), unquote(path.name)


def _names(sequence: Any) -> list[str]:
    return [str(each) for each in _elements(sequence)]


def _elements(sequence: Any) -> list[Any]:
    return [sequence.apply(index) for index in range(sequence.size())]


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: another driver may be reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.parent / f".{secrets.token_hex(4)}"
    new.write_bytes(content)
    new.replace(path)
