"""The winner of a sweep: judged on the test rows, in parity with its scorer, registered once."""

import dataclasses
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from rookery_jobs import contract, scorer
from rookery_jobs.contract import GateSpec, SweepSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.grid import Scored
from rookery_jobs.spark import parity, versions
from rookery_jobs.spark.model_artifact import load_spark_pipeline, staging
from rookery_jobs.spark.snapshot import load_snapshot
from tests.spark.study import Study

REQUEST: dict[str, float | int | str | bool | None] = {
    "Island": "Biscoe",
    "CulmenLength": 48.7,
    "CulmenDepth": 14.1,
    "FlipperLength": 210.0,
    "BodyMass": 4450.0,
}


@dataclasses.dataclass(frozen=True)
class TrainedSweep:
    """A study whose sweep has one shard per point, so that every point has its model."""

    study: Study
    sweep: SweepSpec

    def scored(self, position: int) -> Scored:
        point = self.sweep.points[position]
        (run,) = [one for one in self.study.runs() if one.data.tags.get(contract.TAG_POINT) == point.point_id]
        return Scored(point, run.info.run_id, run.data.metrics)

    def in_run(self, dag_run_id: str) -> Study:
        """The same study as another DAG run sees it."""
        return dataclasses.replace(self.study, dag_run_id=dag_run_id)

    def versions(self, name: str = "Penguin Predictor") -> list[str]:
        found = self.study.client.search_model_versions(f"name = '{name}'")
        return sorted(str(version.version) for version in found)


@pytest.fixture(scope="module")
def trained(shared_study: Study) -> TrainedSweep:
    spec = shared_study.snapshot_spec()
    shared_study.prepare(spec)
    sweep = shared_study.sweep_spec(spec, {"maxIter": [5, 10, 20, 0]}, log_models="best")
    for position in range(len(sweep.points)):
        shared_study.train(sweep, position, position + 1)
    return TrainedSweep(shared_study, sweep)


def model_folder(trained: TrainedSweep, position: int) -> Path:
    """The model's files in the artifact store."""
    run = trained.study.client.get_run(trained.scored(position).mlflow_run_id)
    return artifacts_of(run) / run.data.tags[contract.TAG_MODEL]


def artifacts_of(run: Run) -> Path:
    return Path(run.info.artifact_uri.removeprefix("file://"))


@pytest.mark.matrix
def test_the_winner_becomes_a_version_with_tags_and_test_metrics(trained: TrainedSweep) -> None:
    winner = trained.scored(0)
    spec = trained.study.registration_spec(
        trained.sweep, winner, [GateSpec("accuracy", 0.8), GateSpec("f1", 0.8)]
    )
    version = trained.study.register(spec)
    registered = trained.study.client.get_model_version(spec.registered_model_name, version)
    assert registered.run_id == winner.mlflow_run_id
    assert registered.tags == {
        contract.TAG_REGISTRATION: spec.registration_key,
        contract.TAG_DAG: trained.study.dag_id,
        contract.TAG_DAG_RUN: trained.study.dag_run_id,
        contract.TAG_GENERATION: "1",
        contract.TAG_SWEEP: trained.sweep.sweep_id,
        contract.TAG_POINT: winner.point.point_id,
        contract.TAG_SNAPSHOT: trained.sweep.snapshot_digest,
        contract.TAG_SNAPSHOT_PATH: trained.sweep.snapshot_path,
        contract.TAG_CODE: trained.sweep.code_digest,
        contract.TAG_DECISION: "promoted: it is compared with no version; the plan's gates alone decide",
        contract.TAG_EXAMPLES: contract.examples_path(
            trained.study.layout.registration(spec.sweep_id, spec.registration_key)
        ),
    }
    metrics = trained.study.client.get_run(winner.mlflow_run_id).data.metrics
    tested = {name for name in metrics if name.startswith("test_")}
    assert tested == {"test_accuracy", "test_weightedRecall", "test_weightedPrecision", "test_f1"}
    assert metrics["test_accuracy"] != metrics["accuracy"], "validation and test are other rows"
    assert trained.study.staged_files() == []
    assert trained.study.cached_frames() == 0


def test_asking_again_gives_the_same_version_and_another_dag_run_a_new_one(trained: TrainedSweep) -> None:
    winner = trained.scored(0)
    first, second = trained.in_run("scheduled__1"), trained.in_run("scheduled__2")
    spec = first.registration_spec(trained.sweep, winner)
    version = first.register(spec)
    assert first.register(spec) == version
    assert second.register(second.registration_spec(trained.sweep, winner)) != version


