"""Files that are read where they are: what is in them decides, and nothing is nulled silently."""

import gzip
import hashlib
import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from rookery_jobs.contract import CsvFormat, FilesSourceSpec, Manifest, SnapshotSpec, listing_path, side_path
from rookery_jobs.errors import DataError
from rookery_jobs.spark.reading.marks import FILE, ROW
from rookery_jobs.spark.sources import source_of
from tests.spark.study import NUMERIC, PENGUINS, Study

LINES = PENGUINS.read_text().splitlines()
TYPES = (
    "Island string, CulmenLength double, CulmenDepth float, FlipperLength int, BodyMass long, Species short"
)


def penguins(spark: SparkSession, path: Path, files: int = 2) -> Path:
    """The penguins as typed Parquet."""
    rows = spark.read.csv(str(PENGUINS), header=True, schema=TYPES)
    rows.coalesce(1).repartition(files).write.parquet(str(path))
    return path


def spec_of(study: Study, path: Path | str, format: str = "parquet", **changes: Any) -> SnapshotSpec:  # noqa: A002
    missing = changes.pop("missing", ())
    return study.snapshot_spec(source=FilesSourceSpec(str(path), format, missing), **changes)


def rows_of(study: Study, manifest: Manifest) -> set[tuple[object, ...]]:
    spec = manifest.snapshot
    return {
        (side, *row)
        for side in spec.sides
        for row in study.spark.read.parquet(side_path(spec.snapshot_path, side)).collect()
    }


def test_typed_parquet_gives_the_snapshot_that_the_same_values_as_csv_give(
    study: Study, tmp_path: Path
) -> None:
    folder = penguins(study.spark, tmp_path / "penguins")
    (folder / "_notes.txt").write_text("no data")
    found = study.prepare(spec_of(study, folder))
    assert rows_of(study, found) == rows_of(study, study.prepare(study.snapshot_spec()))
    source = found.snapshot.source
    assert isinstance(source, FilesSourceSpec)
    parts = sorted(folder.glob("*.parquet"))
    assert (source.files, source.size) == (len(parts), sum(part.stat().st_size for part in parts))
    listed = Path(listing_path(found.snapshot.snapshot_path)).read_text()
    assert hashlib.sha256(listed.encode()).hexdigest() == source.sha256
    assert json.loads(listed) == [
        [part.name, part.stat().st_size, hashlib.sha256(part.read_bytes()).hexdigest()] for part in parts
    ]


def test_the_same_content_gives_the_same_digest_wherever_it_is_and_another_another(
    study: Study, tmp_path: Path
) -> None:
    folder = penguins(study.spark, tmp_path / "one")
    first = study.prepare(spec_of(study, folder)).snapshot
    shutil.copytree(folder, tmp_path / "other")
    assert study.prepare(spec_of(study, tmp_path / "other")).snapshot.digest == first.digest
    shutil.copy(next(folder.glob("*.parquet")), folder / "more.parquet")
    second = study.prepare(spec_of(study, folder)).snapshot
    assert second.digest != first.digest
    assert Path(first.snapshot_path).is_dir(), "the first stays"
    assert study.prepare(spec_of(study, folder, missing=("NA",))).snapshot.digest != second.digest


@pytest.mark.matrix
def test_one_file_is_a_source_whatever_it_is_called(study: Study, tmp_path: Path) -> None:
    (part,) = penguins(study.spark, tmp_path / "one", files=1).glob("*.parquet")
    named = shutil.copy(part, tmp_path / "b 100 + ü.parquet")
    digests = {study.prepare(spec_of(study, Path(path))).snapshot.digest for path in (part, named)}
    assert len(digests) == 1


@pytest.mark.matrix
def test_files_that_change_while_they_are_read_make_no_snapshot(study: Study, tmp_path: Path) -> None:
    folder = penguins(study.spark, tmp_path / "one")
    spec = FilesSourceSpec(str(folder), "parquet")
    pinned = source_of(spec).pin(study.spark, spec)
    pinned.check_unchanged()
    shutil.copy(next(folder.glob("*.parquet")), folder / "more.parquet")
    assert pinned.read(["Island"]).count() == 344, "just what was listed is read"
    with pytest.raises(DataError, match="was changed while it was read"):
        pinned.check_unchanged()


def test_a_folder_named_by_a_value_is_a_column_also_if_it_has_the_only_file(
    study: Study, tmp_path: Path
) -> None:
    (part,) = penguins(study.spark, tmp_path / "one", files=1).glob("*.parquet")
    (tmp_path / "dated" / "Seen=2026-01-05").mkdir(parents=True)
    shutil.copy(part, tmp_path / "dated" / "Seen=2026-01-05")
    spec = FilesSourceSpec(str(tmp_path / "dated"), "parquet")
    rows = source_of(spec).pin(study.spark, spec).read(["Seen"])
    assert {row["Seen"] for row in rows.distinct().collect()} == {"2026-01-05"}


