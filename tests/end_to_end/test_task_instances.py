"""Single tasks of a run: seen while they work, killed in the middle of it, cleared when all is over."""

import os
import signal
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from databricks.sdk.service.compute import State

from local_stack.runs.dag_run import DagRun
from local_stack.waiting import wait_for
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.measured import MEASURED, MODEL, conf_of, measured_rows
from tests.end_to_end.stack import HANGING_SECONDS, EndedRun, Stack
from tests.end_to_end.work import Work, params_of, tags_of, work_of

SHARDS = ("LogisticRegression 1–2 of 4", "LogisticRegression 3–4 of 4")  # noqa: RUF001
CLEARED_WITH_ANY_TASK = {"resolve_plan", "create_cluster", "terminate_cluster", "delete_endpoint", "verdict"}


@dataclass(frozen=True)
class After:
    """A run that has ended (again), and all work of its DAG until then."""

    run: EndedRun
    work: Work

    @property
    def fits(self) -> int:
        """How many points were fitted for this run so far."""
        return len(self.work.fits_of(self.run.dag_run.run_id))

    @property
    def versions(self) -> list[str]:
        """The versions that this run registered so far."""
        return [str(version.version) for version in self.work.versions_of(self.run.dag_run.run_id)]

    def submitted(self, task_id: str) -> int:
        """How many job runs a task submitted so far, all its mapped instances together."""
        return self.work.submitted(self.run.dag_run.run_id)[task_id]


@dataclass(frozen=True)
class Watched:
    """A run, and what was seen of its first shard while that was training."""

    seen: dict[str, Any]
    links: dict[str, str]
    page: httpx.Response
    after: After


@pytest.fixture(scope="module")
def watched(stack: Stack, csv_server: CsvServer) -> Watched:
    """A run of four points in two shards: the first is looked at while it trains, the second is killed."""
    url = csv_server.serve("watched.csv", "\n".join(measured_rows()) + "\n")
    conf = conf_of(url, [3, 6, 9, 12], points_per_task=2) | {"deploy": False}
    run = stack.start(MEASURED, conf | {"LogisticRegression_regParam": ["0.02"]})
    second = f"{SHARDS[1]} of {run.dag_id}, {run.run_id}"
    wait_for("the second shard", lambda: submitted(stack, second), HANGING_SECONDS, interval=0.2)
    kill_task(shard(stack, run, 1))
    links = wait_for("the link of the first shard", lambda: shown_links(stack, run), HANGING_SECONDS)
    seen = shard(stack, run, 0)
    token = str(stack.workspace.config.token)
    page = httpx.get(links["Databricks run"], headers={"Authorization": f"Bearer {token}"})
    return Watched(seen, links, page, after(stack, stack.followed(run)))


@pytest.fixture(scope="module")
def shard_cleared(stack: Stack, watched: Watched) -> After:
    """The run once its second shard was cleared."""
    return after(stack, stack.clear(watched.after.run.dag_run, [("train", 1)], downstream=False))


@pytest.fixture(scope="module")
def registration_cleared(stack: Stack, shard_cleared: After) -> After:
    """Then, once `register_model` was cleared."""
    return after(stack, stack.clear(shard_cleared.run.dag_run, ["register_model"], downstream=False))


@pytest.fixture(scope="module")
def data_cleared(stack: Stack, csv_server: CsvServer, registration_cleared: After) -> After:
    """Then, once `download_data` and all after it were cleared, with other data at the same address."""
    csv_server.serve("watched.csv", "\n".join(measured_rows()[:-40]) + "\n")
    return after(stack, stack.clear(registration_cleared.run.dag_run, ["download_data"], downstream=True))


def test_a_run_by_rest_trains_the_grid_of_its_conf(watched: Watched) -> None:
    assert watched.after.run.state == "success", watched.after.run.tasks
    fits = watched.after.work.fits_of(watched.after.run.dag_run.run_id)
    assert sorted(int(params_of(fit)["maxIter"]) for fit in fits) == [3, 6, 9, 12]
    assert {float(params_of(fit)["regParam"]) for fit in fits} == {0.02}


