"""What an endpoint serves changes under the requests of its clients: none of them fails."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from databricks.sdk.service.serving import Route, ServedEntityInput, TrafficConfig

from tests.wire.multiplier import register_broken, register_multiplier
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import MODEL, config, entity

RECORDS = {"dataframe_records": [{"x": 1.0}]}


@pytest.fixture(scope="module")
def two(workspace: RunningWorkspace) -> ServedEntityInput:
    return entity(register_multiplier(workspace, MODEL, "2"), "two")


@pytest.fixture(scope="module")
def three(workspace: RunningWorkspace, two: ServedEntityInput) -> ServedEntityInput:  # noqa: ARG001
    return entity(register_multiplier(workspace, MODEL, "3"), "three")


@pytest.fixture
def endpoint(workspace: RunningWorkspace, two: ServedEntityInput) -> Iterator[str]:
    """A READY endpoint that doubles."""
    name = f"predict-{secrets.token_hex(4)}"
    workspace.client.serving_endpoints.create_and_wait(name, config=config(two))
    yield name
    workspace.client.serving_endpoints.delete(name)


def test_a_version_beside_the_one_that_serves_gets_the_traffic_it_is_given(
    workspace: RunningWorkspace, endpoint: str, two: ServedEntityInput, three: ServedEntityInput
) -> None:
    (first,) = scorers(workspace, "two")
    with asked_all_the_time(workspace, endpoint) as statuses:
        share(workspace, endpoint, (two, 100), (three, 0))
        assert {answer(workspace, endpoint) for _ in range(20)} == {2.0}
        assert answer(workspace, f"{endpoint}/served-models/three") == 3.0
        (second,) = scorers(workspace, "three")
        share(workspace, endpoint, (two, 50), (three, 50))
        assert {answer(workspace, endpoint) for _ in range(40)} == {2.0, 3.0}
        share(workspace, endpoint, (two, 0), (three, 100))
        assert {answer(workspace, endpoint) for _ in range(20)} == {3.0}
        assert answer(workspace, f"{endpoint}/served-models/two") == 2.0
        assert (scorers(workspace, "two"), scorers(workspace, "three")) == ([first], [second])
        share(workspace, endpoint, (three, 100))
        until(lambda: scorers(workspace, "two") == [], "what is served no more ends")
        assert scorers(workspace, "three") == [second], "what goes on being served is not started anew"
    assert set(statuses) == {200}


@pytest.mark.matrix
def test_an_update_that_fails_leaves_what_served_in_its_own_process(
    workspace: RunningWorkspace, endpoint: str, two: ServedEntityInput
) -> None:
    (first,) = scorers(workspace, "two")
    broken = entity(register_broken(workspace, "broken"), "broken", model="broken")
    with asked_all_the_time(workspace, endpoint) as statuses:
        asked_for(workspace, endpoint, (two, 100), (broken, 0))
        until(lambda: state(workspace, endpoint)["config_update"] == "UPDATE_FAILED", "the update fails")
        assert answer(workspace, endpoint) == 2.0
    assert set(statuses) == {200}
    assert scorers(workspace, "two") == [first]
    share(workspace, endpoint, (two, 100))
    assert scorers(workspace, "two") == [first]


@contextmanager
def asked_all_the_time(workspace: RunningWorkspace, endpoint: str) -> Iterator[list[int]]:
    """The status of every request of a client that never rests; there is one at least."""
    statuses: list[int] = []
    over = threading.Event()

    def ask() -> None:
        with workspace.http as http:
            while not over.is_set():
                asked = http.post(f"/serving-endpoints/{endpoint}/invocations", json=RECORDS)
                statuses.append(asked.status_code)

    client = threading.Thread(target=ask)
    client.start()
    try:
        until(lambda: bool(statuses), "the client is answered")
        yield statuses
    finally:
        over.set()
        client.join()


def asked_for(workspace: RunningWorkspace, name: str, *shares: tuple[ServedEntityInput, int]) -> None:
    workspace.client.serving_endpoints.update_config(
        name,
        served_entities=[served for served, _ in shares],
        traffic_config=TrafficConfig(
            routes=[Route(served_model_name=str(one.name), traffic_percentage=part) for one, part in shares]
        ),
    )


def share(workspace: RunningWorkspace, name: str, *shares: tuple[ServedEntityInput, int]) -> None:
    asked_for(workspace, name, *shares)
    until(lambda: state(workspace, name)["config_update"] == "NOT_UPDATING", "the update is done")


def state(workspace: RunningWorkspace, name: str) -> Any:
    return workspace.call("GET", f"/api/2.0/serving-endpoints/{name}").json()["state"]


def answer(workspace: RunningWorkspace, path: str) -> Any:
    asked = workspace.call("POST", f"/serving-endpoints/{path}/invocations", RECORDS)
    return asked.json()["predictions"][0]


def scorers(workspace: RunningWorkspace, served: str) -> list[int]:
    """The processes that score for a served version."""
    children = psutil.Process(workspace.pid).children(recursive=True)
    return [child.pid for child in children if _scores_for(child, served)]


def _scores_for(process: psutil.Process, served: str) -> bool:
    try:
        command = " ".join(process.cmdline())
        is_scorer = "scoring_server.py" in command and "guard.py" not in command
        return is_scorer and f"/{served}-" in process.environ().get("__pyfunc_model_path__", "")
    except psutil.Error:  # it has just ended
        return False
