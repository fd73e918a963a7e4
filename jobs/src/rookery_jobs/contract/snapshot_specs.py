"""What `prepare` is asked, and the manifest that it writes back."""

from dataclasses import dataclass
from typing import Annotated

from rookery_jobs.contract.columns import check_as_of_column, check_columns
from rookery_jobs.contract.documents import Document, Inline
from rookery_jobs.contract.identity import snapshot_digest
from rookery_jobs.contract.origin import check_as_of
from rookery_jobs.contract.sources import SOURCES, SourceSpec
from rookery_jobs.contract.splits import SPLITS, SplitSpec
from rookery_jobs.errors import ContractError


@dataclass(frozen=True)
class SnapshotSpec(Document):
    """What `prepare` is asked: which columns of which source, and how to split its rows.

    `categorical` columns become strings, `numeric` ones doubles. With an `as_of_column`, rows whose time
    there is `as_of` or later are left out (None: no row is); the side of a row does not depend on it.
    `digest` is `snapshot_digest` of all this.
    """

    source: Annotated[SourceSpec, Inline(SOURCES, usual="csv", prefix="source_")]
    snapshot_path: str
    categorical: tuple[str, ...]
    numeric: tuple[str, ...]
    label: str
    split: Annotated[SplitSpec, Inline(SPLITS, usual="random")]
    as_of_column: str | None
    as_of: str | None
    digest: str

    def __post_init__(self) -> None:
        check_columns(self.categorical, self.numeric, self.label)
        self._check_as_of()
        expected = snapshot_digest(
            source=self.source,
            split=self.split,
            categorical=self.categorical,
            numeric=self.numeric,
            label=self.label,
            as_of_column=self.as_of_column,
            as_of=self.as_of,
        )
        if self.digest != expected:
            raise ContractError(
                f"snapshot digest {self.digest!r} does not fit its spec, which gives {expected}"
            )

    def _check_as_of(self) -> None:
        check_as_of(self.as_of)
        if self.as_of_column is not None:
            check_as_of_column(self.as_of_column, self.features, self.label)
        elif self.as_of is not None:
            raise ContractError(f"as_of {self.as_of} has no column to compare with: name an as_of_column")

    @property
    def features(self) -> tuple[str, ...]:
        """All feature columns, categorical first, in the order the model takes them."""
        return self.categorical + self.numeric

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the source that are read, each once."""
        time = (self.as_of_column,) if self.as_of_column else ()
        return tuple(dict.fromkeys((*self.features, self.label, *self.split.columns, *time)))

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides its split has."""
        return self.split.sides

    @property
    def selection_side(self) -> str:
        """The side whose metrics choose the best point."""
        return self.split.selection_side


@dataclass(frozen=True)
class Manifest(Document):
    """What `prepare` made of a SnapshotSpec.

    `columns` has the Spark types, features first. Of `rows_read` rows, `rows_later` were at or after the
    snapshot's `as_of`, `rows_dropped` were incomplete, and `rows_kept` are in it: `rows` and `class_counts`
    are per side (a label without classes has none). `example` is one record of features.
    """

    snapshot: SnapshotSpec
    columns: dict[str, str]
    rows_read: int
    rows_later: int
    rows_dropped: int
    rows_kept: int
    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    example: dict[str, float | str]
