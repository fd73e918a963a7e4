"""How many rows of a source are complete, and how many may be dropped because they are not."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import Manifest, SnapshotSpec, first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.rows import is_later
from rookery_jobs.spark.sides import seen
from rookery_jobs.spark.text.values import column


@dataclass(frozen=True)
class Completeness:
    """Rows that were `read`, of which `later` ones are not seen; of the others, `kept` ones are complete.

    `empty` has the columns with empty values and in how many of the rows that are seen, most first.
    """

    read: int
    later: int
    kept: int
    empty: Mapping[str, int]

    @property
    def dropped(self) -> int:
        """The incomplete rows among those that are seen."""
        return self.read - self.later - self.kept


def count(raw: DataFrame, rows: DataFrame, spec: SnapshotSpec) -> Completeness:
    """Count the rows of `read_source` and those that `typed_rows` makes of them; both should be cached."""
    read, kept = raw.count(), rows.count()
    later = raw.filter(is_later(spec)).count() if spec.as_of else 0
    may_be_empty = kept < read - later or len(spec.required) < len(spec.columns)
    return Completeness(read, later, kept, _empty(raw, spec) if may_be_empty else {})


def of_manifest(manifest: Manifest) -> Completeness:
    """What was counted when the snapshot was made."""
    return Completeness(manifest.rows_read, manifest.rows_later, manifest.rows_kept, manifest.empty)


def check(rows: Completeness, spec: SnapshotSpec) -> None:
    """Raise DataError, naming the columns with empty values, if no row is left or too large a share is
    dropped."""
    if rows.read == rows.later:
        time = ": take a later as_of, or a source with earlier rows" if spec.as_of else ""
        raise DataError(f"the source has no row{seen(spec)}{time}")
    visible = rows.read - rows.later
    if rows.kept == 0:
        raise DataError(f"none of {visible} rows{seen(spec)} is complete; {_remedy(rows)}")
    share = rows.dropped / visible
    if share > spec.max_dropped_share:
        raise DataError(
            f"{rows.dropped} of {visible} rows{seen(spec)} are incomplete, a share of {share:.4g}, and "
            f"max_dropped_share is {spec.max_dropped_share:g}; {_remedy(rows)}, or raise max_dropped_share"
        )


def in_words(rows: Completeness) -> str:
    """The columns with empty values and their counts: "Sex (12), Mass (3)"."""
    return first_ten(f"{name} ({number})" for name, number in rows.empty.items())


def _remedy(rows: Completeness) -> str:
    return f"empty values are in {in_words(rows)}: fill them, leave such a column out of the plan"


def _empty(raw: DataFrame, spec: SnapshotSpec) -> dict[str, int]:
    visible = raw.filter(~is_later(spec))
    counts = visible.agg(*[F.count(F.when(column(name).isNull(), 1)).alias(name) for name in spec.columns])
    found = {name: number for name, number in counts.collect()[0].asDict().items() if number}
    return dict(sorted(found.items(), key=lambda each: -each[1]))
