"""Fifty clients at once for ten minutes, beside a run that keeps Spark busy.

How fast they are answered is said and not judged: the machine may be busy with other work.
"""

import gc
import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

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

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: str, milliseconds: float) -> None:
        """One answer."""
        with self.lock:
            self.statuses[status] += 1
            self.milliseconds.append(milliseconds)


def ask(http: httpx.Client, number: int, seconds: float, seen: Seen) -> None:
    """One client's requests, one after the other, with a pause as between looks at a run."""
    pauses = random.Random(number)  # noqa: S311  (no secret)
    time.sleep(PAUSE_SECONDS * number / CLIENTS)
    end = time.monotonic() + seconds
    turns = itertools.count(number)
    with http:
        while time.monotonic() < end:
            path = PATHS[next(turns) % len(PATHS)]
            began = time.perf_counter()
            try:
                status = str(http.get(path, timeout=60.0).status_code)
            except httpx.HTTPError as error:
                status = repr(error)
            seen.note(status, (time.perf_counter() - began) * 1000)
            time.sleep(PAUSE_SECONDS * pauses.uniform(0.5, 1.5))  # or one stall would make all ask in step


def all_at_once(workspace: RunningWorkspace, seconds: float) -> Seen:
    """The requests of all clients."""
    seen = Seen()
    # Made before the first request: to make one costs more than to be answered.
    https = [workspace.http for _ in range(CLIENTS)]
    clients = [
        threading.Thread(target=ask, args=(http, number, seconds, seen)) for number, http in enumerate(https)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return seen


@pytest.mark.matrix
def test_fifty_clients_at_once_get_answers_and_leave_no_memory(
    workspace: RunningWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    run_id = busy_run(workspace, shared_cluster(workspace))
    server = psutil.Process(workspace.pid)
    all_at_once(workspace, WARM_UP_SECONDS)  # every thread and every page of the database is there
    before = server.memory_info().rss
    gc.freeze()  # or our own collections would hold all clients at once
    seen = all_at_once(workspace, SECONDS)
    gc.unfreeze()
    growth = (server.memory_info().rss - before) / 2**20
    workspace.client.jobs.cancel_run(run_id)
    times = sorted(seen.milliseconds)
    with capsys.disabled():
        middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
        print(
            f"\n{len(times)} GETs of {CLIENTS} clients: median {middle:.0f} ms, 99th percentile {late:.0f} ms"
        )
        print(f"{dict(seen.statuses)}, the server grew by {growth:.1f} MiB")
    assert set(seen.statuses) == {"200"}
    assert growth < MOST_GROWTH_MB
