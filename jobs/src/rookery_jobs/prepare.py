"""Job entry point: the source CSV becomes a snapshot of train, validation and test rows with a manifest."""

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.caching import cached
from rookery_jobs.contract import Manifest, SnapshotSpec, manifest_path, side_path
from rookery_jobs.errors import DataError
from rookery_jobs.files import ClusterFiles
from rookery_jobs.source import is_later, read_source, typed_rows
from rookery_jobs.split import SIDE, check_categories, check_classes, class_counts, with_side


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

    Raises DataError for a source that is not the one whose sha256 the spec has, for rows that cannot be read
    (see `source`), and for a split that no model could be trained and judged on (see `split`).
    """
    _check_source(files, spec)
    with cached(read_source(spark, spec)) as raw, cached(with_side(typed_rows(raw, spec), spec)) as rows:
        counts = class_counts(rows, spec)
        check_classes(counts, spec)
        check_categories(rows, spec)
        _write_sides(rows, spec)
        manifest = _manifest(raw, rows, counts, spec)
    files.write_text(manifest_path(spec.snapshot_path), manifest.to_json())
    return manifest


def _check_source(files: ClusterFiles, spec: SnapshotSpec) -> None:
    if not files.exists(spec.source.path):
        raise DataError(f"the source {spec.source.path} does not exist")
    found = files.sha256(spec.source.path)
    if found != spec.source.sha256:
        raise DataError(
            f"the source {spec.source.path} has sha256 {found}, not {spec.source.sha256}: it changed after "
            "its download"
        )


def _write_sides(rows: DataFrame, spec: SnapshotSpec) -> None:
    columns = [f"`{name}`" for name in (*spec.features, spec.label)]
    for side in spec.sides:
        chosen = rows.filter(rows[SIDE] == side).select(*columns)
        chosen.write.mode("overwrite").parquet(side_path(spec.snapshot_path, side))


def _manifest(
    raw: DataFrame, rows: DataFrame, counts: dict[str, dict[str, int]], spec: SnapshotSpec
) -> Manifest:
    read = raw.count()
    later = raw.filter(is_later(spec)).count() if spec.as_of else 0
    per_side = {side: sum(classes.values()) for side, classes in counts.items()}
    kept = sum(per_side.values())
    features = [f"`{name}`" for name in spec.features]
    example = rows.filter(rows[SIDE] == "train").orderBy(*features).select(*features).limit(1).collect()[0]
    types = {**dict.fromkeys(spec.categorical, "string"), **dict.fromkeys(spec.numeric, "double")}
    return Manifest(
        snapshot=spec,
        columns={**types, spec.label: "int"},
        rows_read=read,
        rows_later=later,
        rows_dropped=read - later - kept,
        rows_kept=kept,
        rows=per_side,
        class_counts=counts,
        example=example.asDict(),
    )