def test_a_shard_is_named_by_what_it_trains_while_it_does(watched: Watched) -> None:
    assert watched.seen["state"] == "running"
    assert watched.seen["rendered_map_index"] == SHARDS[0]
    assert watched.after.run.tasks["train[1]"].label == SHARDS[1]


def test_the_link_to_the_databricks_run_is_there_and_opens_while_the_task_runs(watched: Watched) -> None:
    assert watched.seen["state"] == "running"
    assert watched.page.status_code == httpx.codes.OK
    assert "text/html" in watched.page.headers["content-type"]


@pytest.mark.matrix
def test_a_killed_task_attaches_to_the_job_run_it_had_submitted(stack: Stack, watched: Watched) -> None:
    assert shard(stack, watched.after.run.dag_run, 1)["try_number"] == 2
    assert watched.after.submitted("train") == len(SHARDS)
    assert watched.after.fits == 4


def test_a_cleared_shard_finds_its_points_again_on_a_new_cluster(
    stack: Stack, watched: Watched, shard_cleared: After
) -> None:
    assert shard_cleared.run.state == "success"
    again = shard_cleared.run.started_after(watched.after.run)
    assert {"train[1]"} <= again <= {"train[1]"} | CLEARED_WITH_ANY_TASK
    assert shard_cleared.submitted("train") == len(SHARDS) + 1
    assert shard_cleared.fits == watched.after.fits
    cluster = stack.workspace.clusters.get(shard_cleared.run.returned("create_cluster"))
    assert cluster.state == State.TERMINATED
    assert len(stack.clusters_of(shard_cleared.run.dag_run)) == 2


@pytest.mark.matrix
def test_a_cleared_registration_makes_no_second_version(
    shard_cleared: After, registration_cleared: After
) -> None:
    assert registration_cleared.run.state == "success"
    assert "register_model" in registration_cleared.run.started_after(shard_cleared.run)
    assert registration_cleared.submitted("register_model") == 2
    assert len(registration_cleared.versions) == 1
    assert registration_cleared.run.returned("register_model")["version"] == registration_cleared.versions[0]


@pytest.mark.matrix
def test_a_cleared_shard_trains_again_if_the_data_has_changed(
    stack: Stack, registration_cleared: After, data_cleared: After
) -> None:
    assert data_cleared.run.state == "success", data_cleared.run.tasks
    assert data_cleared.fits == 2 * registration_cleared.fits
    generations = [
        tags_of(fit)["rookery_generation"]
        for fit in data_cleared.work.fits_of(data_cleared.run.dag_run.run_id)
    ]
    assert sorted(generations) == ["1"] * 4 + ["4"] * 4
    assert len(data_cleared.versions) == 2
    assert stack.live_clusters(MEASURED) == []


def after(stack: Stack, run: EndedRun) -> After:
    """The run with all work until now."""
    return After(run, work_of(stack.workspace, MEASURED, MODEL))


def submitted(stack: Stack, name: str) -> bool | None:
    """Whether the job run of this name is there."""
    return any(each.run_name == name for each in stack.workspace.jobs.list_runs(active_only=True)) or None


def shard(stack: Stack, run: DagRun, map_index: int) -> dict[str, Any]:
    """A mapped instance of `train`, as Airflow tells it."""
    found: dict[str, Any] = stack.get(
        f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/train/{map_index}"
    )
    return found


def shown_links(stack: Stack, run: DagRun) -> dict[str, str] | None:
    """The links of the first shard, once there are any."""
    path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/train/links?map_index=0"
    links: dict[str, str] = stack.get(path)["extra_links"]
    return links if all(links.values()) else None


def kill_task(instance: dict[str, Any]) -> None:
    """End the process of a task instance as the kernel does when memory is short."""
    process = psutil.Process(instance["pid"])
    assert instance["id"] in " ".join(process.cmdline()), "the process of another task"
    os.kill(process.pid, signal.SIGKILL)
