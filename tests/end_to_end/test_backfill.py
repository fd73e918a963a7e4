"""Two past dates, the same two with another grid, one of them once more: what is done, what is not."""

from dataclasses import dataclass
from itertools import combinations

import pytest
from databricks.sdk.service.compute import ClusterDetails, State

from rookery_jobs.contract import Manifest, manifest_path
from tests.end_to_end.backfills import backfill_by_cli, backfill_by_rest
from tests.end_to_end.measured import DATES, MEASURED, MODEL, conf_of, measured_rows
from tests.end_to_end.stack import Created, EndedRun, Stack
from tests.end_to_end.work import Work, params_of, tags_of, version_tags, work_of

ONCE = {"prepare_data": 1, "train": 1, "register_model": 1}


@dataclass(frozen=True)
class Backfill:
    """The runs of one backfill by date, their clusters, and all work of the DAG until its end."""

    runs: dict[str, EndedRun]
    clusters: list[ClusterDetails]
    work: Work


def backfill(stack: Stack, runs: dict[str, EndedRun]) -> Backfill:
    """What was done in runs that have just ended: a later backfill of the same dates takes their places."""
    clusters = [stack.workspace.clusters.get(run.returned("create_cluster")) for run in runs.values()]
    return Backfill(runs, clusters, work_of(stack.workspace, MEASURED, MODEL))


@pytest.fixture(scope="module")
def first(stack: Stack, measured_url: str) -> Backfill:
    """Two points for each date."""
    runs = backfill_by_cli(stack, MEASURED, (DATES[0], DATES[-1]), conf_of(measured_url, [5, 10]))
    return backfill(stack, runs)


@pytest.fixture(scope="module")
def second(stack: Stack, measured_url: str, first: Backfill) -> Backfill:
    """Another grid, which has one point in common with the first."""
    assert first.runs
    conf = conf_of(measured_url, [10, 20])
    runs = backfill_by_rest(stack, MEASURED, (DATES[0], DATES[-1]), conf, "completed")
    return backfill(stack, runs)


@pytest.fixture(scope="module")
def third(stack: Stack, measured_url: str, second: Backfill) -> Backfill:
    """The second once more, for its last date."""
    assert second.runs
    conf = conf_of(measured_url, [10, 20])
    runs = backfill_by_rest(stack, MEASURED, (DATES[-1], DATES[-1]), conf, "completed")
    return backfill(stack, {DATES[-1]: runs[DATES[-1]]})


def test_a_backfill_by_the_command_line_trains_every_date(first: Backfill) -> None:
    assert {date: run.state for date, run in first.runs.items()} == dict.fromkeys(DATES, "success")
    for run in first.runs.values():
        name = run.dag_run.run_id
        assert first.work.submitted(name) == ONCE
        assert trained(first, run) == [5, 10]
        assert [version_tags(v)["rookery_generation"] for v in first.work.versions_of(name)] == ["1"]


def test_each_date_sees_only_the_rows_before_it_and_its_manifest_says_so(
    stack: Stack, first: Backfill
) -> None:
    header, *rows = (line.split(",") for line in measured_rows())
    complete = [dict(zip(header, row, strict=True)) for row in rows if all(row)]
    for date, run in first.runs.items():
        manifest = manifest_of(stack, run)
        assert manifest.snapshot.as_of == f"{date}T00:00:00+00:00"
        assert manifest.rows_kept == sum(row["MeasuredOn"] < date for row in complete) > 0
        assert manifest.rows_later == sum(row[-1] >= date for row in rows) > 0


def test_a_second_backfill_with_another_grid_really_trains(first: Backfill, second: Backfill) -> None:
    assert {date: run.state for date, run in second.runs.items()} == dict.fromkeys(DATES, "success")
    for date, run in second.runs.items():
        name = run.dag_run.run_id
        assert name == first.runs[date].dag_run.run_id
        assert second.work.submitted(name) == dict.fromkeys(ONCE, 2)
        # 5 and 10 by the first; 10 was found again, 20 is new.
        assert trained(second, run) == [5, 10, 20]


def test_both_results_stay_in_mlflow_and_registry_with_run_date_and_generation(second: Backfill) -> None:
    for date, run in second.runs.items():
        name = run.dag_run.run_id
        origin = {
            "rookery_dag_id": MEASURED,
            "rookery_dag_run_id": name,
            "rookery_as_of": f"{date}T00:00:00+00:00",
        }
        fits = {int(params_of(fit)["maxIter"]): tags_of(fit) for fit in second.work.fits_of(name)}
        assert {points: tags["rookery_generation"] for points, tags in fits.items()} == {
            5: "1",
            10: "1",
            20: "2",
        }
        versions = [version_tags(version) for version in second.work.versions_of(name)]
        assert [tags["rookery_generation"] for tags in versions] == ["1", "2"]
        for tags in (*fits.values(), *versions):
            assert origin.items() <= tags.items()


@pytest.mark.matrix
def test_a_third_backfill_with_the_same_parameters_fits_and_registers_nothing(
    second: Backfill, third: Backfill
) -> None:
    assert {date: run.state for date, run in third.runs.items()} == {DATES[-1]: "success"}
    for date, run in third.runs.items():
        assert third.work.submitted(run.dag_run.run_id) == dict.fromkeys(ONCE, 3)
        assert run.returned("select_best") == second.runs[date].returned("select_best")
    assert ids(third.work) == ids(second.work)


def test_a_backfill_touches_no_endpoint_unless_its_conf_says_so(stack: Stack, second: Backfill) -> None:
    for run in second.runs.values():
        assert run.tasks["create_endpoint"].state == "skipped"
    assert "measured-penguins" not in Created.until_now(stack.workspace).endpoints


def test_dates_at_once_share_nothing_but_the_workspace(first: Backfill) -> None:
    for run in first.runs.values():
        assert run.state == "success"
    clusters = first.clusters
    assert any(overlap(one, other) for one, other in combinations(clusters, 2))
    assert {cluster.state for cluster in clusters} == {State.TERMINATED}
    for names in ([c.cluster_id for c in clusters], [c.cluster_name for c in clusters]):
        assert len(set(names)) == len(DATES)
    for task, key in (("prepare_data", "snapshot_path"), ("expand_grid", "points_path")):
        paths = {run.dag_run.xcom(task, key) for run in first.runs.values()}
        assert len(paths) == len(DATES)


def trained(backfill: Backfill, run: EndedRun) -> list[int]:
    """The values of maxIter that were fitted for a run, until the end of the backfill."""
    return sorted(int(params_of(fit)["maxIter"]) for fit in backfill.work.fits_of(run.dag_run.run_id))


def ids(work: Work) -> tuple[set[str], set[str]]:
    """The MLflow runs and the versions there are."""
    return {str(run.info and run.info.run_id) for run in work.fits}, {str(v.version) for v in work.versions}


def manifest_of(stack: Stack, run: EndedRun) -> Manifest:
    """The manifest of the run's snapshot, as it is in the workspace."""
    path = manifest_path(run.dag_run.xcom("prepare_data", "snapshot_path"))
    with stack.workspace.dbfs.download(path) as file:
        return Manifest.from_json(file.read().decode())


def overlap(one: ClusterDetails, other: ClusterDetails) -> bool:
    """Whether two clusters lived at the same moment."""
    starts, ends = zip(*((c.start_time or 0, c.terminated_time or 0) for c in (one, other)), strict=True)
    return bool(max(starts) < min(ends))