@pytest.mark.matrix
def test_folders_named_by_a_value_are_a_column(study: Study, tmp_path: Path) -> None:
    rows = study.spark.read.csv(str(PENGUINS), header=True, schema=TYPES)
    rows.write.partitionBy("Island").parquet(str(tmp_path / "parted"))
    plain = study.prepare(study.snapshot_spec())
    assert rows_of(study, study.prepare(spec_of(study, tmp_path / "parted"))) == rows_of(study, plain)


def test_csv_files_with_columns_in_another_order_are_one_source(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join(LINES[:100]) + "\n")
    turned = [",".join(["x", *reversed(line.split(","))]) for line in LINES[:1] + LINES[100:]]
    (folder / "b 100% + ü#1.csv").write_text("\n".join(turned) + "\n")
    plain = study.prepare(study.snapshot_spec())
    found = study.prepare(spec_of(study, folder, "csv"))
    assert rows_of(study, found) == rows_of(study, plain)


@pytest.mark.matrix
@pytest.mark.parametrize(("encoding", "island"), [("ISO-8859-1", "Île"), ("windows-1252", "Île „ž€“")])
@pytest.mark.parametrize("end", [".csv", ".csv.gz"])
def test_csv_in_another_encoding_means_the_same(
    study: Study, tmp_path: Path, encoding: str, island: str, end: str
) -> None:
    text = "\n".join(LINES).replace("Dream", island)
    path = tmp_path / f"birds{end}"
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if end.endswith("gz") else content)
    written = CsvFormat(encoding=encoding)
    spec = study.snapshot_spec(source=FilesSourceSpec(str(path), "csv", csv=written))
    plain = study.prepare(study.snapshot_spec(text))
    found = study.prepare(spec)
    assert rows_of(study, found) == rows_of(study, plain)
    assert any(island in row for row in rows_of(study, found))
    as_utf_8 = study.snapshot_spec(source=FilesSourceSpec(str(path), "csv"))
    with pytest.raises(DataError, match="not UTF-8"):
        study.prepare(as_utf_8)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("written", "end"),
    [
        pytest.param(CsvFormat(";", "'", "'", ","), ".csv", marks=pytest.mark.matrix),
        (CsvFormat("\t", '"', "\\", ","), ".csv.gz"),
        pytest.param(CsvFormat("|", "]", "]", "."), ".csv", marks=pytest.mark.matrix),
    ],
)
def test_csv_that_is_written_otherwise_or_compressed_means_the_same(
    study: Study, tmp_path: Path, written: CsvFormat, end: str
) -> None:
    header, *rows = (line.split(",") for line in LINES)
    note = f"a {written.delimiter} {written.escape}{written.quote} b"
    lines = [[*header, "Note"], *([*row[:1], *_decimals(row[1:], written), note] for row in rows)]
    lines[1:] = [[*line[:-1], f"{written.quote}{note}{written.quote}"] for line in lines[1:]]
    content = "".join(f"{written.delimiter.join(line)}\n" for line in lines).encode()
    path = tmp_path / f"birds{end}"
    path.write_bytes(gzip.compress(content) if end.endswith("gz") else content)
    spec = study.snapshot_spec(source=FilesSourceSpec(str(path), "csv", csv=written))
    plain = study.prepare(study.snapshot_spec())
    assert rows_of(study, study.prepare(spec)) == rows_of(study, plain)
    unclosed = tmp_path / "unclosed.csv"
    unclosed.write_bytes(content.removesuffix(f"{written.quote}\n".encode()) + b"\n")
    source = FilesSourceSpec(str(unclosed), "csv", csv=written)
    with pytest.raises(DataError, match="an unclosed quote in row 344"):
        study.prepare(study.snapshot_spec(source=source))


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("Dream,39,18,NA,3750,0", "row 3 of .*b.csv: column 'FlipperLength' has 'NA', which is not a finite"),
        ("Dream,39,18,181", "row 3 of .*b.csv: has 4 fields, more or fewer than the header"),
        ('"Dream,39,18,181,3750,0', "b.csv has an unclosed quote in row 3"),
    ],
)
def test_a_fault_in_one_of_several_files_is_told_with_file_row_and_value(
    study: Study, tmp_path: Path, spoiled: str, told: str
) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join(LINES[:100]) + "\n")
    (folder / "b.csv").write_text("\n".join([LINES[0], *LINES[100:102], spoiled, *LINES[102:]]) + "\n")
    with pytest.raises(DataError, match=told):
        study.prepare(spec_of(study, folder, "csv"))


