"""A winner is compared with the champion on the same test rows, by what each of them answers."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from rookery_jobs import contract
from rookery_jobs.contract import Decision, Examples, JudgeSpec, RegistrationSpec, SweepSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.grid import Scored
from tests.spark.study import Study

MODEL = "Judged Penguins"


@dataclasses.dataclass(frozen=True)
class Candidates:
    """A sweep with a good and a poor model."""

    study: Study
    sweep: SweepSpec

    def registration(self, max_iter: int, dag_run_id: str, **judge: Any) -> RegistrationSpec:
        """What `register` is asked for the point, in a DAG run of that id, with this rule."""
        (point,) = [one for one in self.sweep.points if one.params["maxIter"] == max_iter]
        (run,) = [one for one in self.study.runs() if one.data.tags.get(contract.TAG_POINT) == point.point_id]
        study = dataclasses.replace(self.study, dag_run_id=dag_run_id)
        scored = Scored(point, run.info.run_id, run.data.metrics)
        spec = study.registration_spec(self.sweep, scored, name=MODEL)
        return dataclasses.replace(spec, judge=JudgeSpec(**judge))

    def gated(self, spec: RegistrationSpec, metric: str, threshold: float) -> RegistrationSpec:
        """The same with a gate."""
        return dataclasses.replace(spec, gates=(contract.GateSpec(metric, threshold),))

    def register(self, spec: RegistrationSpec) -> tuple[str, Decision]:
        """The version, and what was decided about it."""
        study = dataclasses.replace(self.study, dag_run_id=spec.origin.dag_run_id)
        version = study.register(spec)
        path = study.layout.registration(spec.sweep_id, spec.registration_key)
        return version, Decision.from_json(Path(contract.decision_path(path)).read_text())


@pytest.fixture(scope="module")
def candidates(shared_study: Study) -> Candidates:
    return trained(shared_study)


def trained(study: Study, **snapshot: Any) -> Candidates:
    spec = study.snapshot_spec(**snapshot)
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {"maxIter": [0, 20]})
    for position in range(len(sweep.points)):
        study.train(sweep, position, position + 1)
    return Candidates(study, sweep)


@pytest.fixture(scope="module")
def poor(candidates: Candidates) -> str:
    """The first version, which answers with the most frequent class."""
    version, decision = candidates.register(candidates.registration(0, "first"))
    assert (decision.promoted, decision.champion) == (True, "")
    return version


@pytest.fixture(scope="module")
def good(candidates: Candidates, poor: str) -> str:
    """A version that is better than the first one."""
    spec = candidates.registration(20, "second", champion=poor)
    version, decision = candidates.register(candidates.gated(spec, "recallByLabel/2", 0.5))
    assert decision.promoted
    assert 0 < decision.low < decision.challenger_value - decision.champion_value < decision.high
    return version


def test_both_are_measured_on_the_test_rows_and_all_is_in_mlflow(candidates: Candidates, good: str) -> None:
    client = candidates.study.client
    version = client.get_model_version(MODEL, good)
    run = client.get_run(str(version.run_id))
    first = client.get_run(str(client.get_model_version(MODEL, "1").run_id))
    assert run.data.metrics["champion_test_accuracy"] == first.data.metrics["test_accuracy"]
    assert run.data.metrics["improvement_accuracy_low"] > 0
    assert run.data.metrics["test_recallByLabel/2"] >= 0.5
    assert version.tags[contract.TAG_DECISION].startswith("in place of version 1: accuracy ")
    assert run.data.tags[contract.TAG_DECISION] == version.tags[contract.TAG_DECISION]
    assert version.tags[contract.TAG_SNAPSHOT] == candidates.sweep.snapshot_digest
    assert version.tags[contract.TAG_CODE] == candidates.sweep.code_digest
    artifacts = client.list_artifacts(str(version.run_id), "judge")
    assert [each.path for each in artifacts] == ["judge/decision.json"]
    assert candidates.study.cached_frames() == 0


def test_a_worse_model_is_registered_and_kept_out_with_its_reason(candidates: Candidates, good: str) -> None:
    version, decision = candidates.register(candidates.registration(0, "third", champion=good))
    assert not decision.promoted
    assert decision.words.startswith(f"kept version {good}: accuracy {decision.challenger_value:.6g} against")
    assert decision.high < 0
    tags = candidates.study.client.get_model_version(MODEL, version).tags
    assert tags[contract.TAG_DECISION] == decision.words


@pytest.mark.matrix
def test_one_class_may_decide(candidates: Candidates, poor: str) -> None:
    found = candidates.registration(20, "one class", champion=poor, metric="recallByLabel/1")
    _, decision = candidates.register(found)
    assert (decision.promoted, decision.champion_value) == (True, 0.0)
    assert 0 < decision.low <= decision.challenger_value <= decision.high <= 1
    missed = candidates.gated(candidates.registration(0, "no class"), "recallByLabel/1", 0.5)
    with pytest.raises(RegistrationError, match="recallByLabel/1"):
        candidates.register(missed)


@pytest.mark.matrix
def test_probabilities_may_decide(candidates: Candidates, poor: str) -> None:
    spec = candidates.registration(20, "log loss", champion=poor, metric="logLoss")
    version, decision = candidates.register(candidates.gated(spec, "logLoss", 1.0))
    assert decision.promoted
    run = candidates.study.client.get_run(
        str(candidates.study.client.get_model_version(MODEL, version).run_id)
    )
    assert decision.challenger_value == pytest.approx(run.data.metrics["test_logLoss"])
    assert 0 < decision.low < decision.champion_value - decision.challenger_value < decision.high


@pytest.mark.matrix
def test_the_margin_that_the_plan_asks_for_is_in_the_rule(candidates: Candidates, poor: str) -> None:
    asked = candidates.registration(20, "margin", champion=poor, min_improvement=0.9)
    assert not candidates.register(asked)[1].promoted
    allowed = candidates.registration(0, "slack", champion=poor, min_improvement=-0.1)
    assert candidates.register(allowed)[1].promoted


def test_the_champion_answers_by_its_own_code(candidates: Candidates, poor: str) -> None:
    # Its package has the name of the challenger's; what it says is not what today's code says.
    client = candidates.study.client
    run = client.get_run(str(client.get_model_version(MODEL, poor).run_id))
    model = Path(run.info.artifact_uri.removeprefix("file://")) / run.data.tags[contract.TAG_MODEL]
    package = model / "code" / "rookery_scorer" / "__init__.py"
    code = package.read_text()
    package.write_text(code + "\n\ndef load(folder):\n    raise SystemExit('the code of another day')\n")
    try:
        with pytest.raises(Exception, match="the champion's scorer ended with status 1"):
            candidates.register(candidates.registration(20, "own code", champion=poor))
    finally:
        package.write_text(code)


@pytest.mark.matrix
def test_a_champion_that_cannot_be_compared_is_said_and_the_plan_decides(
    candidates: Candidates, good: str
) -> None:
    other = trained(candidates.study, seed=43)
    for rule, promoted in (("promote", True), ("refuse", False)):
        spec = other.registration(20, f"seed {rule}", champion=good, on_incomparable=rule)
        _, decision = other.register(spec)
        assert decision.promoted is promoted
        assert "which cannot be compared: its split was" in decision.words
        assert "'seed': 42" in decision.words


@pytest.mark.matrix
def test_a_champion_whose_snapshot_is_gone_cannot_be_compared(candidates: Candidates, good: str) -> None:
    manifest = Path(contract.manifest_path(candidates.sweep.snapshot_path))
    version, _ = candidates.register(candidates.registration(20, "gone", champion=good))
    candidates.study.client.set_model_version_tag(MODEL, version, contract.TAG_SNAPSHOT_PATH, "/nowhere")
    assert manifest.exists()
    _, decision = candidates.register(candidates.registration(20, "after", champion=version))
    assert (decision.promoted, decision.metric) == (True, "")
    assert "its snapshot /nowhere is gone" in decision.words


@pytest.mark.parametrize("part", ["all of the run", "the model", "the scorer"])
def test_a_champion_whose_files_are_gone_cannot_be_compared_and_fails_no_run(
    candidates: Candidates, poor: str, part: str
) -> None:
    client = candidates.study.client
    run = client.get_run(str(client.get_model_version(MODEL, poor).run_id))
    artifacts = Path(run.info.artifact_uri.removeprefix("file://"))
    model = artifacts / run.data.tags[contract.TAG_MODEL]
    files = {"all of the run": artifacts, "the model": model, "the scorer": model / "scorer"}[part]
    elsewhere = files.rename(artifacts.parent.parent / "elsewhere")
    try:
        _, decision = candidates.register(candidates.registration(20, f"without {part}", champion=poor))
    finally:
        elsewhere.rename(files)
    assert (decision.promoted, decision.metric) == (True, "")
    assert ("has no scorer" if part == "the scorer" else "the files of its model are gone") in decision.words


@pytest.mark.matrix
def test_a_class_that_is_hardly_found_is_an_absolute_gate(candidates: Candidates) -> None:
    spec = candidates.registration(0, "floor", min_class_recall=0.5)
    with pytest.raises(RegistrationError, match=r"recall of the class 1 \(0\), 2 \(0\) on the test rows"):
        candidates.register(spec)


def test_a_version_brings_along_what_it_must_answer(candidates: Candidates, good: str) -> None:
    tags = candidates.study.client.get_model_version(MODEL, good).tags
    examples = Examples.from_json(Path(tags[contract.TAG_EXAMPLES]).read_text())
    assert len(examples.dataframe_records) == len(examples.answers) == 20
    assert set(examples.answers) == {0.0, 1.0, 2.0}
    assert list(examples.dataframe_records[0]) == [
        "Island",
        "CulmenLength",
        "CulmenDepth",
        "FlipperLength",
        "BodyMass",
    ]


@pytest.mark.matrix
def test_numbers_are_compared_by_their_errors(study: Study) -> None:
    spec = study.snapshot_spec(
        numeric=("CulmenLength", "FlipperLength"), label="BodyMass", label_type="double"
    )
    study.prepare(spec)
    sweep = study.sweep_spec(spec, {}, "rmse", LinearRegression={"regParam": [0.0, 5000.0]})
    study.train(sweep)
    best = study.best(sweep)
    (other,) = [point for point in sweep.points if point.point_id != best.point.point_id]
    (run,) = [one for one in study.runs() if one.data.tags.get(contract.TAG_POINT) == other.point_id]
    worse = study.registration_spec(sweep, Scored(other, run.info.run_id, run.data.metrics))
    first = study.register(worse)
    better = study.registration_spec(sweep, best)
    judged = dataclasses.replace(better, judge=JudgeSpec(metric="rmse", champion=first))
    study.register(judged)
    path = study.layout.registration(judged.sweep_id, judged.registration_key)
    decision = Decision.from_json(Path(contract.decision_path(path)).read_text())
    tested = study.client.get_run(best.mlflow_run_id).data.metrics
    assert decision.promoted
    assert decision.challenger_value == pytest.approx(tested["test_rmse"])
    assert decision.champion_value == pytest.approx(tested["champion_test_rmse"])
    assert 0 < decision.low < decision.champion_value - decision.challenger_value < decision.high
