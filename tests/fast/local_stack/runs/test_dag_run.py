"""Following a run by Airflow's REST API, against an Airflow in which the run hangs."""

import httpx
import pytest

from local_stack.runs.dag_run import DagRun, follow
from local_stack.waiting import WaitTimeoutError


def hanging(request: httpx.Request) -> httpx.Response:
    """What Airflow answers of a run whose task never ends."""
    if not request.url.path.endswith("/taskInstances"):
        return httpx.Response(200, json={"state": "running"})
    times = {"start_date": "2026-11-24T12:00:00+00:00", "end_date": None}
    task = {
        "task_id": "train",
        "map_index": 1,
        "rendered_map_index": "5-8 of 12",
        "state": "running",
        **times,
    }
    return httpx.Response(200, json={"task_instances": [task]})


def test_a_run_that_hangs_is_not_followed_for_ever() -> None:
    airflow = httpx.Client(base_url="http://airflow/api/v2/", transport=httpx.MockTransport(hanging))
    run = DagRun(airflow, "penguin_predictor", "manual__1")
    with pytest.raises(WaitTimeoutError, match=r"manual__1 of penguin_predictor is running .*train\[1\]"):
        follow(run, seconds=0)
