"""Batch scoring: every row of the files comes out, with the version's prediction or the reason why not."""

import dataclasses
import gzip
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler

from rookery_jobs import contract, score
from rookery_jobs.contract import (
    CsvFormat,
    InputFile,
    ScoringReport,
    ScoringSpec,
    scoring_digest,
    scoring_path,
)
from rookery_jobs.errors import ScoringError
from rookery_jobs.spark.model_artifact import load_scorer
from rookery_jobs.spark.scoring.columns import ModelInput, with_values
from rookery_jobs.spark.scoring.input import read_files
from tests.spark.study import PENGUINS, Study

HEADER = "Id,Island,CulmenLength,CulmenDepth,FlipperLength,BodyMass"
GENTOO = "Biscoe,48.7,14.1,210,4450"


@dataclasses.dataclass(frozen=True)
class Registered:
    """A registered version, and a folder of files to score with it."""

    study: Study
    version: str

    def spec(self, folder: Path, **contents: str) -> ScoringSpec:
        """Write the files, and the spec as the Airflow side does after listing them."""
        for name, text in contents.items():
            (folder / f"{name}.csv").write_text(text)
        files = tuple(
            InputFile(str(path), path.stat().st_size, path.stat().st_mtime_ns // 10**6)
            for path in sorted(folder.glob("*.csv"))
        )
        digest = scoring_digest("Penguin Predictor", self.version, files)
        return ScoringSpec(
            registered_model_name="Penguin Predictor",
            model_version=self.version,
            files=files,
            output_path=scoring_path(str(folder / "predictions"), self.version, digest),
            digest=digest,
            tmp_path=self.study.layout.tmp,
            origin=self.study.origin,
        )

    def score(self, spec: ScoringSpec) -> ScoringReport:
        path = Path(self.study.layout.scoring(spec.digest))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(spec.to_json())
        score.main(self.study.spark, [str(path)])
        return ScoringReport.from_json(Path(spec.report_path).read_text())

    def predictions(self, spec: ScoringSpec) -> list[dict[str, Any]]:
        rows = self.study.spark.read.parquet(spec.predictions_path).collect()
        return [row.asDict() for row in rows]


@pytest.fixture(scope="module")
def registered(shared_study: Study) -> Registered:
    spec = shared_study.snapshot_spec()
    shared_study.prepare(spec)
    sweep = shared_study.sweep_spec(spec, {"maxIter": [10]})
    shared_study.train(sweep)
    registration = shared_study.registration_spec(sweep, shared_study.best(sweep))
    return Registered(shared_study, shared_study.register(registration))


def test_every_row_has_the_prediction_of_the_version_that_is_named_beside_it(
    registered: Registered, tmp_path: Path
) -> None:
    lines = PENGUINS.read_text().splitlines()
    half = "\n".join(lines[:150])
    rest = "\n".join([lines[0], *lines[150:]])
    spec = registered.spec(tmp_path, first=half, **{"the rest+1": rest})
    report = registered.score(spec)
    assert (report.rows, report.scored, report.rejected) == (344, 342, 2)
    assert report.files == ("first.csv", "the rest+1.csv")
    rows = pd.DataFrame(registered.predictions(spec))
    assert set(rows["registered_model_name"]) == {"Penguin Predictor"}
    assert set(rows["model_version"]) == {registered.version}
    assert rows["source_file"].value_counts().to_dict() == {"first.csv": 149, "the rest+1.csv": 195}
    scored = rows[rows["rejected"].isna()]
    (run,) = registered.study.runs()
    folder = Path(run.info.artifact_uri.removeprefix("file://")) / run.data.tags[contract.TAG_MODEL]
    expected = load_scorer(folder).score(
        scored[["Island", "CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"]]
    )
    assert list(scored["prediction"]) == list(expected.prediction)
    assert scored["prediction"].nunique() == 3
    assert registered.study.staged_files() == []
    assert registered.study.cached_frames() == 0


@pytest.mark.matrix
def test_rows_that_cannot_be_scored_are_kept_with_the_reason(registered: Registered, tmp_path: Path) -> None:
    lines = [
        f"a,{GENTOO}",
        "b,Atlantis,48.7,14.1,210,4450",
        "c,,48.7,14.1,210,4450",
        "d,Biscoe,48.7,14.1,210,",
        "e,Biscoe,48.7,14.1,210,NA",
        "f,Biscoe,48.7,14.1,210,NaN",
        f"g,{GENTOO},surplus",
        "h,Biscoe,48.7",
    ]
    spec = registered.spec(tmp_path, rows="\n".join([HEADER, *lines]))
    report = registered.score(spec)
    assert (report.rows, report.scored, report.rejected) == (8, 1, 7)
    rows = {row["Id"]: row for row in registered.predictions(spec)}
    assert {name: row["rejected"] for name, row in rows.items()} == {
        "a": None,
        "b": "column 'Island' has the unseen category 'Atlantis'",
        "c": "column 'Island' is missing",
        "d": "column 'BodyMass' is missing",
        "e": "column 'BodyMass' has 'NA', no double",
        "f": "column 'BodyMass' has 'NaN', no double",
        "g": "the row has more or fewer fields than its file's header",
        "h": "the row has more or fewer fields than its file's header",
    }
    assert rows["a"]["prediction"] == 1.0
    assert [row["prediction"] for name, row in rows.items() if name != "a"] == [None] * 7
    assert rows["b"]["BodyMass"] == 4450.0


def test_files_may_differ_in_the_order_of_their_columns_and_in_other_columns(
    registered: Registered, tmp_path: Path
) -> None:
    header = 'features,BodyMass,FlipperLength,CulmenDepth,CulmenLength,Island,"Bill `mm`, ""raw"""'
    mixed = f'{header}\n"x ""5"", y\\",4450,210,14.1,48.7,"Biscoe",1'
    spec = registered.spec(tmp_path, a=f"\ufeff{HEADER}\r\n1,{GENTOO}\r\n", b=mixed)
    registered.score(spec)
    rows = {row["source_file"]: row for row in registered.predictions(spec)}
    assert [rows[name]["prediction"] for name in ("a.csv", "b.csv")] == [1.0, 1.0]
    assert (rows["a.csv"]["Id"], rows["a.csv"]["features"]) == ("1", None)
    other = rows["b.csv"]
    assert (other["Id"], other["features"], other['Bill `mm`, "raw"']) == (None, 'x "5", y\\', "1")


def test_the_same_scoring_again_writes_nothing(registered: Registered, tmp_path: Path) -> None:
    spec = registered.spec(tmp_path, rows=f"{HEADER}\n1,{GENTOO}\n")
    registered.score(spec)
    written = {path: path.stat().st_mtime_ns for path in Path(spec.output_path).rglob("*")}
    registered.score(spec)
    assert {path: path.stat().st_mtime_ns for path in Path(spec.output_path).rglob("*")} == written


def test_what_an_unfinished_scoring_left_is_replaced(registered: Registered, tmp_path: Path) -> None:
    spec = registered.spec(tmp_path, rows=f"{HEADER}\n1,{GENTOO}\n")
    registered.score(spec)
    Path(spec.report_path).unlink()
    assert registered.score(spec).rows == 1
    assert len(registered.predictions(spec)) == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Id,Island,CulmenLength\n1,Biscoe,48.7\n", "has no column CulmenDepth, FlipperLength, BodyMass"),
        ("", "has no column Island, CulmenLength, CulmenDepth, FlipperLength, BodyMass.* has nothing"),
        (f"{HEADER},Prediction\n1,{GENTOO},2\n", "has a column Prediction, which scoring adds"),
        (f"{HEADER},island\n1,{GENTOO},2\n", "names column Island, island twice"),
        (f"{HEADER},L\ufffdnge\n1,{GENTOO},2\n", "is not UTF-8"),
    ],
)
def test_a_file_with_other_columns_is_refused_by_name(
    registered: Registered, tmp_path: Path, text: str, message: str
) -> None:
    spec = registered.spec(tmp_path, good=f"{HEADER}\n1,{GENTOO}\n", wrong=text)
    with pytest.raises(ScoringError, match=rf"wrong\.csv {message}"):
        registered.score(spec)
    assert not Path(spec.report_path).exists()