def test_a_dag_run_that_is_processed_again_has_a_version_for_each_grid_and_no_other(
    trained: TrainedSweep,
) -> None:
    study = dataclasses.replace(trained.in_run("backfill__1"), as_of="2026-01-05T00:00:00+00:00")
    again = dataclasses.replace(study, generation=2)
    snapshot = load_snapshot(study.spark, trained.sweep.snapshot_path, trained.sweep.snapshot_digest)
    smaller = again.sweep_spec(snapshot.spec, {"maxIter": [5, 10]})
    winner = trained.scored(0)
    first = study.register(study.registration_spec(trained.sweep, winner))
    assert again.register(again.registration_spec(trained.sweep, winner)) == first
    other = again.register(again.registration_spec(smaller, winner))
    assert other != first
    origins = [study.client.get_model_version("Penguin Predictor", each).tags for each in (first, other)]
    assert [tags[contract.TAG_GENERATION] for tags in origins] == ["1", "2"]
    assert {tags[contract.TAG_AS_OF] for tags in origins} == {"2026-01-05T00:00:00+00:00"}


def test_two_tries_at_once_keep_one_version(trained: TrainedSweep) -> None:
    study = trained.in_run("manual__race")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    # Both have seen that there is no version yet, and come here.
    model_path = model_folder(trained, 0).name
    first, second = (versions.register(study.client, spec, model_path) for _ in range(2))
    assert first == second
    assert registered_for(study, spec.registration_key) == [first]


@pytest.mark.parametrize("status", ["PENDING_REGISTRATION", "FAILED_REGISTRATION"])
def test_a_version_that_a_killed_try_did_not_finish_is_replaced(trained: TrainedSweep, status: str) -> None:
    study = trained.in_run(f"scheduled__{status}")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    model_path = model_folder(trained, 0).name
    left = versions.register(study.client, spec, model_path)
    with closing(sqlite3.connect(os.environ["MLFLOW_TRACKING_URI"].removeprefix("sqlite:///"))) as store:
        store.execute("UPDATE model_versions SET status = ? WHERE version = ?", [status, left])
        store.commit()
    run = study.client.get_run(spec.mlflow_run_id)
    assert versions.registered(study.client, spec, run) is None
    made = versions.register(study.client, spec, model_path)
    assert versions.registered(study.client, spec, run) == made
    assert registered_for(study, spec.registration_key) == [made]


@pytest.mark.matrix
def test_a_crash_between_registering_and_tagging_makes_no_second_version(trained: TrainedSweep) -> None:
    study = trained.in_run("scheduled__crash")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    version = study.register(spec)
    before = trained.versions()
    study.client.delete_tag(spec.mlflow_run_id, contract.model_version_tag(spec.registration_key))
    assert study.register(spec) == version
    assert trained.versions() == before


def test_a_version_that_was_deleted_is_registered_again(trained: TrainedSweep) -> None:
    study = trained.in_run("scheduled__deleted")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    version = study.register(spec)
    study.client.delete_model_version(spec.registered_model_name, version)
    assert study.register(spec) != version


def test_below_a_gate_there_is_no_version_and_the_error_has_both_numbers(trained: TrainedSweep) -> None:
    study = trained.in_run("scheduled__gate")
    winner = trained.scored(0)
    spec = study.registration_spec(
        trained.sweep, winner, [GateSpec("accuracy", 0.999), GateSpec("hammingLoss", 1.0)]
    )
    with pytest.raises(RegistrationError) as refusal:
        study.register(spec)
    measured = study.client.get_run(winner.mlflow_run_id).data.metrics["test_accuracy"]
    assert f"accuracy is {measured:.6g} on the test rows, below the threshold 0.999" in str(refusal.value)
    assert "hammingLoss" not in str(refusal.value)
    assert registered_for(study, spec.registration_key) == []


def registered_for(study: Study, key: str) -> list[str]:
    found = study.client.search_model_versions(f"tags.`{contract.TAG_REGISTRATION}` = '{key}'")
    return [str(version.version) for version in found]


