"""Bodies that no client sends, at the routes of jobs, secrets, permissions and commands: never a 500."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from local_workspace.api.compute.commands import command_routes
from local_workspace.api.jobs.jobs import job_routes
from local_workspace.api.jobs.runs import run_routes
from local_workspace.api.permissions import permission_routes
from local_workspace.api.refusals import application
from local_workspace.api.secrets import secret_routes
from local_workspace.permissions.permissions import Permissions
from local_workspace.runs.commands.contexts import Contexts
from local_workspace.runs.jobs.jobs import Jobs
from local_workspace.secrets.scopes import SecretScopes
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.fast.local_workspace.runs_in import runs_in

# Names that the routes know, so that many of them are met.
NAMES = [
    "job_id",
    "run_id",
    "new_settings",
    "fields_to_remove",
    "tasks",
    "task_key",
    "depends_on",
    "for_each_task",
    "inputs",
    "task",
    "condition_task",
    "op",
    "left",
    "right",
    "run_job_task",
    "new_cluster",
    "job_clusters",
    "job_cluster_key",
    "existing_cluster_id",
    "name",
    "parameters",
    "default",
    "libraries",
    "whl",
    "pypi",
    "package",
    "spark_python_task",
    "python_file",
    "notebook_task",
    "notebook_path",
    "base_parameters",
    "limit",
    "python_wheel_task",
    "package_name",
    "entry_point",
    "max_retries",
    "queue",
    "enabled",
    "schedule",
    "quartz_cron_expression",
    "timezone_id",
    "page_token",
    "offset",
    "rerun_tasks",
    "rerun_all_failed_tasks",
    "latest_repair_id",
    "job_parameters",
    "only",
    "scope",
    "key",
    "string_value",
    "bytes_value",
    "principal",
    "permission",
    "access_control_list",
    "user_name",
    "permission_level",
    "clusterId",
    "contextId",
    "commandId",
    "language",
    "command",
    "max_concurrent_runs",
    "idempotency_token",
    "format",
    "is_single_task",
]
VALUES: tuple[Any, ...] = (
    None,
    1,
    -1,
    2**70,
    0.5,
    "",
    "1",
    "a",
    "{{job.id}}",
    "EQUAL_TO",
    "[1, 2]",
    True,
    [],
    {},
)


def strange(chance: random.Random, depth: int = 0) -> Any:
    """A value, often with more below it."""
    if depth < 4 and chance.random() < 0.6:
        if chance.random() < 0.3:
            return [strange(chance, depth + 1) for _ in range(chance.randint(0, 3))]
        return {name: strange(chance, depth + 1) for name in chance.sample(NAMES, chance.randint(1, 8))}
    return chance.choice(VALUES)


def body(chance: random.Random) -> dict[str, Any]:
    """Fields, some of them as a client would send them."""
    script = {"python_file": "/Workspace/none.py", "parameters": strange(chance)}
    task = {"task_key": "a", "existing_cluster_id": "none", "spark_python_task": script}
    task |= {name: strange(chance, 1) for name in chance.sample(NAMES, 3)}
    usual = {
        "job_id": 1,
        "run_id": 1,
        "scope": "s",
        "key": "k",
        "new_settings": {"tasks": [task]},
        "tasks": [task],
    }
    kept = {name: value for name, value in usual.items() if chance.random() < 0.7}
    return kept | {name: strange(chance) for name in chance.sample(NAMES, chance.randint(0, 6))}


@pytest.fixture
def routes(tmp_path: Path) -> Iterator[list[Route]]:
    settings, store, clock = Settings(tmp_path, 1, "dapi"), Store(tmp_path / "store.db"), ManualClock()
    clusters = clusters_in(settings, store, clock)
    runs = runs_in(settings, store, clock, clusters)
    jobs = Jobs(settings, store, clock)
    permissions = Permissions(store, "me", {"jobs": jobs.require})
    yield [
        *job_routes(jobs, runs, permissions),
        *run_routes(runs),
        *secret_routes(SecretScopes(settings, store, clock)),
        *permission_routes(permissions),
        *command_routes(Contexts(runs.services, store)),
    ]
    runs.stop(deadline=0.0)
    clusters.stop(deadline=0.0)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_answered_500(routes: list[Route], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same every time
    with TestClient(application([*routes]), raise_server_exceptions=True) as client:
        for _ in range(4):
            for route in (route for route in routes if "/jobs/" not in route.path or "2.2" in route.path):
                path = route.path.format(object_type="jobs", object_id=chance.choice(["1", "x", "²"]))
                sent = body(chance)
                (method,) = (route.methods or set()) - {"HEAD"}
                answer = client.request(method, path, json=sent)
                assert answer.status_code < 500, (method, path, sent, answer.text)
