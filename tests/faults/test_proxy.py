"""The proxy plays what it is told, and nothing else."""

import pytest
import requests

from tests.faults.proxy import FaultProxy, Held, answers, is_empty, is_missing, is_reset, loses_its_answer
from tests.wire.running_workspace import RunningWorkspace

ME = "/api/2.0/preview/scim/v2/Me"
MKDIRS = "/api/2.0/dbfs/mkdirs"
ROUTE = f"GET {ME}"


def ask(proxy: FaultProxy, workspace: RunningWorkspace, path: str = ME) -> int:
    headers = {"Authorization": f"Bearer {workspace.token}"}
    return requests.get(proxy.url + path, headers=headers, timeout=60).status_code


def test_it_sends_on_what_comes_and_the_token_with_it(proxy: FaultProxy, workspace: RunningWorkspace) -> None:
    assert ask(proxy, workspace) == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert requests.get(proxy.url + ME, headers=wrong, timeout=60).status_code == 403
    assert [request.route for request in proxy.requests] == [ROUTE, ROUTE]


def test_a_fault_is_played_to_the_requests_that_it_is_for(
    proxy: FaultProxy, workspace: RunningWorkspace
) -> None:
    proxy.plays(ROUTE, answers(503, retry_after="1"), after=1, times=2)
    proxy.plays(ROUTE, is_missing())
    seen = [ask(proxy, workspace) for _ in range(5)]
    assert seen == [404, 503, 503, 200, 200]
    proxy.plays(ROUTE, is_empty())
    assert ask(proxy, workspace) == 200


@pytest.mark.parametrize(("fault", "done"), [(is_reset(), False), (loses_its_answer(), True)])
def test_a_lost_request_is_not_done_and_one_whose_answer_is_lost_is(
    proxy: FaultProxy, workspace: RunningWorkspace, fault: object, done: bool
) -> None:
    folder = f"/lost-{done}"
    proxy.plays(f"POST {MKDIRS}", fault)  # type: ignore[arg-type]
    headers = {"Authorization": f"Bearer {workspace.token}"}
    with pytest.raises(requests.ConnectionError):
        requests.post(proxy.url + MKDIRS, json={"path": folder}, headers=headers, timeout=60)
    found = workspace.call("GET", f"/api/2.0/dbfs/get-status?path={folder}").status_code
    assert (found == 200) is done


def test_a_held_request_arrives_when_it_is_released_though_its_client_has_gone(
    proxy: FaultProxy, workspace: RunningWorkspace
) -> None:
    held = Held()
    proxy.plays(f"POST {MKDIRS}", held)
    headers = {"Authorization": f"Bearer {workspace.token}"}
    with pytest.raises(requests.Timeout):
        requests.post(proxy.url + MKDIRS, json={"path": "/held"}, headers=headers, timeout=0.2)
    status = "/api/2.0/dbfs/get-status?path=/held"
    assert held.arrived.is_set()
    assert workspace.call("GET", status).status_code == 404
    held.release()
    assert workspace.call("GET", status).status_code == 200