def test_a_number_that_is_none_is_told_as_the_file_has_it(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "birds.csv"
    rows = [line.translate(str.maketrans(",.", ";,")) for line in LINES[1:]]
    path.write_text("\n".join([LINES[0].replace(",", ";"), "Dream;39,5;1.500;181;3750;0", *rows]))
    source = FilesSourceSpec(str(path), "csv", csv=CsvFormat(delimiter=";", decimal=","))
    with pytest.raises(DataError, match=r"row 1: column 'CulmenDepth' has '1\.500', which is not a finite"):
        study.prepare(study.snapshot_spec(source=source))


def test_texts_that_mean_missing_are_missing_in_parquet_too(study: Study, tmp_path: Path) -> None:
    rows = [
        (island, float("nan") if number < 9 else 40.0 + number, 0) for number, island in enumerate("ab" * 30)
    ]
    frame = study.spark.createDataFrame(rows, "Island string, CulmenLength double, Species int")
    frame.selectExpr(
        "Island", "CulmenLength", "Species + cast(Island = 'b' AS int) AS Species"
    ).write.parquet(str(tmp_path / "p"))
    asked: dict[str, Any] = {"numeric": ("CulmenLength",), "validation_size": 0.0, "test_size": 0.3}
    with pytest.raises(DataError, match="column 'CulmenLength' has 'NaN', which is not a finite number"):
        study.prepare(spec_of(study, tmp_path / "p", **asked))
    manifest = study.prepare(spec_of(study, tmp_path / "p", missing=("NaN",), **asked))
    assert (manifest.rows_kept, manifest.empty) == (51, {"CulmenLength": 9})


def test_every_type_of_value_has_the_text_that_csv_would_have(spark: SparkSession, tmp_path: Path) -> None:
    values: dict[str, tuple[str, Any, str | None]] = {
        "text": ("string", " a,b ", " a,b "),
        "flag": ("boolean", True, "true"),
        "whole": ("bigint", -7, "-7"),
        "real": ("double", 0.1, "0.1"),
        "single": ("float", 0.1, "0.1"),
        "exact": ("decimal(20,8)", Decimal("0.00000012"), "0.00000012"),
        "large": ("decimal(38,2)", Decimal("-123456789012345678901.50"), "-123456789012345678901.50"),
        "day": ("date", date(2026, 1, 5), "2026-01-05"),
        "at": ("timestamp", datetime(2026, 1, 5, 10, tzinfo=UTC), None),
        "none": ("double", None, None),
    }
    schema = ", ".join(f"{name} {kind}" for name, (kind, _, _) in values.items())
    frame = spark.createDataFrame([tuple(value for _, value, _ in values.values())], schema).coalesce(1)
    frame.write.parquet(str(tmp_path / "p"))
    spec = FilesSourceSpec(str(tmp_path / "p"), "parquet")
    row = source_of(spec).pin(spark, spec).read(list(values)).first()
    assert row is not None
    assert row[FILE] is None
    assert row[ROW] == 0
    found = {name: row[name] for name in values}
    assert datetime.fromisoformat(found.pop("at")) == values["at"][1]
    assert found == {name: text for name, (_, _, text) in values.items() if name != "at"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda _: None, r"the source .* cannot be read: .*PATH_NOT_FOUND"),
        (lambda path: path.mkdir(), "has no file"),
        (lambda path: (path / "_delta_log").mkdir(parents=True), "is a Delta table"),
        (lambda path: _text(path / "a[1].parquet"), "for a pattern: rename"),
        (lambda path: _text(path / "a.parquet"), "cannot be read: .*a.parquet is not a Parquet file"),
    ],
)
def test_what_cannot_be_a_source_is_refused_in_words(
    study: Study, tmp_path: Path, make: Any, told: str
) -> None:
    make(tmp_path / "p")
    with pytest.raises(DataError, match=told):
        study.prepare(spec_of(study, tmp_path / "p"))


def test_a_store_that_the_cluster_has_no_file_system_for_is_named(study: Study) -> None:
    with pytest.raises(
        DataError, match=r'the source s3://bucket/p cannot be read: .*No FileSystem for scheme "s3"'
    ):
        study.prepare(spec_of(study, "s3://bucket/p"))


@pytest.mark.matrix
def test_columns_that_are_not_there_or_no_value_are_named(study: Study, tmp_path: Path) -> None:
    frame = study.spark.sql("SELECT 'a' AS Island, array(1) AS CulmenLength, 0 AS Species")
    frame.write.parquet(str(tmp_path / "p"))
    spec = spec_of(study, tmp_path / "p", numeric=("CulmenLength",))
    with pytest.raises(DataError, match=r"columns that are no value: 'CulmenLength' \(array<int>\)"):
        study.prepare(spec)
    with pytest.raises(DataError, match="has no column CulmenDepth, FlipperLength, BodyMass; it has Island"):
        study.prepare(spec_of(study, tmp_path / "p", numeric=NUMERIC))


def test_a_file_above_the_size_that_spark_holds_in_memory_has_the_same_hash(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rookery_jobs.spark.reading import listing

    folder = penguins(spark, tmp_path / "p")
    found = listing.find_files(spark, [str(folder)], str(folder))
    small = listing.content_hashes(spark, found)
    monkeypatch.setattr(listing, "_LARGE_BYTES", found[0].size - 1)
    assert listing.content_hashes(spark, found) == small


def _text(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no Parquet")


def _decimals(fields: list[str], written: CsvFormat) -> list[str]:
    return [field.replace(".", written.decimal) for field in fields]
