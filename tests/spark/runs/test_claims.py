"""Sweeps that run at once on the same data: no point is fitted twice, and no claim outlives its owner."""

import dataclasses
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from rookery_jobs import contract
from rookery_jobs.contract import SweepSpec
from rookery_jobs.spark.pipeline import Featurised
from rookery_jobs.spark.runs.claims import PATIENCE, Claim, Claims
from rookery_jobs.spark.runs.points import PointRuns
from tests.spark.study import Study


class ManualClock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def read(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


def of_date(study: Study, number: int) -> Study:
    """The same study as another DAG run sees it."""
    return dataclasses.replace(study, dag_run_id=f"backfill__{number}")


def claims_of(study: Study, sweep: SweepSpec, clock: ManualClock | None = None) -> Claims:
    runs = PointRuns(study.client, sweep)
    return Claims(runs, wait=clock.wait, clock=clock.read) if clock else Claims(runs)


@pytest.fixture
def sweeps(study: Study) -> tuple[SweepSpec, SweepSpec]:
    """One grid in two DAG runs on the same data."""
    spec = study.snapshot_spec()
    study.prepare(spec)
    first, second = (of_date(study, n).sweep_spec(spec, {"maxIter": [0, 5, 10, 15, 20, 25]}) for n in (1, 2))
    return first, second


def taken(got: Claim | Run | None) -> Claim:
    assert isinstance(got, Claim)
    return got


def statuses(study: Study) -> dict[str, int]:
    return dict(Counter(run.info.status for run in study.runs()))


def test_two_sweeps_at_once_fit_each_point_once_and_both_end_with_all_of_them(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    fits: list[str] = []
    fit = Featurised.fit

    def counted(self: Featurised, point: Any) -> Any:
        fits.append(point.point_id)
        return fit(self, point)

    monkeypatch.setattr(Featurised, "fit", counted)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(of_date(study, n + 1).train, sweeps[n]) for n in (0, 1)]
        for each in both:
            each.result()
    points = {point.point_id for point in sweeps[0].points}
    finished = [run for run in study.runs() if run.info.status == "FINISHED"]
    assert {run.data.tags[contract.TAG_POINT] for run in finished} == points
    assert statuses(study) == {"FINISHED": len(points)}
    # A winner that the other sweep has found before its model was logged is fitted again for it.
    assert len(points) <= len(fits) <= len(points) + 1


def test_a_point_that_another_sweep_is_fitting_is_not_taken_until_it_ends(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec]
) -> None:
    point = sweeps[0].points[0]
    with claims_of(study, sweeps[0]) as first, claims_of(study, sweeps[1]) as second:
        claim = taken(first.take(point, 0.0))
        assert second.take(point, 0.0) is None
        PointRuns(study.client, sweeps[0]).finish(claim.run_id, point, {"accuracy": 0.5})
        found = second.take(point, 0.0)
        assert isinstance(found, Run)
        assert found.info.run_id == claim.run_id
    assert statuses(study) == {"FINISHED": 1}


def test_a_point_that_failed_elsewhere_may_be_taken(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec]
) -> None:
    point = sweeps[0].points[0]
    with claims_of(study, sweeps[0]) as first, claims_of(study, sweeps[1]) as second:
        claim = taken(first.take(point, 0.0))
        PointRuns(study.client, sweeps[0]).fail(claim.run_id, point, "no luck")
        assert isinstance(second.take(point, 0.0), Claim)


def test_a_claim_whose_owner_died_is_taken_over_after_a_while_and_not_before(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec]
) -> None:
    clock, point = ManualClock(), sweeps[0].points[0]
    dead = PointRuns(study.client, sweeps[0]).create(point, "a process that was killed", 0.0)
    with claims_of(study, sweeps[1], clock) as claims:
        assert claims.take(point, 0.0) is None
        clock.now += PATIENCE - 1
        study.client.set_tag(dead, contract.TAG_BEAT, "1")
        assert claims.take(point, 0.0) is None, "it has moved since"
        clock.now += PATIENCE - 1
        assert claims.take(point, 0.0) is None
        clock.now += 1
        assert isinstance(claims.take(point, 0.0), Claim)
        assert study.client.get_run(dead).info.status == "KILLED"


def test_a_claim_of_an_earlier_try_of_the_same_dag_run_is_taken_over_at_once(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec]
) -> None:
    point = sweeps[0].points[0]
    left = PointRuns(study.client, sweeps[0]).create(point, "the try before", 0.0)
    of_date(study, 1).train(sweeps[0], 0, 1)
    assert study.client.get_run(left).info.status == "KILLED"
    assert statuses(study) == {"KILLED": 1, "FINISHED": 1}


def test_of_two_claims_at_the_same_time_one_is_given_up(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec]
) -> None:
    """Both have looked and seen nobody; then each makes its run."""
    point, both_looked = sweeps[0].points[0], threading.Barrier(2)
    create = PointRuns.create

    def together(self: PointRuns, *arguments: Any) -> str:
        both_looked.wait(timeout=60)
        made = create(self, *arguments)
        both_looked.wait(timeout=60)
        return made

    results: dict[int, Claim | Run | None] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PointRuns, "create", together)
        with claims_of(study, sweeps[0]) as first, claims_of(study, sweeps[1]) as second:

            def take(number: int) -> None:
                results[number] = (first, second)[number].take(point, 0.0)

            with ThreadPoolExecutor(2) as pool:
                list(pool.map(take, (0, 1)))
            assert sorted(type(each).__name__ for each in results.values()) == ["Claim", "NoneType"]
            assert statuses(study) == {"RUNNING": 1}, "the other run is deleted"


def test_a_run_whose_creation_was_not_answered_is_not_left_running(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    create, lost = MlflowClient.create_run, [True]

    def unanswered(self: MlflowClient, *arguments: Any, **options: Any) -> Run:
        made = create(self, *arguments, **options)
        if lost:
            lost.clear()
            # As MLflow's client does when the connection breaks: it asks again.
            return create(self, *arguments, **options)
        return made

    monkeypatch.setattr(MlflowClient, "create_run", unanswered)
    of_date(study, 1).train(sweeps[0], 0, 1)
    assert statuses(study) == {"FINISHED": 1, "KILLED": 1}


def test_a_job_that_ends_with_an_error_leaves_no_run_running(
    study: Study, sweeps: tuple[SweepSpec, SweepSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise MlflowException("the tracking server does not answer")

    monkeypatch.setattr(PointRuns, "finish", refused)
    with pytest.raises(MlflowException, match="does not answer"):
        of_date(study, 1).train(sweeps[0], 0, 2)
    assert set(statuses(study)) == {"KILLED"}