def test_a_winner_whose_model_was_not_logged_to_the_end_is_fitted_again_and_registered(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 5]}, log_models="best")
    upload = MlflowClient.log_artifacts

    def upload_and_die(*args: Any) -> None:
        upload(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        fault.setattr(MlflowClient, "log_artifacts", upload_and_die)
        with pytest.raises(KeyboardInterrupt):
            study.train(sweep)
    winner = study.best(sweep)
    assert study.register(study.registration_spec(sweep, winner)) == "1"
    # Spark takes the first file it finds there for the list of the stages.
    run = study.client.get_run(winner.mlflow_run_id)
    metadata = artifacts_of(run) / run.data.tags[contract.TAG_MODEL] / "sparkml" / "metadata"
    assert len(list(metadata.glob("part-*"))) == 1


def test_a_model_that_does_not_give_the_logged_metrics_is_refused(study: Study) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 5]}, log_models="best")
    study.train(sweep)
    for run in study.runs():
        study.client.log_metric(run.info.run_id, "weightedPrecision", 0.123456)
        point = next(one for one in sweep.points if one.point_id == run.data.tags.get(contract.TAG_POINT))
        registration = study.registration_spec(sweep, Scored(point, run.info.run_id, run.data.metrics))
        with pytest.raises(RegistrationError, match=r"weightedPrecision .* but its MLflow run has 0.123456"):
            study.register(registration)
    assert study.client.search_registered_models() == []


def test_the_run_of_another_point_is_no_winner(trained: TrainedSweep) -> None:
    mixed = dataclasses.replace(trained.scored(0), mlflow_run_id=trained.scored(1).mlflow_run_id)
    study = trained.in_run("scheduled__mixed")
    with pytest.raises(RegistrationError, match="must be a FINISHED run of point"):
        study.register(study.registration_spec(trained.sweep, mixed))


def test_a_scorer_that_disagrees_with_spark_is_not_registered(trained: TrainedSweep) -> None:
    folder = model_folder(trained, 1) / "scorer"
    with np.load(folder / "arrays.npz") as arrays:
        changed = {name: arrays[name].copy() for name in arrays.files}
    coefficients = next(name for name in changed if name.endswith("coefficientMatrix"))
    changed[coefficients][0, 0] += 1e-6
    np.savez(folder / "arrays.npz", **changed)
    study = trained.in_run("scheduled__disagree")
    spec = study.registration_spec(trained.sweep, trained.scored(1))
    with pytest.raises(RegistrationError, match=r"disagrees with the Spark pipeline on the validation rows"):
        study.register(spec)
    assert registered_for(study, spec.registration_key) == []


@pytest.mark.matrix
def test_a_scorer_that_takes_what_spark_refuses_is_not_registered(trained: TrainedSweep) -> None:
    snapshot = load_snapshot(trained.study.spark, trained.sweep.snapshot_path, trained.sweep.snapshot_digest)
    folder = model_folder(trained, 2)
    strict = scorer.load(folder / "scorer")
    stages = list(strict.stages)
    indexer = stages[0]
    assert isinstance(indexer, scorer.StringIndexer)
    stages[0] = dataclasses.replace(indexer, labels=(*indexer.labels, "a category that no row has"))
    lax = dataclasses.replace(strict, stages=tuple(stages))
    with staging(snapshot.spark, trained.sweep.tmp_path) as staged:
        pipeline = load_spark_pipeline(folder, snapshot.spark, staged)
        parity.check_refusals(pipeline, strict, snapshot)
        with pytest.raises(RegistrationError, match="the scorer took a row with Island"):
            parity.check_refusals(pipeline, lax, snapshot)


