"""The time of a row, from text: read the same under any Spark version and any session time zone."""

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.spark.text.values import quoted

_ISO_8601 = (
    "^([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)


def instant(name: str) -> Column:
    """The column's text as a timestamp; null where it is none.

    Taken are dates (`2026-01-05`, their first instant) and ISO 8601 timestamps, in UTC where they name no
    zone. A cast alone would take the session's zone, and years and times of day for timestamps as well.
    """
    text = f"trim({quoted(name)})"
    time, seconds, zone = (
        f"coalesce(nullif(regexp_extract({text}, '{_ISO_8601}', {group}), ''), '{default}')"
        for group, default in ((2, "00:00"), (3, ":00"), (4, "Z"))
    )
    whole = f"concat(regexp_extract({text}, '{_ISO_8601}', 1), 'T', {time}, {seconds}, {zone})"
    # `timestamp` would be the type without a zone where a cluster is configured so.
    return F.expr(f"CASE WHEN {text} RLIKE '{_ISO_8601}' THEN try_cast({whole} AS timestamp_ltz) END")


def is_before(name: str, as_of: str) -> Column:
    """Whether the column's time is before the instant, `2026-01-05T00:00:00+00:00`; null if it has none."""
    return instant(name) < F.expr(f"CAST('{as_of}' AS timestamp_ltz)")
