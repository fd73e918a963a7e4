"""Job entry point: judge the winner of a sweep on the test rows, and register its model once."""

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from pyspark.sql import SparkSession

from rookery_jobs import contract
from rookery_jobs.contract import GateSpec, RegistrationSpec, metric_of
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark import model_artifact, parity, versions
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.judge import verdict
from rookery_jobs.spark.judge.examples import examples_of
from rookery_jobs.spark.judge.floors import require_recalls
from rookery_jobs.spark.model_artifact import staging
from rookery_jobs.spark.objectives import objective_of
from rookery_jobs.spark.reports import log_reports
from rookery_jobs.spark.runs.found_again import run_of_its_own
from rookery_jobs.spark.runs.tracking import connect, log_metrics
from rookery_jobs.spark.snapshot import Snapshot, load_snapshot
from rookery_jobs.spark.winner import Model, measure, model_of


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the RegistrationSpec. No second version is made if there is one of its key.

    Raises RegistrationError, before a version is made, if the winner's run is not that of its point, its
    model does not reproduce the logged metrics, the scorer is not in parity with it, the plan's request
    cannot be answered, or a gate is not passed. A model that loses against the champion is registered all
    the same: the decision is a file beside the spec (`decision_path`).
    """
    (path,) = arguments
    spec = RegistrationSpec.from_json(ClusterFiles(spark).read_text(path))
    client = connect(spec.registered_model_name)
    run = _winner(client, spec)
    runs = dict.fromkeys([str(run.info.run_id), run_of_its_own(client, spec, run)])
    known = versions.registered(client, spec, run)
    if known is None:
        snapshot = load_snapshot(spark, spec.snapshot_path, spec.snapshot_digest)
        with tempfile.TemporaryDirectory() as folder, staging(spark, spec.tmp_path) as staged:
            model = model_of(client, spec, run, snapshot, Path(folder), staged)
            _check_parity(model, snapshot)
            _check_request(model, spec, snapshot)
            test = measure(model.pipeline, snapshot, "test", [gate.metric for gate in spec.gates])
            log_reports(client, runs, model.pipeline, snapshot)
            _judge(client, runs, test, spec, snapshot)
            require_recalls(model.pipeline, snapshot, spec.judge.min_class_recall)
            found = _compare(client, runs, path, spec, model, snapshot)
        known = versions.register(client, spec, model.artifact_path, found)
    for each in runs:
        client.set_tag(each, contract.model_version_tag(spec.registration_key), known)
    print(f"{spec.registered_model_name!r} version {known} is the model of MLflow run {run.info.run_id}")


def _winner(client: MlflowClient, spec: RegistrationSpec) -> Run:
    run = client.get_run(spec.mlflow_run_id)
    tagged = run.data.tags.get(contract.TAG_POINT)
    if run.info.status != "FINISHED" or tagged != spec.point.point_id:
        raise RegistrationError(
            f"MLflow run {spec.mlflow_run_id} is {run.info.status} and of point {tagged}; the winner must be "
            f"a FINISHED run of point {spec.point.point_id}"
        )
    return run


def _check_parity(model: Model, snapshot: Snapshot) -> None:
    if model.scorer is None:
        print("no parity to check: the version will be served by MLflow's Spark flavor")
        return
    parity.check_rows(model.pipeline, model.scorer, snapshot, objective_of(snapshot.spec))
    parity.check_refusals(model.pipeline, model.scorer, snapshot)
    example = model_artifact.example_frame(snapshot)
    served = _first(model.served.predict(example))
    expected = _first(pd.DataFrame(model.scorer.answers(example)))
    if not model.scorer.probability_columns:
        expected = expected["prediction"]
    if served != expected:
        raise RegistrationError(
            f"the logged model serves {served} for its example, its scorer gives {expected}"
        )


def _check_request(model: Model, spec: RegistrationSpec, snapshot: Snapshot) -> None:
    """Ask the model, as a server would, what the plan will ask the endpoint."""
    for number, record in enumerate(spec.dataframe_records):
        try:
            answer = _first(model.served.predict(_frame(record, snapshot.spec.numeric)))
        except MlflowException as error:
            reason = str(error).partition("\n")[0]
            raise RegistrationError(
                f"the plan's dataframe_records[{number}] cannot be answered by this model, so no version is "
                f"registered: {reason}"
            ) from error
        print(f"the plan's dataframe_records[{number}] is answered with {_shown(answer)}")


def _first(answer: Any) -> Any:
    """What is answered to the first row: a value, or one for each column."""
    return answer.iloc[0].to_dict() if isinstance(answer, pd.DataFrame) else answer[0]


def _shown(answer: Any) -> str:
    return f"{answer:g}" if isinstance(answer, float) else str(answer)


def _frame(record: Mapping[str, Any], numeric: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [{name: _number(value) if name in numeric else value for name, value in record.items()}]
    )


def _number(value: Any) -> Any:
    # JSON has one kind of number, and null for a missing one; a server converts both by the signature.
    if value is None:
        return math.nan
    return float(value) if type(value) is int else value


def _judge(
    client: MlflowClient,
    runs: Mapping[str, None],
    test: Mapping[str, float],
    spec: RegistrationSpec,
    snapshot: Snapshot,
) -> None:
    """Log the metrics of the test rows and what the gates say of them, and raise RegistrationError if one is
    not passed."""
    logged = objective_of(snapshot.spec).OBJECTIVE.logged
    names = dict.fromkeys([*logged, *(gate.metric for gate in spec.gates)])
    failed = [
        gate for gate in spec.gates if not metric_of(gate.metric).passes(test[gate.metric], gate.threshold)
    ]
    verdicts = "; ".join(_verdict(gate, test, passed=gate not in failed) for gate in spec.gates)
    print("test metrics: " + ", ".join(f"{name} {test[name]:.6g}" for name in names))
    print(f"gates: {verdicts or 'none'}")
    for each in runs:
        log_metrics(client, each, {contract.TEST_METRIC_PREFIX + name: test[name] for name in names})
        client.set_tag(each, contract.TAG_GATES, verdicts or "none")
    if failed:
        reasons = "; ".join(_verdict(gate, test, passed=False) for gate in failed)
        raise RegistrationError(f"a gate is not passed, so no version is registered: {reasons}")


def _compare(
    client: MlflowClient,
    runs: Mapping[str, None],
    path: str,
    spec: RegistrationSpec,
    model: Model,
    snapshot: Snapshot,
) -> dict[str, str]:
    """Compare the model with the champion, and leave the decision, and what the model must answer where it is
    served, beside the spec; the version's tags about them."""
    decision = verdict.decide(client, spec, model.pipeline, snapshot)
    print(decision.words)
    for each in runs:
        log_metrics(client, each, verdict.measured(decision))
        client.set_tag(each, contract.TAG_DECISION, decision.words)
        client.log_text(each, decision.to_json(), "judge/decision.json")
    files = ClusterFiles(snapshot.spark)
    files.write_text(contract.decision_path(path), decision.to_json())
    files.write_text(contract.examples_path(path), examples_of(model.served, snapshot).to_json())
    return {
        contract.TAG_DECISION: decision.words,
        contract.TAG_EXAMPLES: contract.examples_path(path),
    }


def _verdict(gate: GateSpec, test: Mapping[str, float], *, passed: bool) -> str:
    larger = metric_of(gate.metric).larger_is_better
    where = ("not below" if larger else "not above") if passed else ("below" if larger else "above")
    value = f"{gate.metric} is {test[gate.metric]:.6g} on the test rows"
    return f"{value}, {where} the threshold {gate.threshold:.6g}"
