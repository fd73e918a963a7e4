"""`kill -9` of the server with everything in it, a start on the same root, and an end in order."""

import base64
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import psutil
import pytest
from databricks.sdk.service.compute import State, TerminationReasonCode
from databricks.sdk.service.serving import EndpointCoreConfigInput, EndpointStateReady, ServedEntityInput

from tests.wire.detached import detaching_run, gone
from tests.wire.multiplier import register_multiplier
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import busy_run, new_cluster, put_script, state


@dataclass(frozen=True)
class Killed:
    """What a server had that was killed: its token, ids and files.

    `outlived` are those of its processes that had lived on until the next server was there, `left` those that
    lived on then.
    """

    token: str
    cluster_id: str
    run_id: int
    version: str
    script: str
    stuck: list[psutil.Process]
    outlived: list[psutil.Process]
    left: list[psutil.Process]


@dataclass(frozen=True)
class Restart:
    """The server that was killed, and the next one on its root."""

    killed: Killed
    server: RunningWorkspace


@pytest.fixture(scope="module")
def restart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restart]:
    root = tmp_path_factory.mktemp("restart") / "root"
    with ExitStack() as ends:
        first = RunningWorkspace.start(root)
        ends.callback(first.end_quietly)
        killed, children = _killed(first)
        second = RunningWorkspace.start(root)
        ends.callback(second.end_quietly)
        yield Restart(replace(killed, left=alive(children)), second)


def _killed(first: RunningWorkspace) -> tuple[Killed, list[psutil.Process]]:
    """Fill the server with all it can have, and kill it; what it had, and all its processes."""
    version = register_multiplier(first, "Model", "2")
    cluster_id = new_cluster(first)
    script = put_script(first, "print(1)")
    _, detached = detaching_run(first, cluster_id)
    run_id = busy_run(first, cluster_id)
    ready_endpoint(first, version)
    first.client.dbfs.put("/kept", contents=base64.b64encode(b"bytes").decode())
    children = psutil.Process(first.pid).children(recursive=True)
    children += map(psutil.Process, detached)
    stuck = [each for each in children if "scoring_server.py" in " ".join(each.cmdline())]
    assert stuck

    for each in stuck:
        each.suspend()  # so that it cannot end by itself when its life line breaks
    first.process.kill()
    first.process.communicate()
    until(lambda: len(alive(children)) <= len(stuck), "the end of all that can end by itself")
    had = (first.token, cluster_id, run_id, version, script)
    return Killed(*had, stuck, outlived=alive(children), left=[]), children


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


def ready_endpoint(workspace: RunningWorkspace, version: str) -> None:
    entity = ServedEntityInput(
        name="m",
        entity_name="Model",
        entity_version=version,
        workload_size="Small",
        scale_to_zero_enabled=True,
    )
    config = EndpointCoreConfigInput(name="e", served_entities=[entity])
    workspace.client.serving_endpoints.create_and_wait("e", config=config)


def answers(workspace: RunningWorkspace) -> bool:
    state = workspace.client.serving_endpoints.get("e").state
    return state is not None and state.ready == EndpointStateReady.READY


def test_only_what_is_stuck_outlives_a_killed_server_and_the_next_one_ends_that(restart: Restart) -> None:
    assert restart.killed.outlived == restart.killed.stuck
    assert restart.killed.left == []


def test_after_a_kill_everything_stored_is_there(restart: Restart) -> None:
    client = restart.server.client
    assert restart.server.token == restart.killed.token
    assert client.dbfs.download("/kept").read() == b"bytes"
    assert client.workspace.download(restart.killed.script).read() == b"print(1)"
    version = client.model_registry.get_model_version("Model", restart.killed.version)
    assert version.model_version is not None


def test_after_a_kill_its_clusters_and_runs_say_what_became_of_them(restart: Restart) -> None:
    cluster = restart.server.client.clusters.get(restart.killed.cluster_id)
    assert cluster.state == State.TERMINATED
    assert cluster.termination_reason is not None
    assert cluster.termination_reason.code == TerminationReasonCode.CLOUD_PROVIDER_SHUTDOWN
    run_id = restart.killed.run_id
    assert state(restart.server.client.jobs.get_run(run_id)) == ("INTERNAL_ERROR", "FAILED")
    shown = restart.server.call("GET", "/api/2.2/jobs/runs/get", {"run_id": run_id}).json()
    assert "server was killed" in shown["state"]["state_message"]


def test_after_a_kill_its_endpoints_answer_again(restart: Restart) -> None:
    until(lambda: answers(restart.server), "the endpoint is READY again")
    client = restart.server.client
    assert client.serving_endpoints.query("e", dataframe_records=[{"x": 4.0}]).predictions == [8.0]


@pytest.mark.matrix
def test_a_server_that_is_asked_to_end_leaves_nothing_running(restart: Restart) -> None:
    server = restart.server
    cluster_id = new_cluster(server)
    _, detached = detaching_run(server, cluster_id)
    busy_run(server, cluster_id)
    children = psutil.Process(server.pid).children(recursive=True)
    server.end(signal.SIGTERM)
    assert alive(children) == []
    assert all(map(gone, detached))
