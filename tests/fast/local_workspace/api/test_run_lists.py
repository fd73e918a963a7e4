"""Runs in pages, in the ways in which clients of the three API versions ask for them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from local_workspace.api.jobs.runs import run_routes
from local_workspace.api.refusals import application
from local_workspace.runs.requests.submit import SubmitRun
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.runs_in import runs_in
from tests.wire.polling import until

SCRIPT = {"python_file": "/Workspace/none.py"}
TASK = {"task_key": "main", "existing_cluster_id": "none", "spark_python_task": SCRIPT}
REQUEST = SubmitRun.model_validate({"tasks": [TASK]})


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Five runs, which fail for want of a script."""
    settings, store, clock = Settings(tmp_path, 1, "dapi"), Store(tmp_path / "store.db"), ManualClock()
    runs = runs_in(settings, store, clock, clusters_in(settings, store, clock))
    for _ in range(5):
        runs.submit(REQUEST)
    yield TestClient(application([*run_routes(runs)]))
    runs.stop(deadline=0.0)


def listed(client: TestClient, version: str = "2.2", **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/api/{version}/jobs/runs/list", params=parameters)
    assert answer.is_success, answer.text
    page: dict[str, Any] = answer.json()
    return page | {"ids": [run["run_id"] for run in page["runs"]]}


def test_token_and_offset_lead_to_the_same_pages(client: TestClient) -> None:
    every = listed(client)["ids"]
    assert every == sorted(every, reverse=True)
    assert len(every) == 5
    token, by_token = "", []
    for _ in range(3):
        page = listed(client, limit=2, page_token=token)
        by_token += page["ids"]
        token = page["next_page_token"]
    assert (by_token, token, page["has_more"]) == (every, "", False)
    by_offset = [listed(client, "2.1", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [number for page in by_offset for number in page["ids"]] == every
    assert [page["has_more"] for page in by_offset] == [True, True, False]
    assert listed(client, "2.0", offset=10**12)["ids"] == []


@pytest.mark.parametrize("token", ["²", "-1", "x", "1 ", "9" * 5000])
def test_a_page_token_that_is_none_is_refused(client: TestClient, token: str) -> None:
    answer = client.get("/api/2.1/jobs/runs/list", params={"page_token": token})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "page_token" in answer.json()["message"]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"run_type": "SUBMIT_RUN"}, 5),
        ({"run_type": "JOB_RUN"}, 0),
        ({"start_time_to": 1}, 0),
        ({"start_time_from": 10**30}, 0),
        ({"start_time_from": 1}, 5),
        ({"job_id": 3}, 1),
        ({"job_id": 10**30}, 0),
    ],
)
def test_only_the_runs_that_were_asked_for_are_listed(
    client: TestClient, parameters: dict[str, Any], found: int
) -> None:
    assert len(listed(client, **parameters)["ids"]) == found


def test_a_run_is_listed_as_active_or_as_completed(client: TestClient) -> None:
    until(lambda: len(listed(client, completed_only=True)["ids"]) == 5, "the end of the runs")
    assert listed(client, active_only=True)["ids"] == []
