"""The shards of a sweep: what they log, what they find again, and what they do with a point that fails."""

import dataclasses
from collections import Counter

import pytest
from mlflow.models import Model
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.feature import MinMaxScaler, StringIndexer, VectorAssembler

from rookery_jobs import contract
from rookery_jobs.contract import SnapshotSpec, side_path
from rookery_jobs.errors import ContractError, TrainingError
from rookery_jobs.grid import Scored
from rookery_jobs.spark.pipeline import Featurised
from rookery_jobs.spark.runs import model_logging, points
from rookery_jobs.spark.runs.model_logging import ModelLogging
from rookery_jobs.spark.runs.points import PointRuns
from tests.spark.study import Study

POINTS = [(5, 0.5), (10, 0.2)]


def plain_metrics(
    study: Study, spec: SnapshotSpec, iterations: int, regularization: float
) -> dict[str, float]:
    """The metrics by one pipeline and Spark's evaluator, as a notebook has it, on the snapshot's split."""
    train = study.spark.read.parquet(side_path(spec.snapshot_path, "train"))
    test = study.spark.read.parquet(side_path(spec.snapshot_path, spec.selection_side))
    indexer = StringIndexer(inputCol="Island", outputCol="IslandIdx")
    numeric = ["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"]
    vector = VectorAssembler(inputCols=numeric, outputCol="numericFeatures")
    scaler = MinMaxScaler(inputCol=vector.getOutputCol(), outputCol="normalizedFeatures")
    features = VectorAssembler(inputCols=["IslandIdx", "normalizedFeatures"], outputCol="Features")
    algo = LogisticRegression(
        labelCol="Species", featuresCol="Features", maxIter=iterations, regParam=regularization
    )
    model = Pipeline(stages=[indexer, vector, scaler, features, algo]).fit(train)
    prediction = model.transform(test)
    evaluator = MulticlassClassificationEvaluator(labelCol="Species", predictionCol="prediction")
    metrics = ["accuracy", "weightedRecall", "weightedPrecision"]
    return {metric: evaluator.evaluate(prediction, {evaluator.metricName: metric}) for metric in metrics}


@pytest.mark.parametrize("validation_size", [0.15, pytest.param(0.0, marks=pytest.mark.matrix)])
def test_the_metrics_of_a_point_are_those_of_plain_spark_code_on_the_same_split(
    study: Study, validation_size: float
) -> None:
    spec = study.snapshot_spec(validation_size=validation_size, test_size=0.3)
    study.prepare(spec)
    study.train(study.sweep_spec(spec, {"maxIter": [5, 10], "regParam": [0.5, 0.2]}))
    runs = {(run.data.params["maxIter"], run.data.params["regParam"]): run for run in study.runs()}
    assert len(runs) == 4
    for iterations, regularization in POINTS:
        logged = runs[str(iterations), str(regularization)].data.metrics
        expected = plain_metrics(study, spec, iterations, regularization)
        assert logged.pop(contract.DURATION_METRIC) > 0
        assert logged == pytest.approx(expected, abs=1e-9)
        assert 0.3 < expected["accuracy"] < 1, "a metric of 1 would not tell the two apart"


def test_a_point_is_one_finished_run_that_says_where_it_comes_from(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    processed_again = dataclasses.replace(study, as_of="2026-01-05T00:00:00+00:00", generation=2)
    parent = study.parent_run()
    sweep = processed_again.sweep_spec(
        spec, {"maxIter": [5], "regParam": [0.5]}, metric="hammingLoss", log_models="best"
    )
    sweep = processed_again.with_parent(sweep, parent)
    study.train(sweep)
    (run,) = [each for each in study.runs() if each.info.run_id != parent.info.run_id]
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "LogisticRegression: maxIter 5; regParam 0.5"
    made = {"algorithm": "LogisticRegression", "as_of": "2026-01-05T00:00:00+00:00"}
    assert run.data.params == {**made, "maxIter": "5", "regParam": "0.5"}
    measured = {"accuracy", "weightedRecall", "weightedPrecision", "hammingLoss"}
    assert set(run.data.metrics) == {*measured, contract.DURATION_METRIC}
    assert study.datasets_of(run) == study.datasets_of(parent)
    assert {name: run.data.tags[name] for name in (contract.MLFLOW_PARENT, *contract.MLFLOW_ORIGIN)} == {
        contract.MLFLOW_PARENT: parent.info.run_id,
        **{name: parent.data.tags[name] for name in contract.MLFLOW_ORIGIN},
    }
    assert run.data.tags[contract.MLFLOW_NOTE] == (
        "One point of a sweep (LogisticRegression: maxIter 5; regParam 0.5), trained on data/penguins.csv by "
        f"the DAG {study.dag_id}, run {study.dag_run_id}."
    )
    tags = {name: value for name, value in run.data.tags.items() if name.startswith("rookery_")}
    model_path = tags.pop(contract.TAG_MODEL)
    assert tags.pop(contract.TAG_CLAIM)
    tags.pop(contract.TAG_BEAT, None)  # of a fit that took long
    artifacts = run.info.artifact_uri.removeprefix("file://")
    assert Model.load(f"{artifacts}/{model_path}").signature
    assert tags == {
        contract.TAG_SWEEP: sweep.sweep_id,
        contract.TAG_POINT: sweep.points[0].point_id,
        contract.TAG_SNAPSHOT: spec.digest,
        contract.TAG_CODE: sweep.code_digest,
        contract.TAG_ALGORITHM: "LogisticRegression",
        contract.TAG_DAG: study.dag_id,
        contract.TAG_DAG_RUN: study.dag_run_id,
        contract.TAG_AS_OF: "2026-01-05T00:00:00+00:00",
        contract.TAG_GENERATION: "2",
    }


def with_model(study: Study) -> list[str]:
    """The MLflow runs that have a model."""
    return [run.info.run_id for run in study.runs() if contract.TAG_MODEL in run.data.tags]


def test_a_shard_trains_its_range_and_leaves_nothing_on_the_cluster(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 5, 10, 20]}, log_models="best")
    study.train(sweep, 0, 3)
    assert sorted(run.data.params["maxIter"] for run in study.runs()) == ["0", "10", "5"]
    assert with_model(study) == [study.best(sweep).mlflow_run_id]
    assert study.staged_files() == []
    assert study.cached_frames() == 0


