"""The workspace's state on disk: JSON documents in SQLite, by collection and key.

A write is committed before it returns, so what a client was told is still true after `kill -9`.
"""

import json
import sqlite3
import threading
from collections.abc import Collection as Values
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (collection, key)
);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Condition:
    """What must hold for a field of a document: a piece of SQL, and its parameters."""

    sql: str
    parameters: tuple[str | int, ...] = ()


def is_unset(field: str) -> Condition:
    """The field is null, or not there."""
    return Condition(f"{_of_body(field)} IS NULL")


def is_set(field: str) -> Condition:
    """The field has a value."""
    return Condition(f"{_of_body(field)} IS NOT NULL")


def is_among(field: str, values: Values[str | int]) -> Condition:
    """The field has one of these values."""
    places = ", ".join("?" * len(values))
    return Condition(f"{_of_body(field)} IN ({places})", tuple(values))


def is_one_of_fields(fields: Values[str], value: str) -> Condition:
    """One of these fields has this value."""
    sql = " OR ".join(f"{_of_body(field)} = ?" for field in fields)
    return Condition(f"({sql})", (value,) * len(fields))


def is_between(field: str, lowest: int, highest: int | None) -> Condition:
    """The field is a number in this range, both ends included; None: no upper end."""
    ends = (_in_range(lowest), _LARGEST if highest is None else _in_range(highest))
    return Condition(f"{_of_body(field)} BETWEEN ? AND ?", ends)


def _of_body(field: str) -> str:
    return f"json_extract(body, '$.{field}')"


def _in_range(number: int) -> int:
    """SQLite's integers have 64 bits."""
    return max(-_LARGEST, min(number, _LARGEST))


@dataclass(frozen=True)
class Order:
    """The order of a list: by the field `by`, or by when documents were first put; the last first."""

    by: str = ""
    descending: bool = True

    @property
    def sql(self) -> str:
        """Documents with the same value in the order in which they were put."""
        direction = "DESC" if self.descending else "ASC"
        field = f"{_of_body(self.by)} {direction}, " if self.by else ""
        return f"{field}rowid {direction}"


NEWEST_FIRST = Order()


@dataclass(frozen=True)
class Page:
    """Some documents of a list, and whether there are more after them."""

    documents: list[Document]
    has_more: bool = False


class Store:
    """One SQLite file; safe to use from every thread of the server."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # Enough for a killed process: only a power failure could take the last commits.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def collection(self, name: str) -> "Collection":
        """The documents of one kind."""
        return Collection(self, name)

    def next_number(self, name: str) -> int:
        """A number that this store has never given under `name` before, rising from 1."""
        with (
            self.transaction() as connection,
            closing(
                connection.execute(
                    "INSERT INTO counters VALUES (?, 1) "
                    "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
                    (name,),
                )
            ) as cursor,
        ):
            return int(cursor.fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the store: what is read and written inside happens at once, or not at all."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold the store for one SELECT: SQLite makes a transaction of it by itself, without a write lock."""
        with self._lock:
            yield self._connection

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()


class Collection:
    """Documents of one kind, in the order in which their keys were first put."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def get(self, key: str) -> Document | None:
        """The document under `key`, or None."""
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT body FROM documents WHERE collection = ? AND key = ?", (self._name, key)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, key: str, document: Document) -> None:
        """Write `document` under `key`, in place of what was there."""
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?) "
                "ON CONFLICT (collection, key) DO UPDATE SET body = excluded.body",
                (self._name, key, json.dumps(document)),
            )

    def update(self, key: str, **changes: Any) -> Document:
        """Change some fields of the document under `key` and return the whole; KeyError if there is none."""
        with self._store.transaction():
            document = self.get(key)
            if document is None:
                raise KeyError(key)
            document |= changes
            self.put(key, document)
        return document

    def delete(self, key: str) -> None:
        """Remove the document under `key`, if there is one."""
        with self._store.transaction() as connection:
            connection.execute("DELETE FROM documents WHERE collection = ? AND key = ?", (self._name, key))

    def values(self) -> list[Document]:
        """All documents, oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT body FROM documents WHERE collection = ? ORDER BY rowid", (self._name,)
            ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def newest(
        self,
        conditions: Sequence[Condition] = (),
        *,
        first: int = 0,
        count: int,
        order: Order = NEWEST_FIRST,
    ) -> Page:
        """At most `count` documents for which all conditions hold, after the first `first` in this order."""
        sql = " AND ".join(["collection = ?", *(condition.sql for condition in conditions)])
        parameters = [value for condition in conditions for value in condition.parameters]
        with self._store.reading() as connection:
            rows = connection.execute(
                # The conditions' fields are named in our own code; every value is a parameter.
                f"SELECT body FROM documents WHERE {sql} ORDER BY {order.sql} LIMIT ? OFFSET ?",  # noqa: S608
                (self._name, *parameters, count + 1, first),
            ).fetchall()
        documents = [json.loads(body) for (body,) in rows]
        return Page(documents[:count], len(documents) > count)
