"""How soon the local workspace answers while 8 runs execute and an endpoint is asked without a pause."""

import json
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from bench.job_scripts import BUSY
from bench.load import Question, ask
from bench.measures import Figure
from bench.sweep import Bench, prepared
from local_stack.waiting import wait_for

_ENDPOINT = "bench"
_ROW = {"Island": "Biscoe", "CulmenLength": 48.7, "CulmenDepth": 14.1, "FlipperLength": 210, "BodyMass": 4450}
_RUNS = 8
_GETS = 500


def compare(rounds: int) -> Iterator[Figure]:
    """What 99 % of the GETs stay below."""
    del rounds
    with prepared() as bench:
        sweep = bench.sweep.plan(bench.snapshot, {"maxIter": [5], "regParam": [0.1]})
        bench.sweep.train(sweep)
        bench.sweep.register(sweep)
        _deploy(bench)
        path = bench.uploaded("busy", BUSY)
        runs = [bench.sweep.submit(path) for _ in range(_RUNS)]
        for run_id in runs:
            wait_for("a run that executes", partial(_executes, bench, run_id), 120)
        seconds = _under_load(bench, runs[0])
        for run_id in runs:
            bench.client.jobs.cancel_run_and_wait(run_id)
    p99 = sorted(seconds)[int(0.99 * len(seconds))]
    yield Figure(f"A GET while {_RUNS} runs execute, p99", "ms", 1000 * p99, "workspace_get_p99_ms")


def _deploy(bench: Bench) -> None:
    from databricks.sdk.service.serving import EndpointCoreConfigInput, ServedEntityInput

    entity = ServedEntityInput(
        name=_ENDPOINT,
        entity_name=bench.sweep.model,
        entity_version="1",
        workload_size="Small",
        scale_to_zero_enabled=True,
    )
    config = EndpointCoreConfigInput(name=_ENDPOINT, served_entities=[entity])
    bench.client.serving_endpoints.create_and_wait(name=_ENDPOINT, config=config)


def _executes(bench: Bench, run_id: int) -> bool | None:
    state: Any = bench.client.jobs.get_run(run_id).state
    return state.life_cycle_state.value == "RUNNING" or None


def _under_load(bench: Bench, run_id: int) -> list[float]:
    """Seconds of each GET."""
    workspace = bench.workspace
    headers = {"content-type": "application/json", "authorization": f"Bearer {workspace.token}"}
    body = json.dumps({"dataframe_records": [_ROW]}).encode()
    question = Question(f"{workspace.url}/serving-endpoints/{_ENDPOINT}/invocations", body, headers)
    over = threading.Event()

    def load() -> None:
        while not over.is_set():
            ask(question, 2, 50)

    loading = threading.Thread(target=load)
    loading.start()
    seconds = []
    try:
        for _ in range(_GETS):
            began = time.perf_counter()
            bench.client.jobs.get_run(run_id)
            seconds.append(time.perf_counter() - began)
    finally:
        over.set()
        loading.join()
    return seconds
