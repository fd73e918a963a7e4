"""Estimators by dotted path: another of Spark's, and one of a user's own package, from a sweep to a version
and a scored file."""

import dataclasses
import io
import sys
import zipfile
from collections.abc import Iterator, Set
from pathlib import Path

import mlflow
import pandas as pd
import pytest
from mlflow.models import Model
from pyspark.sql import SparkSession

from rookery_jobs import contract, score
from rookery_jobs.contract import GateSpec, InputFile, ScoringSpec, SweepSpec
from rookery_jobs.contract.scoring_specs import scoring_digest, scoring_path
from rookery_jobs.errors import RegistrationError, TrainingError
from rookery_jobs.grid import Scored
from tests.spark.study import Grid, Study

pytestmark = pytest.mark.matrix

PACKAGE = Path(__file__).parents[1] / "end_to_end" / "dags" / "threshold_estimators"
SPARKS, OWN = "pyspark.ml.classification.LinearSVC", "threshold_estimators.ThresholdClassifier"
TABLE = "City,Years,label\n" + "".join(
    f"{('Ulm', 'Bonn')[n % 2]},{n % 12},{int(n % 12 + n % 2 * 3 > 6)}\n" for n in range(240)
)


@pytest.fixture(scope="module")
def package(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's package, as `run.py` ships it."""
    target = tmp_path_factory.mktemp("package") / "threshold_package.zip"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in PACKAGE.glob("*.py"):
            archive.write(path, f"{PACKAGE.name}/{path.name}")
    target.write_bytes(content.getvalue())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", list(sys.path))
        patch.setattr(
            spark.sparkContext, "environment", {**spark.sparkContext.environment, "USER": "package"}
        )
        spark.sparkContext.addPyFile(str(target))
        yield


@pytest.fixture(scope="module")
def trained(shared_study: Study, package: None) -> tuple[Study, SweepSpec]:  # noqa: ARG001
    spec = shared_study.snapshot_spec(TABLE, categorical=("City",), numeric=("Years",), label="label")
    shared_study.prepare(spec)
    others: dict[str, Grid] = {SPARKS: {"maxIter": [5]}, OWN: {}}
    sweep = shared_study.sweep_spec(spec, {"maxIter": [5]}, "f1", contract.LOG_AUTO, **others)
    shared_study.train(sweep)
    return shared_study, sweep


def scored(study: Study, sweep: SweepSpec, algorithm: str) -> Scored:
    point = next(one for one in sweep.points if one.algorithm == algorithm)
    (run,) = [one for one in study.runs() if one.data.tags.get(contract.TAG_POINT) == point.point_id]
    return Scored(point, run.info.run_id, run.data.metrics)


def test_they_train_in_the_same_sweep_as_the_known_ones(trained: tuple[Study, SweepSpec]) -> None:
    study, sweep = trained
    assert {run.info.status for run in study.runs()} == {"FINISHED"}
    params = {run.data.tags[contract.TAG_ALGORITHM]: run.data.params for run in study.runs()}
    assert params[SPARKS]["maxIter"] == "5"
    assert params[OWN] == {contract.PARAM_ALGORITHM: OWN}
    for algorithm in ("LogisticRegression", SPARKS, OWN):
        assert 0 < scored(study, sweep, algorithm).metrics["f1"] <= 1


@pytest.mark.parametrize(("algorithm", "brings"), [(SPARKS, []), (OWN, [PACKAGE.name])])
def test_the_version_is_served_by_spark_and_says_so(
    trained: tuple[Study, SweepSpec],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    algorithm: str,
    brings: list[str],
) -> None:
    study, sweep = trained
    spec = study.registration_spec(sweep, scored(study, sweep, algorithm), [GateSpec("accuracy", 0.1)])
    version = study.register(spec)
    assert "served by MLflow's Spark flavor" in capsys.readouterr().out
    tags = study.client.get_model_version(spec.registered_model_name, version).tags
    assert tags[contract.TAG_SERVED_BY] == "mlflow.spark"
    run = study.client.get_run(spec.mlflow_run_id)
    folder = Path(study.client.download_artifacts(spec.mlflow_run_id, run.data.tags[contract.TAG_MODEL]))
    model = Model.load(str(folder))
    assert model.flavors["python_function"]["loader_module"] == "mlflow.spark"
    assert not (folder / "scorer").exists()
    brought = folder / "code"
    assert [each.name for each in brought.glob("*")] == brings
    assert any(line.startswith("pyspark==") for line in (folder / "requirements.txt").read_text().split())
    _score_a_file(study, tmp_path, version, {0.0, 1.0})


def _score_a_file(study: Study, folder: Path, version: str, answers: Set[object]) -> None:
    path = folder / "customers.csv"
    path.write_text("City,Years\nUlm,11\n Bonn ,0\nParis,3\n,4\n")
    files = (InputFile(str(path), path.stat().st_size, 0),)
    digest = scoring_digest("Penguin Predictor", version, files)
    spec = ScoringSpec(
        registered_model_name="Penguin Predictor",
        model_version=version,
        files=files,
        output_path=scoring_path(str(folder / "out"), version, digest),
        digest=digest,
        tmp_path=study.layout.tmp,
        origin=study.origin,
    )
    report = score.score(study.spark, spec)
    assert (report.scored, report.rejected) == (2, 2)
    rows = study.spark.read.parquet(spec.predictions_path).collect()
    assert {row["prediction"] for row in rows if row["rejected"] is None} <= answers
    reasons = {row["rejected"] for row in rows if row["rejected"]}
    assert reasons == {"column 'City' has the unseen category 'Paris'", "column 'City' is missing"}


@pytest.mark.parametrize(
    ("label_type", "labels", "expected"),
    [
        ("string", ("gone", "here"), ["here", "gone"]),
        ("long", ("-1", "7"), [7, -1]),
        ("boolean", ("false", "true"), [True, False]),
    ],
)
def test_labels_are_answered_by_their_own_value(
    study: Study,
    package: None,  # noqa: ARG001
    tmp_path: Path,
    label_type: str,
    labels: tuple[str, str],
    expected: list[object],
) -> None:
    # No two rows are the same: a split by the row puts such on one side.
    rows = [(("Ulm", "Bonn")[n % 2], n % 12 + n / 1000, int(n % 12 + n % 2 * 3 > 6)) for n in range(240)]
    table = "City,Years,label\n" + "".join(f"{city},{years},{labels[label]}\n" for city, years, label in rows)
    spec = study.snapshot_spec(
        table, categorical=("City",), numeric=("Years",), label="label", label_type=label_type
    )
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {}, "f1", contract.LOG_AUTO, **{SPARKS: {"maxIter": [5]}})
    study.train(sweep)
    version = study.register(study.registration_spec(sweep, study.best(sweep), [GateSpec("accuracy", 0.7)]))
    model = mlflow.pyfunc.load_model(f"models:/Penguin Predictor/{version}")
    assert [each.name for each in model.metadata.signature.outputs.input_types()] == [label_type]
    asked = pd.DataFrame({"City": ["Bonn", "Ulm"], "Years": [11.0, 0.0]})
    assert list(model.predict(asked)) == expected
    examples = study.client.get_model_version("Penguin Predictor", version).tags[contract.TAG_EXAMPLES]
    known = contract.Examples.from_json(Path(examples).read_text())
    assert list(model.predict(pd.DataFrame(known.dataframe_records))) == list(known.answers)
    _score_a_file(study, tmp_path, version, set(expected))


