"""A table of a catalog, which Spark reads where it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from reprlib import repr as shown
from typing import TYPE_CHECKING, Annotated, Any, Literal

from rookery.fields import Field
from rookery.mistakes import Mistake
from rookery.parts import Names, checked
from rookery.sources.source import Landed, Source
from rookery.workspace.data.tables import table_fact
from rookery.workspace.questions import Question
from rookery_jobs.contract import TableSourceSpec

if TYPE_CHECKING:
    from rookery.sources.landing import Site
    from rookery.sources.wanted import Wanted

log = logging.getLogger(__name__)

_NAME = re.compile(r"[^\s.`/\"']+(\.[^\s.`/\"']+){1,2}")
_ALLOWED = "<schema>.<table> or <catalog>.<schema>.<table>, without blanks, quotes and slashes"


@dataclass(frozen=True)
class NamedTable(Landed):
    """A table that stays where it is. What is in it, `prepare_data` finds out."""

    name: str
    version: int | None
    missing: list[str]

    def spec(self) -> TableSourceSpec:
        """The table, as the specs of job runs have it."""
        return TableSourceSpec(self.name, self.version, tuple(self.missing))


def _check_name(name: str) -> Iterator[Mistake]:
    if problem := _name_problem(name):
        yield Mistake(problem)


def _check_version(version: int | None) -> Iterator[Mistake]:
    if version is not None and version < 0:
        yield Mistake(f"{version} cannot be; versions of a table begin with 0")


class TableSource(Source):
    """A table by its name, which Spark reads in place.

    A Delta table is read at one version: the one that is named here, else the newest when the run reads it.
    Any other table is known by the hashes of its files. Rows up to the date of a run: `as_of_column`.
    """

    kind: Literal["table"] = "table"
    name: Annotated[str, checked(_check_name)]
    """`<catalog>.<schema>.<table>`, or `<schema>.<table>` of the cluster's own catalog."""
    version: Annotated[int | None, checked(_check_version)] = None
    """A version of a Delta table, which every run is to read."""
    missing: Names = ()
    """Texts that say that there is no value, such as `NA` or `NaN`, beside nothing at all."""

    @property
    def shown(self) -> str:
        """Its name, with the version."""
        return self.name if self.version is None else f"{self.name}, version {self.version}"

    def fields(self) -> Iterator[Field]:
        """Its fields in the trigger form."""
        name = {
            "type": "string",
            "minLength": 1,
            "pattern": f"^{_NAME.pattern}$",
            "allowed": _ALLOWED,
            "title": "Source (table)",
            "section": "Data",
            "description_md": "A table that Spark reads in place. It must have the plan's columns.",
        }
        version = {
            "type": ["integer", "null"],
            "minimum": 0,
            "title": "Version of the table",
            "section": "Data",
            "description_md": "Of a Delta table. Empty: the newest one.",
        }
        yield Field("source_table", ("name",), self.name, name, _read_name)
        yield Field("source_version", ("version",), self.version, version, _read_version)

    def questions(self) -> Iterator[Question]:
        """Whether it is there, if it is Unity Catalog's: no API tells of other tables."""
        if self.name.count(".") == 2:
            yield Question("source", ("source", "name"), partial(table_fact, self.name, self.version))

    def mistakes_here(self, dag_file: str, wanted: Wanted) -> Iterator[Mistake]:  # noqa: ARG002
        """Nothing: this machine does not have the table."""
        return iter(())

    def land(self, site: Site) -> NamedTable:  # noqa: ARG002 - nothing moves
        """Leave it where it is."""
        log.info("The table %s is read in place: there is nothing to copy", self.shown)
        return NamedTable(self.name, self.version, list(self.missing))

    def landed(self, handed_on: Mapping[str, Any]) -> NamedTable:
        """What `land` has handed on, out of an XCom."""
        return NamedTable.from_xcom(handed_on)


def _name_problem(name: str) -> str | None:
    if _NAME.fullmatch(name) and name.isprintable():
        return None
    return f"{name!r} is not the name of a table: it must be {_ALLOWED}"


def _read_name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text; it must be {_ALLOWED}")
    if problem := _name_problem(value):
        raise ValueError(problem)
    return value


def _read_version(value: Any) -> int | None:
    if value is not None and (type(value) is not int or value < 0):
        raise ValueError(f"{shown(value)} cannot be; it must be a whole number from 0, or null: the newest")
    return value
