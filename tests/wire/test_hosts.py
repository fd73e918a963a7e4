"""A workspace that others than this machine may call: by the names that it was told, and by no other."""

import json
import os
import signal
import subprocess
from pathlib import Path

import httpx
import psutil
import pytest

from tests.wire.polling import HANGING_SECONDS, until
from tests.wire.running_workspace import RunningWorkspace, StartWorkspace, command

ME = "/api/2.0/preview/scim/v2/Me"
SEARCH = "/api/2.0/mlflow/experiments/search"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - as in a container


@pytest.fixture
def named(start_workspace: StartWorkspace, monkeypatch: pytest.MonkeyPatch) -> RunningWorkspace:
    """Listens on every address, knows two names, and its people open it through another port."""
    monkeypatch.setenv("LOCAL_WORKSPACE_TOKEN", "dapi-named")
    monkeypatch.setenv("LOCAL_WORKSPACE_ALLOWED_HOSTS", "workspace, databricks.test")
    return start_workspace("--host", EVERYWHERE, "--public-url", "http://localhost:18765")


def ask(workspace: RunningWorkspace, method: str, path: str, **headers: str) -> httpx.Response:
    """A request to the machine's own address with other headers; a POST asks for one experiment."""
    body = {"max_results": 1} if method == "POST" else None
    headers |= {"authorization": f"Bearer {workspace.token}"}
    return httpx.request(
        method, workspace.origin + path, headers=headers, json=body, trust_env=False, timeout=HANGING_SECONDS
    )


def test_a_named_host_is_answered_and_a_foreign_one_refused(named: RunningWorkspace) -> None:
    assert named.origin == f"http://127.0.0.1:{named.port}"
    listening = psutil.Process(named.pid).net_connections("inet")
    assert {each.laddr[0] for each in listening if each.status == psutil.CONN_LISTEN} == {EVERYWHERE}
    for host in ("workspace", f"databricks.test:{named.port}", "localhost:18765"):
        assert ask(named, "GET", ME, host=host).is_success
        assert ask(named, "POST", SEARCH, host=host).is_success
    for host in ("evil.test", f"workspace.evil.test:{named.port}", EVERYWHERE):
        assert ask(named, "GET", ME, host=host).status_code == 403
        assert ask(named, "POST", SEARCH, host=host).status_code == 403
    for origin in (f"http://workspace:{named.port}", "http://localhost:18765"):
        answer = ask(named, "POST", SEARCH, host=f"workspace:{named.port}", origin=origin)
        assert answer.is_success, answer.text
    assert ask(named, "POST", SEARCH, host="workspace", origin="http://evil.test").status_code == 403

    script = {"python_file": "/Workspace/none.py"}
    task = {"task_key": "t", "existing_cluster_id": "none", "spark_python_task": script}
    run_id = named.call("POST", "/api/2.2/jobs/runs/submit", {"tasks": [task]}).json()["run_id"]
    run = named.call("GET", "/api/2.2/jobs/runs/get", {"run_id": run_id}).json()
    assert run["run_page_url"].startswith("http://localhost:18765/jobs/")

    status = subprocess.run(
        command("status", "--root", str(named.root)), capture_output=True, text=True, check=True
    )
    assert status.stdout.startswith(f"running at {named.origin} ")
    assert "dapi-named" not in " ".join(psutil.Process(named.pid).cmdline())


@pytest.mark.parametrize(
    ("options", "token", "text"),
    [
        (["--host", EVERYWHERE], "dapi", "--allowed-host NAME"),
        (["--host", EVERYWHERE, "--allowed-host", "workspace"], "", "LOCAL_WORKSPACE_TOKEN"),
        (["--host", "localhost"], "dapi", "IPv4 address"),
        (["--host", "192.0.2.1", "--allowed-host", "workspace"], "dapi", "no address of this machine"),
        (["--allowed-host", "*"], "dapi", "host name without port or wildcard"),
        (["--public-url", "localhost"], "dapi", "--public-url"),
    ],
)
def test_what_would_be_open_to_others_or_cannot_be_is_refused(
    tmp_path: Path, options: list[str], token: str, text: str
) -> None:
    refused = subprocess.run(
        command("serve", "--root", str(tmp_path / "root"), "--port", "0", *options),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LOCAL_WORKSPACE_TOKEN": token},
    )
    assert (refused.returncode, refused.stdout) == (2, "")
    assert text in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_server_that_is_ended_while_it_starts_does_not_say_that_it_is_ready(tmp_path: Path) -> None:
    root = tmp_path / "root"
    process = subprocess.Popen(
        command("serve", "--root", str(root), "--port", "0", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until((root / "workspace.db").exists, "the store of a server that starts")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate()
    assert (process.returncode, said) == (0, "")
    assert json.loads((root / "lock").read_text())["url"] == ""