def test_no_model_is_logged_where_a_fit_is_cheaper(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 5, 10]})
    study.train(sweep, 0, 2)
    assert with_model(study) == []
    monkeypatch.setattr(model_logging, "LOGGING_SECONDS", 0.0)
    study.train(sweep, 0, 2)
    assert with_model(study) == [], "a point that was found again is not fitted for its model"
    study.train(sweep, 2, 3)
    assert with_model(study) == [study.best(sweep).mlflow_run_id]


def test_a_plan_can_ask_for_the_model_of_each_point_also_of_those_found_again(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    study.train(study.sweep_spec(spec, {"maxIter": [5]}))
    study.train(study.sweep_spec(spec, {"maxIter": [0, 5]}, log_models="all"))
    assert len(with_model(study)) == len(study.runs()) == 2


@pytest.mark.parametrize(("exact", "seconds", "logged"), [(True, 0.1, 0), (False, 0.1, 1), (True, 9.0, 1)])
def test_the_best_model_is_logged_if_its_fit_took_long_or_need_not_give_the_same_again(
    study: Study, exact: bool, seconds: float, logged: int
) -> None:
    spec = study.snapshot_spec()
    sweep = study.sweep_spec(spec, {"maxIter": [5, 10]})
    runs = PointRuns(study.client, sweep)
    finished = [
        Scored(point, runs.create(point, "claim", 0.0), {"accuracy": accuracy})
        for point, accuracy in zip(sweep.points, (0.8, 0.9), strict=True)
    ]
    wanted = ModelLogging(runs, exact).wanted(finished, {point.point_id: seconds for point in sweep.points})
    assert wanted == finished[1:] * logged


def test_finished_points_are_found_again_and_not_fitted(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    study.train(study.sweep_spec(spec, {"maxIter": [5, 10]}))
    first = {run.info.run_id for run in study.runs()}
    overlapping = study.sweep_spec(spec, {"maxIter": [5, 10, 0]})
    study.train(overlapping)
    assert len(study.runs()) == 3
    again = dataclasses.replace(study, generation=2)
    again.train(again.sweep_spec(spec, {"maxIter": [5, 10, 0]}))
    assert len(study.runs()) == 3
    assert first < {run.info.run_id for run in study.runs()}


def test_a_large_sweep_looks_for_its_own_range_first_and_for_each_other_point_by_its_id(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points, "_PAGE", 3)
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 1, 2, 3]})
    study.train(sweep, 0, 2)
    shard = PointRuns(study.client, sweep, sweep.points[:2])
    assert len(list(shard.finished())) == 2
    assert not list(PointRuns(study.client, sweep, sweep.points[1:3]).finished())
    study.train(sweep, 1, 3)
    study.train(sweep, 0, 2)
    assert len(study.runs()) == 3, "the point of both ranges was not fitted twice"


def test_a_found_point_without_the_sweeps_metric_is_trained_for_it(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    study.train(study.sweep_spec(spec, {"maxIter": [5]}))
    study.train(study.sweep_spec(spec, {"maxIter": [5]}, metric="f1"))
    assert ["f1" in run.data.metrics for run in study.runs()].count(True) == 1


def test_a_failed_point_is_a_failed_run_the_others_go_on_and_the_shard_fails(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"family": ["binomial", "multinomial"], "maxIter": [5, 10]})
    with pytest.raises(TrainingError, match="2 points failed") as failure:
        study.train(sweep)
    runs = study.runs()
    assert Counter(run.info.status for run in runs) == {"FAILED": 2, "FINISHED": 2}
    for run in runs:
        if run.info.status == "FAILED":
            assert run.data.params["family"] == "binomial"
            assert "Binomial family only supports 1 or 2 outcome classes" in run.data.tags[contract.TAG_ERROR]
            assert run.data.tags[contract.TAG_POINT] in str(failure.value)
    assert study.cached_frames() == 0


def test_a_failed_point_is_tried_again_and_says_what_went_wrong_in_the_jvm(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"family": ["binomial"]})
    with pytest.raises(TrainingError):
        study.train(sweep)
    burning = study.spark.range(1).selectExpr("raise_error('disk on fire')")
    monkeypatch.setattr(Featurised, "fit", lambda _self, _point: burning._jdf.javaRDD().count())
    with pytest.raises(TrainingError, match="disk on fire") as failure:
        study.train(sweep)
    assert "An error occurred while calling" not in str(failure.value)
    assert len(study.runs()) == 2


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (2, 2), (-1, 1), (1, 0)])
def test_a_range_that_the_sweep_does_not_have_is_refused(study: Study, start: int, stop: int) -> None:
    sweep = study.sweep_spec(study.snapshot_spec(), {"maxIter": [5, 10]})
    with pytest.raises(ContractError, match="is no range"):
        study.train(sweep, start, stop)
