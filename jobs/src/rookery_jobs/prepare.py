"""Job entry point: the source becomes a snapshot of train, validation and test rows with a manifest."""

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.contract import Manifest, SnapshotSpec, manifest_path, side_path
from rookery_jobs.spark.caching import cached
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.objectives import Survey, objective_of
from rookery_jobs.spark.rows import is_later, read_source, typed_rows
from rookery_jobs.spark.sides import SIDE, check_categories, with_side


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the SnapshotSpec. Does nothing if that very snapshot is complete."""
    (path,) = arguments
    files = ClusterFiles(spark)
    spec = SnapshotSpec.from_json(files.read_text(path))
    if is_complete(files, spec):
        print(f"snapshot {spec.digest} is complete: nothing to prepare")
        return
    manifest = prepare(spark, files, spec)
    later = f"{manifest.rows_later} of {spec.as_of} or later, " if spec.as_of else ""
    print(
        f"snapshot {spec.digest}: {manifest.rows_read} rows read, {later}{manifest.rows_dropped} incomplete "
        f"and dropped, {manifest.rows_kept} kept: {manifest.rows}"
    )


def is_complete(files: ClusterFiles, spec: SnapshotSpec) -> bool:
    """Is there a manifest of this digest? It is written last, so its rows are all there."""
    path = manifest_path(spec.snapshot_path)
    return files.exists(path) and Manifest.from_json(files.read_text(path)).snapshot.digest == spec.digest


def prepare(spark: SparkSession, files: ClusterFiles, spec: SnapshotSpec) -> Manifest:
    """Write the sides as Parquet, then the manifest.

    Raises DataError for a source that is not the one that the spec means, for rows that cannot be used (see
    `rows`), and for a split that no model could be trained and judged on (see `sides` and the objective).
    """
    with cached(read_source(spark, spec)) as raw, cached(with_side(typed_rows(raw, spec), spec)) as rows:
        survey = objective_of(spec).survey(rows, spec)
        check_categories(rows, spec)
        _write_sides(rows, spec)
        manifest = _manifest(raw, rows, survey, spec)
    files.write_text(manifest_path(spec.snapshot_path), manifest.to_json())
    return manifest


def _write_sides(rows: DataFrame, spec: SnapshotSpec) -> None:
    columns = [f"`{name}`" for name in (*spec.features, spec.label)]
    for side in spec.sides:
        chosen = rows.filter(rows[SIDE] == side).select(*columns)
        chosen.write.mode("overwrite").parquet(side_path(spec.snapshot_path, side))


def _manifest(raw: DataFrame, rows: DataFrame, survey: Survey, spec: SnapshotSpec) -> Manifest:
    read = raw.count()
    later = raw.filter(is_later(spec)).count() if spec.as_of else 0
    kept = sum(survey.rows.values())
    features = [f"`{name}`" for name in spec.features]
    example = rows.filter(rows[SIDE] == "train").orderBy(*features).select(*features).limit(1).collect()[0]
    types = {**dict.fromkeys(spec.categorical, "string"), **dict.fromkeys(spec.numeric, "double")}
    return Manifest(
        snapshot=spec,
        columns={**types, spec.label: objective_of(spec).OBJECTIVE.label_type},
        rows_read=read,
        rows_later=later,
        rows_dropped=read - later - kept,
        rows_kept=kept,
        rows=survey.rows,
        class_counts=survey.class_counts,
        example=example.asDict(),
    )