def test_a_request_that_it_cannot_answer_makes_no_version(trained: tuple[Study, SweepSpec]) -> None:
    study, sweep = trained
    spec = study.registration_spec(sweep, scored(study, sweep, SPARKS), name="Other")
    asked = dataclasses.replace(spec, dataframe_records=({"City": "Paris", "Years": 1},))
    with pytest.raises(RegistrationError, match=r"dataframe_records\[0\] cannot be answered by this model"):
        study.register(asked)


@pytest.mark.parametrize(
    ("algorithm", "grid", "message"),
    [
        ("nowhere.Estimator", {}, "there is no nowhere.Estimator on this cluster"),
        ("pyspark.ml.classification.Missing", {}, "there is no pyspark.ml.classification.Missing on this"),
        ("pyspark.ml.feature.VectorAssembler", {}, "VectorAssembler is no Estimator of pyspark.ml"),
        (SPARKS, {"smoothness": [1.0]}, "LinearSVC has no parameter 'smoothness'; it has aggregationDepth"),
        (SPARKS, {"maxIter": ["much"]}, "Could not convert much to int"),
    ],
)
def test_what_is_no_estimator_or_no_parameter_is_said_by_the_points_error(
    study: Study, algorithm: str, grid: Grid, message: str
) -> None:
    spec = study.snapshot_spec(TABLE, categorical=("City",), numeric=("Years",), label="label")
    study.prepare(spec)
    with pytest.raises(TrainingError, match=message):
        study.train(study.sweep_spec(spec, {}, "accuracy", contract.LOG_AUTO, **{algorithm: grid}))
