"""Facts in sections and mistakes: aligned text for a terminal, JSON for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk import DAG
    from databricks.sdk import WorkspaceClient

    from rookery.mistakes import Mistake
    from rookery.workspace.questions import Finding

_WIDTH = 100
_INDENT = "  "


class Row(NamedTuple):
    """One fact: what a person reads, and `value`, what a machine gets instead of the text."""

    label: str
    text: str
    value: Any = None
    note: str = ""


class Section(NamedTuple):
    """Some facts under a title."""

    title: str
    rows: tuple[Row, ...]


class Checkable(Protocol):
    """What `rookery check` needs of a DAG that a factory of ours has made."""

    @property
    def dag(self) -> DAG:
        """The DAG itself."""

    @property
    def databricks_conn_id(self) -> str:
        """The connection that its tasks use."""

    def mistakes(self) -> Iterable[Mistake]:
        """What is wrong that this machine can tell."""

    def sections(self, user_name: str, now: datetime) -> list[Section]:
        """What a run will do, for a workspace's user and at a moment."""

    def ask(self, workspace: WorkspaceClient, user_name: str) -> list[Finding]:
        """What the workspace says, which is asked to create nothing."""


def rendered(sections: Sequence[Section]) -> str:
    """Text of at most 100 columns, all labels aligned."""
    labels = max(len(row.label) for section in sections for row in section.rows)
    return "\n\n".join("\n".join(_lines(section, labels)) for section in sections)


def numbered(mistakes: Sequence[Mistake]) -> str:
    """How many mistakes there are, and each with its place."""
    count = {0: "No mistakes.", 1: "A mistake:"}.get(len(mistakes), f"{len(mistakes)} mistakes:")
    return "\n".join([count, *(line for mistake in mistakes for line in _listed(mistake))])


def as_json(sections: Sequence[Section]) -> dict[str, dict[str, Any]]:
    """Section → fact → value, with `_` for the spaces of labels."""
    return {
        section.title.lower(): {
            row.label.replace(" ", "_"): row.text if row.value is None else row.value for row in section.rows
        }
        for section in sections
    }


def _lines(section: Section, labels: int) -> Iterator[str]:
    yield section.title
    for row in section.rows:
        text = f"{row.text}  ({row.note})" if row.note else row.text
        yield from _wrapped(text, f"{_INDENT}{row.label.ljust(labels)}{_INDENT}")


def _listed(mistake: Mistake) -> Iterator[str]:
    first, *others = str(mistake).splitlines()
    yield from _wrapped(first, "  - ")
    for line in others:
        yield f"    {line}"


def _wrapped(text: str, lead: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