def test_the_pipeline_is_loaded_where_mlflow_has_no_right_path_for_volumes(
    trained: TrainedSweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(path: str) -> str:
        raise FileNotFoundError(f"/dbfs{path}")  # as MLflow does with /Volumes/… up to version 3.4

    monkeypatch.setattr("mlflow.spark.dbfs_hdfs_uri_to_fuse_path", spoil)
    monkeypatch.setattr("mlflow.utils.databricks_utils.is_in_cluster", lambda: True)
    monkeypatch.setattr("mlflow.utils.databricks_utils.is_dbfs_fuse_available", lambda: True)
    with staging(trained.study.spark, trained.sweep.tmp_path) as staged:
        pipeline = load_spark_pipeline(model_folder(trained, 0), trained.study.spark, staged)
    assert [type(stage).__name__ for stage in pipeline.stages][-1] == "LogisticRegressionModel"
    assert trained.study.staged_files() == []


def test_the_model_has_two_flavors_few_pinned_requirements_and_a_signature(trained: TrainedSweep) -> None:
    folder = model_folder(trained, 3)
    model = Model.load(str(folder))
    assert set(model.flavors) == {"spark", "python_function"}
    requirements = (folder / "requirements.txt").read_text().split()
    pinned = [line for line in requirements if "==" in line]
    assert [line.partition("==")[0] for line in pinned] == ["mlflow", "numpy", "pandas"]
    # What MLflow below 2.16 imports without saying so.
    assert set(requirements) - set(pinned) <= {"setuptools<81"}
    assert model.signature is not None
    columns = [(one["name"], one["type"]) for one in model.signature.inputs.to_dict()]
    assert columns == [("Island", "string"), *((name, "double") for name in list(REQUEST)[1:])]
    assert model.saved_input_example_info is not None
    example = json.loads((folder / model.saved_input_example_info["artifact_path"]).read_text())
    assert example["columns"] == list(REQUEST)


def test_the_model_answers_without_spark_and_without_the_job_code(trained: TrainedSweep) -> None:
    script = f"""
        import sys
        for name in ("pyspark", "py4j", "rookery", "rookery_jobs"):
            sys.modules[name] = None
        import mlflow.pyfunc, pandas
        model = mlflow.pyfunc.load_model({str(model_folder(trained, 3))!r})
        print(model.predict(pandas.DataFrame([{REQUEST!r}])).tolist())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[0.0]", "a model of no iterations predicts the most frequent class"


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Island", "Atlantis", "column 'Island' has the unseen category 'Atlantis'"),
        ("Island", None, "column 'Island' is missing"),
        ("BodyMass", None, "column 'BodyMass' is missing"),
    ],
)
def test_a_request_that_the_model_cannot_score_is_the_clients_error(
    trained: TrainedSweep, column: str, value: object, message: str
) -> None:
    model = mlflow.pyfunc.load_model(str(model_folder(trained, 3)))
    with pytest.raises(MlflowException, match=message) as refusal:
        model.predict(pd.DataFrame([{**REQUEST, column: value}]))
    assert refusal.value.error_code == "INVALID_PARAMETER_VALUE"


def test_the_registered_version_answers_a_request(trained: TrainedSweep) -> None:
    study = trained.in_run("scheduled__answer")
    version = study.register(study.registration_spec(trained.sweep, trained.scored(0)))
    model = mlflow.pyfunc.load_model(f"models:/Penguin Predictor/{version}")
    assert list(model.predict(pd.DataFrame([REQUEST]))) == [1.0]


@pytest.mark.matrix
@pytest.mark.parametrize(
    "gone",
    [
        "",
        "sparkml/stages",
        *(pytest.param(one, marks=pytest.mark.matrix) for one in ("scorer", "code", "MLmodel")),
    ],
)
def test_a_winner_whose_files_are_gone_is_fitted_again_and_registered(study: Study, gone: str) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [5]}, log_models="best")
    study.train(sweep)
    winner = study.best(sweep)
    run = study.client.get_run(winner.mlflow_run_id)
    left = artifacts_of(run) / run.data.tags[contract.TAG_MODEL] / gone
    left.unlink() if left.is_file() else shutil.rmtree(left)
    later = dataclasses.replace(study, dag_run_id="scheduled__later")
    sweep = later.sweep_spec(spec, {"maxIter": [5]})
    later.train(sweep)
    version = later.register(later.registration_spec(sweep, winner))
    model = mlflow.pyfunc.load_model(f"models:/Penguin Predictor/{version}")
    assert list(model.predict(pd.DataFrame([REQUEST]))) == [1.0]


def test_a_winner_whose_model_only_a_newer_spark_can_load_is_fitted_again_and_registered(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = study.snapshot_spec()
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [5]}, log_models="best")
    study.train(sweep)
    winner = study.best(sweep)
    run = study.client.get_run(winner.mlflow_run_id)
    model = artifacts_of(run) / run.data.tags[contract.TAG_MODEL] / "sparkml"
    (written,) = model.glob("stages/*LogisticRegression*/metadata/part-*")
    stage = json.loads(written.read_text())
    # As Spark 4.3 writes for trees, which 4.2 refuses to load.
    stage["defaultParamMap"]["pruneTree"] = True
    written.write_text(json.dumps(stage))
    written.with_name(f".{written.name}.crc").unlink(missing_ok=True)
    version = study.register(study.registration_spec(sweep, winner))
    assert "cannot be read; its point is fitted again" in capsys.readouterr().out
    served = mlflow.pyfunc.load_model(f"models:/Penguin Predictor/{version}")
    assert list(served.predict(pd.DataFrame([REQUEST]))) == [1.0]


@pytest.mark.matrix
def test_a_dag_run_is_found_by_its_tags_though_another_has_fitted_its_winner(trained: TrainedSweep) -> None:
    study = dataclasses.replace(trained.in_run("scheduled__found"), as_of="2026-02-02T00:00:00+00:00")
    winner = trained.scored(0)
    spec = dataclasses.replace(
        study.registration_spec(trained.sweep, winner, [GateSpec("f1", 0.8)]),
        grid="LogisticRegression maxIter 5",
    )
    start = "2026-01-26T00:00:00+00:00"
    origin = dataclasses.replace(study.origin, data_interval_start=start, data_interval_end=study.as_of)
    parent = study.parent_run()
    spec = dataclasses.replace(spec, origin=origin, parent_run_id=parent.info.run_id)
    version = study.register(spec)
    assert study.register(spec) == version
    again = dataclasses.replace(spec, origin=dataclasses.replace(spec.origin, generation=2))
    assert study.register(again) == version
    date = f"tags.`{contract.TAG_AS_OF}` = '{study.as_of}'"
    query = f"{date} and tags.`{contract.TAG_DAG_RUN}` = 'scheduled__found'"
    (found,) = study.client.search_runs([study.experiment_id], query)
    assert found.info.status == "FINISHED"
    assert found.data.tags[contract.TAG_FITTED_BY] == winner.mlflow_run_id
    assert found.data.tags[contract.model_version_tag(spec.registration_key)] == version
    fitted = study.client.get_run(winner.mlflow_run_id)
    assert found.data.params == fitted.data.params
    assert found.data.tags[contract.MLFLOW_PARENT] == parent.info.run_id
    assert f"run {winner.mlflow_run_id} has trained it" in found.data.tags[contract.MLFLOW_NOTE]
    assert study.datasets_of(found) == study.datasets_of(parent)
    assert found.data.metrics["accuracy"] == fitted.data.metrics["accuracy"]
    assert found.data.metrics["test_f1"] == fitted.data.metrics["test_f1"]
    tags = study.client.get_model_version(spec.registered_model_name, version).tags
    assert tags[contract.TAG_GRID] == "LogisticRegression maxIter 5"
    assert tags[contract.TAG_INTERVAL_START] == start
    assert tags[contract.TAG_INTERVAL_END] == study.as_of


def test_the_gates_verdict_is_printed_and_a_tag(
    trained: TrainedSweep, capsys: pytest.CaptureFixture[str]
) -> None:
    study = trained.in_run("scheduled__verdict")
    gates = [GateSpec("accuracy", 0.8), GateSpec("hammingLoss", 0.3)]
    spec = study.registration_spec(trained.sweep, trained.scored(0), gates)
    study.register(spec)
    metrics = study.client.get_run(spec.mlflow_run_id).data.metrics
    accuracy, loss = (f"{metrics[f'test_{name}']:.6g}" for name in ("accuracy", "hammingLoss"))
    verdict = (
        f"accuracy is {accuracy} on the test rows, not below the threshold 0.8; "
        f"hammingLoss is {loss} on the test rows, not above the threshold 0.3"
    )
    printed = capsys.readouterr().out
    assert f"gates: {verdict}" in printed
    assert f"test metrics: accuracy {accuracy}, " in printed
    assert study.client.get_run(spec.mlflow_run_id).data.tags[contract.TAG_GATES] == verdict


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Island": "Atlantis"}, "unseen category 'Atlantis'"),
        pytest.param({"BodyMass": None}, "BodyMass", marks=pytest.mark.matrix),
        ({"BodyMass": "heavy"}, "BodyMass"),
        pytest.param({"Island": 3}, "Island", marks=pytest.mark.matrix),
    ],
)
def test_a_request_of_the_plan_that_the_model_cannot_answer_makes_no_version(
    trained: TrainedSweep, changes: dict[str, str | int | None], reason: str
) -> None:
    study = trained.in_run(f"scheduled__request{reason}")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    asked = dataclasses.replace(spec, dataframe_records=(REQUEST, {**REQUEST, **changes}))
    with pytest.raises(RegistrationError, match=rf"dataframe_records\[1\] cannot be answered.*{reason}"):
        study.register(asked)
    assert registered_for(study, spec.registration_key) == []


def test_the_plans_request_is_asked_of_the_model_as_a_server_would(
    trained: TrainedSweep, capsys: pytest.CaptureFixture[str]
) -> None:
    study = trained.in_run("scheduled__asked")
    spec = study.registration_spec(trained.sweep, trained.scored(0))
    whole = {**REQUEST, "Island": " Biscoe\u00a0", "FlipperLength": 210}
    study.register(dataclasses.replace(spec, dataframe_records=(whole,)))
    assert "dataframe_records[0] is answered with 1" in capsys.readouterr().out