@pytest.mark.matrix
def test_a_file_that_changed_after_it_was_listed_is_refused(registered: Registered, tmp_path: Path) -> None:
    spec = registered.spec(tmp_path, rows=f"{HEADER}\n1,{GENTOO}\n")
    (tmp_path / "rows.csv").write_text(f"{HEADER}\n1,{GENTOO}\n2,{GENTOO}\n")
    with pytest.raises(ScoringError, match=r"rows\.csv is not the file of \d+ bytes that was listed"):
        registered.score(spec)


def test_the_report_says_which_dag_run_scored(registered: Registered, tmp_path: Path) -> None:
    spec = registered.spec(tmp_path, rows=f"{HEADER}\n1,{GENTOO}\n")
    registered.score(spec)
    origin = json.loads(Path(spec.report_path).read_text())["origin"]
    assert (origin["dag_id"], origin["dag_run_id"]) == (registered.study.dag_id, registered.study.dag_run_id)


@pytest.mark.matrix
@pytest.mark.parametrize("note", ['"see also\n9,Dream,10,5,3,2,x"', '"see\nbelow"', '"never closed'])
def test_a_file_with_a_value_of_several_lines_is_refused(
    registered: Registered, tmp_path: Path, note: str
) -> None:
    spec = registered.spec(tmp_path, rows=f"{HEADER},Note\n1,{GENTOO},{note}\n2,{GENTOO},ok\n")
    with pytest.raises(ScoringError, match=r"rows\.csv has an unclosed quote in row 1"):
        registered.score(spec)


