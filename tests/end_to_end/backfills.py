"""Backfills, created as users create them, by REST and by the command line, and followed to their end."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any, Literal

from local_stack.environments import AIRFLOW
from local_stack.runs.dag_run import DagRun
from local_stack.waiting import wait_for
from tests.end_to_end.stack import HANGING_SECONDS, EndedRun, Stack

Reprocess = Literal["none", "completed"]

# At once, each with a cluster of its own.
ACTIVE_RUNS = 3


def backfill_by_rest(
    stack: Stack, dag_id: str, dates: tuple[str, str], conf: Mapping[str, Any], reprocess: Reprocess
) -> dict[str, EndedRun]:
    """POST a backfill from the first date to the last; its runs by date, once all have ended."""
    body = {
        "dag_id": dag_id,
        "from_date": f"{dates[0]}T00:00:00Z",
        "to_date": f"{dates[1]}T00:00:00Z",
        "dag_run_conf": dict(conf),
        "reprocess_behavior": reprocess,
        "max_active_runs": ACTIVE_RUNS,
    }
    stack.unpause(dag_id)
    response = stack.airflow.post("backfills", json=body)
    assert response.is_success, response.text
    return _ended(stack, dag_id)


def backfill_by_cli(
    stack: Stack, dag_id: str, dates: tuple[str, str], conf: Mapping[str, Any]
) -> dict[str, EndedRun]:
    """`airflow backfill create` from the first date to the last; its runs by date, once all have ended."""
    options = {
        "dag-id": dag_id,
        "from-date": dates[0],
        "to-date": dates[1],
        "dag-run-conf": json.dumps(conf),
        "max-active-runs": str(ACTIVE_RUNS),
    }
    stack.unpause(dag_id)
    command = [str(AIRFLOW / "airflow"), "backfill", "create"]
    command += [text for name, value in options.items() for text in (f"--{name}", value)]
    environment = {**os.environ, "AIRFLOW_HOME": str(stack.airflow_home)}
    created = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert created.returncode == 0, created.stdout + created.stderr
    return _ended(stack, dag_id)


def _ended(stack: Stack, dag_id: str) -> dict[str, EndedRun]:
    backfill = stack.get(f"backfills?dag_id={dag_id}&order_by=-id&limit=1")["backfills"][0]
    wait_for(
        "the end of the backfill's runs", lambda: _all_over(stack, dag_id), HANGING_SECONDS, interval=1.0
    )
    # Airflow notices it every half minute, and takes no other backfill of the DAG before.
    stack.airflow.put(f"backfills/{backfill['id']}/cancel")
    runs = [DagRun(stack.airflow, dag_id, run["dag_run_id"]) for run in _runs(stack, dag_id)]
    ended = [stack.followed(run) for run in runs]
    return {run.dag_run.run_id.partition("__")[2][:10]: run for run in ended}


def _all_over(stack: Stack, dag_id: str) -> bool | None:
    states = {run["state"] for run in _runs(stack, dag_id)}
    return None if states & {"queued", "running"} else True


def _runs(stack: Stack, dag_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.get(f"dags/{dag_id}/dagRuns?run_type=backfill")["dag_runs"]
    return found
