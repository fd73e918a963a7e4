"""Job entry point: the source becomes a snapshot of train, validation and test rows with a manifest."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import (
    Manifest,
    SnapshotSpec,
    listing_path,
    manifest_path,
    pinned_path,
    side_path,
)
from rookery_jobs.spark import completeness
from rookery_jobs.spark.caching import cached
from rookery_jobs.spark.completeness import Completeness
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.gate import gate
from rookery_jobs.spark.objectives import Survey, objective_of
from rookery_jobs.spark.rows import read_source, typed_rows
from rookery_jobs.spark.sides import SIDE, check_categories, check_limits, with_side
from rookery_jobs.spark.sources import Pinned, source_of
from rookery_jobs.spark.text.values import column


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the SnapshotSpec. That very snapshot is not made again if it is complete.

    If the spec does not say what the content of its source is, `pinned_path` tells which snapshot was made.
    """
    (path,) = arguments
    files = ClusterFiles(spark)
    asked = SnapshotSpec.from_json(files.read_text(path))
    source = source_of(asked.source).pin(spark, asked.source)
    spec = asked if source.spec == asked.source else asked.pinned(source.spec)
    make(spark, files, spec, source)
    if spec != asked:
        files.write_text(pinned_path(asked.snapshot_path), spec.to_json())


def make(spark: SparkSession, files: ClusterFiles, spec: SnapshotSpec, source: Pinned) -> None:
    """Have the snapshot there, as the spec expects it, and print what it has."""
    manifest = made(spark, files, spec, source)
    gate.require_expected(gate.judged(spark, files, manifest, spec))


def made(spark: SparkSession, files: ClusterFiles, spec: SnapshotSpec, source: Pinned) -> Manifest:
    """The manifest of the snapshot, which is there."""
    known = complete_manifest(files, spec)
    if known is not None:
        completeness.check(completeness.of_manifest(known), spec)
        check_limits(spark.read.parquet(side_path(spec.snapshot_path, "train")), spec)
        objective_of(spec).check_counts(known.class_counts, spec)
        print(f"snapshot {spec.digest} is complete: nothing to prepare")
        return known
    manifest = prepare(files, spec, source)
    empty = completeness.in_words(completeness.of_manifest(manifest))
    columns = f" (empty values: {empty})" if empty else ""
    later = f"{manifest.rows_later} of {spec.as_of} or later, " if spec.as_of else ""
    print(
        f"snapshot {spec.digest}: {manifest.rows_read} rows read, {later}{manifest.rows_dropped} incomplete "
        f"and dropped{columns}, {manifest.rows_kept} kept: {manifest.rows}"
    )
    return manifest


def complete_manifest(files: ClusterFiles, spec: SnapshotSpec) -> Manifest | None:
    """The manifest of this digest, if there is one. It is written last: the snapshot's rows are all there."""
    path = manifest_path(spec.snapshot_path)
    manifest = Manifest.from_json(files.read_text(path)) if files.exists(path) else None
    return manifest if manifest and manifest.snapshot.digest == spec.digest else None


def prepare(files: ClusterFiles, spec: SnapshotSpec, source: Pinned) -> Manifest:
    """Write the sides as Parquet, then the manifest.

    Raises DataError for a source that is not the one that the spec means, for rows that cannot be used (see
    `rows`), for too many incomplete ones, and for a split that no model could be trained and judged on (see
    `sides` and the objective).
    """
    with cached(read_source(source, spec)) as raw, cached(with_side(typed_rows(raw, spec), spec)) as rows:
        counted = completeness.count(raw, rows, spec)
        completeness.check(counted, spec)
        survey = objective_of(spec).survey(rows, spec)
        check_limits(rows.filter(rows[SIDE] == "train"), spec)
        check_categories(rows, spec)
        _write_sides(rows, survey, spec)
        manifest = _manifest(rows, counted, survey, spec)
    source.check_unchanged()
    if source.listing is not None:
        files.write_text(listing_path(spec.snapshot_path), source.listing)
    files.write_text(manifest_path(spec.snapshot_path), manifest.to_json())
    return manifest


def _write_sides(rows: DataFrame, survey: Survey, spec: SnapshotSpec) -> None:
    target = objective_of(spec).target(spec, survey.labels).alias(spec.label_column)
    columns = [*map(column, spec.features), target]
    for side in spec.sides:
        chosen = rows.filter(rows[SIDE] == side).select(*columns)
        chosen.write.mode("overwrite").parquet(side_path(spec.snapshot_path, side))


def _manifest(rows: DataFrame, counted: Completeness, survey: Survey, spec: SnapshotSpec) -> Manifest:
    features = [column(name) for name in spec.features]
    incomplete = F.coalesce(*[F.when(each.isNull(), 1) for each in features], F.lit(0))
    train = rows.filter(rows[SIDE] == "train").orderBy(incomplete, *features)
    example = train.select(*features).limit(1).collect()[0]
    types = {**dict.fromkeys(spec.categorical, "string"), **dict.fromkeys(spec.numeric, "double")}
    types |= dict.fromkeys(spec.boolean, "boolean")
    return Manifest(
        snapshot=spec,
        columns={**types, spec.label: spec.label_type},
        rows_read=counted.read,
        rows_later=counted.later,
        rows_dropped=counted.dropped,
        rows_kept=counted.kept,
        rows=survey.rows,
        class_counts=survey.class_counts,
        example=example.asDict(),
        empty=dict(counted.empty),
        labels=survey.labels,
    )