def test_a_row_with_a_key_that_is_not_utf8_is_rejected(registered: Registered, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(f"{HEADER}\nJos\u00e9,{GENTOO}\nJose,{GENTOO}\n".encode("latin-1"))
    spec = registered.spec(tmp_path)
    report = registered.score(spec)
    assert (report.scored, report.rejected) == (1, 1)
    rejected = [row["rejected"] for row in registered.predictions(spec) if row["Id"] != "Jose"]
    assert rejected == ["column 'Id' is not UTF-8: save the file as UTF-8"]


@pytest.mark.matrix
def test_text_in_files_means_what_it_did_in_training_and_keys_stay_as_they_are(
    registered: Registered, tmp_path: Path
) -> None:
    spec = registered.spec(
        tmp_path, rows=f"{HEADER}\n a ,\u00a0Biscoe ,48.7\u00a0,14.1,210,4450\n101.0,{GENTOO}\n"
    )
    assert registered.score(spec).scored == 2
    rows = registered.predictions(spec)
    assert [(row["Id"], row["Island"]) for row in rows] == [(" a ", "\u00a0Biscoe "), ("101.0", "Biscoe")]
    assert rows[0]["prediction"] == rows[1]["prediction"] == 1.0
    assert rows[0]["CulmenLength"] == 48.7


def test_a_model_of_before_the_text_rule_takes_categories_as_they_stand(
    registered: Registered, tmp_path: Path
) -> None:
    fitted = next(run for run in registered.study.runs() if contract.TAG_MODEL in run.data.tags)
    model = Path(fitted.info.artifact_uri.removeprefix("file://")) / fitted.data.tags[contract.TAG_MODEL]
    written = (model / "scorer" / "scorer.json").read_text()
    old = {**json.loads(written), "format": 1}
    assert old.pop("text_rule") == contract.TEXT_RULE
    spec = registered.spec(tmp_path, rows=f"{HEADER}\n1, Biscoe,48.7,14.1,210,4450\n2,{GENTOO}\n")
    try:
        (model / "scorer" / "scorer.json").write_text(json.dumps(old))
        registered.score(spec)
    finally:
        (model / "scorer" / "scorer.json").write_text(written)
    rows = {row["Id"]: row["rejected"] for row in registered.predictions(spec)}
    assert rows == {"1": "column 'Island' has the unseen category ' Biscoe'", "2": None}


@pytest.mark.matrix
def test_two_hundred_columns_are_scored_each_value_cast_once(registered: Registered, tmp_path: Path) -> None:
    spark, names = registered.study.spark, [f"f{n}" for n in range(200)]
    known = spark.createDataFrame(
        [(float(label), *[float(label)] * 200) for label in (0, 1)], ["label", *names]
    )
    features = VectorAssembler(inputCols=names, outputCol="features")
    pipeline = Pipeline(stages=[features, LogisticRegression(maxIter=2)]).fit(known)
    inputs = [ModelInput(name, "double", f"__text_{name}", f"__value_{name}") for name in names]
    rows = [",".join([value] * 200) for value in ("0", "1", "x")]
    spec = registered.spec(tmp_path, wide="\n".join([",".join(names), *rows]))
    read = with_values(read_files(spark, spec, names), inputs, contract.TEXT_RULE)
    scored = score.predictions(read, pipeline, inputs, spec).select("prediction", "rejected").collect()
    assert [row["prediction"] for row in scored] == [0.0, 1.0, None]
    assert scored[2]["rejected"] == "column 'f0' has 'x', no double"


def read_as(registered: Registered, path: Path, **read: Any) -> ScoringSpec:
    """The spec of one file that is written or read in another way."""
    files = (InputFile(str(path), path.stat().st_size, path.stat().st_mtime_ns // 10**6),)
    digest = scoring_digest("Penguin Predictor", registered.version, files, **read)
    return ScoringSpec(
        registered_model_name="Penguin Predictor",
        model_version=registered.version,
        files=files,
        output_path=scoring_path(str(path.parent / "predictions"), registered.version, digest),
        digest=digest,
        tmp_path=registered.study.layout.tmp,
        origin=registered.study.origin,
        **read,
    )


def test_parquet_and_csv_written_otherwise_get_the_predictions_of_plain_csv(
    registered: Registered, tmp_path: Path
) -> None:
    rows = [("a", "Biscoe", 48.7, 14.1, 210, 4450.0), ("b", "Dream", 39.1, None, 181, 3750.0)]
    text = "".join(",".join("" if each is None else str(each) for each in row) + "\n" for row in rows)
    plain = registered.spec(tmp_path, plain=f"{HEADER}\n{text}")
    other = tmp_path / "other.csv.gz"
    content = (
        f"{HEADER}\n{text}".replace(",,", ",k. A.,")
        .replace(",", ";")
        .replace(".", ",")
        .replace("k, A,", "k. A.")
    )
    other.write_bytes(gzip.compress(content.encode()))
    schema = "Id string, Island string, CulmenLength double, CulmenDepth double, FlipperLength int"
    frame = registered.study.spark.createDataFrame(rows, f"{schema}, BodyMass double")
    frame.selectExpr("*", "array(1, 2) AS Seen").coalesce(1).write.parquet(str(tmp_path / "typed"))
    (typed,) = (tmp_path / "typed").glob("*.parquet")
    specs = [
        plain,
        read_as(registered, other, csv=CsvFormat(delimiter=";", decimal=","), missing=("k. A.",)),
        read_as(registered, typed, format="parquet"),
    ]
    assert [registered.score(spec).scored for spec in specs] == [1, 1, 1]
    found = [sorted(registered.predictions(spec), key=lambda row: str(row["Id"])) for spec in specs]
    for name in ("Id", "prediction", "rejected"):
        assert [[row[name] for row in each] for each in found] == [[row[name] for row in found[0]]] * 3
    assert found[0][1]["rejected"] == "column 'CulmenDepth' is missing"
    assert found[2][0]["Seen"] == [1, 2], "other columns stay as they are"


@pytest.mark.matrix
def test_a_key_in_another_encoding_is_kept(registered: Registered, tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_bytes(f"{HEADER}\nJos\u00e9 \u20ac,Biscoe,48.7,14.1,210,4450\n".encode("windows-1252"))
    spec = read_as(registered, file, csv=CsvFormat(encoding="windows-1252"))
    assert registered.score(spec).scored == 1
    assert [row["Id"] for row in registered.predictions(spec)] == ["Jos\u00e9 \u20ac"]


def test_parquet_without_a_column_of_the_model_is_refused(registered: Registered, tmp_path: Path) -> None:
    registered.study.spark.sql("SELECT 'Biscoe' AS Island").coalesce(1).write.parquet(str(tmp_path / "p"))
    (part,) = (tmp_path / "p").glob("*.parquet")
    with pytest.raises(ScoringError, match=r"has no column CulmenLength, .*, which the model needs"):
        registered.score(read_as(registered, part, format="parquet"))
