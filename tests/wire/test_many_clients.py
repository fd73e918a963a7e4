"""Fifty clients at once for ten minutes, beside a run that keeps Spark busy.

How fast they are answered is said and not judged: the machine may be busy with other work.
"""

import asyncio
import gc
import random
import time
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import chain, count

import httpx
import psutil
import pytest

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import busy_run, shared_cluster

CLIENTS, PAUSE_SECONDS = 50, 0.5
WARM_UP_SECONDS, SECONDS = 5, 600
PATHS = (
    "/api/2.0/preview/scim/v2/Me",
    "/api/2.1/clusters/list",
    "/api/2.2/jobs/runs/list",
    "/api/2.0/serving-endpoints",
    "/api/2.0/workspace/list?path=/Shared",
    "/api/2.0/mlflow/experiments/search?max_results=10",
)
# What the server may keep of sixty thousand requests: its log, its threads, SQLite's pages.
MOST_GROWTH_MB = 60


@dataclass
class Seen:
    """What the clients have seen, all together."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {path: [] for path in PATHS})
    statuses: Counter[str] = field(default_factory=Counter)


async def ask(http: httpx.AsyncClient, number: int, seconds: float, seen: Seen) -> None:
    """One client's requests, one after the other, with a pause as between looks at a run."""
    pauses = random.Random(number)  # noqa: S311 - to repeat it, not to hide it
    await asyncio.sleep(PAUSE_SECONDS * number / CLIENTS)
    end = time.monotonic() + seconds
    turns = count(number)
    while time.monotonic() < end:
        path = PATHS[next(turns) % len(PATHS)]
        began = time.perf_counter()
        try:
            status = str((await http.get(path)).status_code)
        except httpx.HTTPError as error:
            status = repr(error)
        seen.milliseconds[path].append((time.perf_counter() - began) * 1000)
        seen.statuses[status] += 1
        # Not all the same: one stall would make all ask in step.
        await asyncio.sleep(PAUSE_SECONDS * pauses.uniform(0.5, 1.5))


async def all_at_once(workspace: RunningWorkspace, seconds: float) -> Seen:
    """The requests of all clients: in one thread, as fifty would wait for each other in Python's lock."""
    seen = Seen()
    tls = httpx.create_ssl_context()  # for nobody, as the workspace speaks HTTP; to make fifty takes seconds
    headers = {"authorization": f"Bearer {workspace.token}"}
    async with AsyncExitStack() as stack:
        https = [
            httpx.AsyncClient(
                base_url=workspace.origin, headers=headers, timeout=60.0, verify=tls, trust_env=False
            )
            for _ in range(CLIENTS)
        ]
        for http in https:
            await stack.enter_async_context(http)
        await asyncio.gather(*(ask(http, number, seconds, seen) for number, http in enumerate(https)))
    return seen


def said(what: str, milliseconds: list[float]) -> str:
    """How fast these were."""
    times = sorted(milliseconds)
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    return f"{what}: {len(times)} GETs, median {middle:.0f} ms, 99th percentile {late:.0f} ms"


@pytest.mark.matrix
def test_fifty_clients_at_once_get_answers_and_leave_no_memory(
    workspace: RunningWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = busy_run(workspace, shared_cluster(workspace))
    server = psutil.Process(workspace.pid)
    # Every thread and every page of the database is there.
    asyncio.run(all_at_once(workspace, WARM_UP_SECONDS))
    before = server.memory_info().rss
    gc.freeze()  # or our own collections would hold all clients at once
    seen = asyncio.run(all_at_once(workspace, SECONDS))
    gc.unfreeze()
    growth = (server.memory_info().rss - before) / 2**20
    workspace.client.jobs.cancel_run(run_id)
    with capsys.disabled():
        print(f"\n{dict(seen.statuses)} of {CLIENTS} clients, the server grew by {growth:.1f} MiB")
        print(said("all", list(chain.from_iterable(seen.milliseconds.values()))))
        for path, milliseconds in seen.milliseconds.items():
            print(said(path, milliseconds))
    assert set(seen.statuses) == {"200"}
    assert growth < MOST_GROWTH_MB
