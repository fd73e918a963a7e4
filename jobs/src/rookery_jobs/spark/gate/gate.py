"""Whether the data is as the plan expects."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.contract import (
    IGNORE,
    WARN,
    ExpectationsSpec,
    Finding,
    Manifest,
    SnapshotSpec,
    first_ten,
    manifest_path,
    side_path,
)
from rookery_jobs.errors import DataError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.gate.drift import drift_of
from rookery_jobs.spark.gate.values import unexpected_values


def judged(spark: SparkSession, files: ClusterFiles, manifest: Manifest, spec: SnapshotSpec) -> Manifest:
    """The manifest with what was found, which is written if it has changed. `spec` is what is asked now."""
    expected = spec.expectations
    rows = _rows(spark, spec.snapshot_path, manifest.snapshot)
    drift, missing = _drift(spark, files, rows, manifest, expected)
    findings = (
        *_rare_classes(manifest, expected),
        *unexpected_values(rows, expected),
        *_drifted(drift, expected),
        *missing,
    )
    found = replace(manifest, findings=findings, drift=drift)
    if found != manifest:
        files.write_text(manifest_path(spec.snapshot_path), found.to_json())
    for each in findings:
        print(f"data gate: {each}")
    return found


def require_expected(manifest: Manifest) -> None:
    """Raise DataError with everything that keeps the data from being used."""
    refused = [str(each) for each in manifest.findings if each.is_refused]
    if refused:
        raise DataError(f"the data is not as the plan expects: {'; '.join(refused)}")


def _rows(spark: SparkSession, path: str, spec: SnapshotSpec) -> DataFrame:
    return spark.read.parquet(*[side_path(path, side) for side in spec.sides])


def _rare_classes(manifest: Manifest, expected: ExpectationsSpec) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for each in manifest.class_counts.values():
        counts.update(each)
    least = expected.min_rows_per_class
    rare = [f"{one} ({count})" for one, count in counts.items() if count < least]
    if rare:
        text = f"has fewer than {least} rows of the class {first_ten(rare)}"
        yield Finding(manifest.snapshot.label, text, is_refused=True)


def _drift(
    spark: SparkSession,
    files: ClusterFiles,
    rows: DataFrame,
    manifest: Manifest,
    expected: ExpectationsSpec,
) -> tuple[dict[str, float], list[Finding]]:
    path = expected.champion_snapshot
    if not path or expected.on_drift == IGNORE:
        return {}, []
    if not files.exists(manifest_path(path)):
        text = f"was not compared with the champion's data: its snapshot {path} is gone"
        return {}, [Finding(manifest.snapshot.label, text, is_refused=False)]
    before = Manifest.from_json(files.read_text(manifest_path(path)))
    return drift_of(rows, _rows(spark, path, before.snapshot), manifest.snapshot), []


def _drifted(drift: dict[str, float], expected: ExpectationsSpec) -> Iterator[Finding]:
    for name, value in drift.items():
        if value > expected.max_psi:
            text = (
                f"has drifted from the champion's data: its population stability index is {value:.4g}, "
                f"above {expected.max_psi:g}"
            )
            yield Finding(name, text, is_refused=expected.on_drift != WARN)
