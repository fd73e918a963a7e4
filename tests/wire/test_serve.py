"""The command `local-workspace`, as a person or a script uses it."""

import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.wire.multiplier import register_multiplier
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace, StartWorkspace, command

SERVED = {"entity_name": "m", "entity_version": "1", "workload_size": "Small", "scale_to_zero_enabled": False}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


def with_an_endpoint(running: RunningWorkspace) -> list[psutil.Process]:
    """Serve a model and return the server's children."""
    register_multiplier(running, "m", "2")
    body = {"name": "e", "config": {"served_entities": [SERVED]}}
    assert running.call("POST", "/api/2.0/serving-endpoints", body).is_success
    until(lambda: bool(psutil.Process(running.pid).children(recursive=True)), "a scoring server is started")
    return psutil.Process(running.pid).children(recursive=True)


def test_the_ready_line_says_where_everything_is(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("serve", "--root", str(tmp_path / "root"), "--port", "0"), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    said = re.fullmatch(r"ready: (http://127\.0\.0\.1:\d+) root=(\S+) token_file=(\S+) pid=(\d+)\n", line)
    assert said is not None, line
    token = Path(said[3]).read_text().strip()
    running = RunningWorkspace(process, said[1], Path(said[2]), token)
    assert int(said[4]) == process.pid
    assert running.client.current_user.me().active
    assert running.end() == 0
    assert process.stdout.closed or process.stdout.read() == ""


def test_a_made_token_is_for_its_owner_alone_and_stays(start_workspace: StartWorkspace) -> None:
    first = start_workspace()
    assert (first.root / "token").stat().st_mode & 0o777 == 0o600
    first.end()
    assert start_workspace().token == first.token


def test_a_given_token_is_the_token(start_workspace: StartWorkspace) -> None:
    running = start_workspace("--token", "dapi-given")
    assert running.token == "dapi-given"  # noqa: S105
    assert running.client.current_user.me().active


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_every_process(
    start_workspace: StartWorkspace, number: signal.Signals, status: int
) -> None:
    running = start_workspace()
    children = with_an_endpoint(running)
    running.process.send_signal(number)
    said = running.process.communicate()[1]
    assert running.process.returncode == status
    assert "ended served model e/m-1" in said
    assert not [child for child in children if child.is_running()]


def test_a_second_interrupt_does_not_wait(start_workspace: StartWorkspace) -> None:
    running = start_workspace()
    children = with_an_endpoint(running)
    for child in children:
        child.suspend()  # it cannot end by itself, so that the first interrupt would wait for it
    running.process.send_signal(signal.SIGINT)
    assert running.process.stderr is not None
    assert "stopping" in running.process.stderr.readline()
    running.process.send_signal(signal.SIGINT)
    said = running.process.communicate()[1]
    assert running.process.returncode == 130
    assert "ended" not in said  # it says so of what it has waited for
    psutil.wait_procs(children)
    assert not [child for child in children if child.is_running()]


def test_a_port_in_use_is_refused_with_its_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = run("serve", "--root", str(tmp_path / "root"), "--port", str(port))
    assert refused.returncode == 2
    assert f"port {port} is in use by" in refused.stderr
    assert str(os.getpid()) in refused.stderr
    assert refused.stdout == ""


def test_a_second_server_on_a_root_is_told_where_the_first_is(workspace: RunningWorkspace) -> None:
    refused = run("serve", "--root", str(workspace.root), "--port", "0")
    assert refused.returncode == 3
    assert f"already running at {workspace.origin}" in refused.stderr
    assert f"pid {workspace.pid}" in refused.stderr


def test_status_tells_whether_it_runs(workspace: RunningWorkspace, tmp_path: Path) -> None:
    up = run("status", "--root", str(workspace.root))
    assert (up.returncode, up.stdout) == (
        0,
        f"running at {workspace.origin} on {workspace.root} (pid {workspace.pid})\n",
    )
    down = run("status", "--root", str(tmp_path / "none"), "--json")
    assert (down.returncode, json.loads(down.stdout)["running"]) == (1, False)


def test_env_gives_what_clients_read(workspace: RunningWorkspace) -> None:
    script = f'eval "$({" ".join(command("env", "--root", str(workspace.root)))})" && env'
    shell = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": os.defpath}
    )
    variables = dict(line.split("=", 1) for line in shell.stdout.splitlines())
    assert variables["DATABRICKS_HOST"] == variables["MLFLOW_TRACKING_URI"] == workspace.origin
    assert variables["DATABRICKS_TOKEN"] == variables["MLFLOW_TRACKING_TOKEN"] == workspace.token
    connection = json.loads(variables["AIRFLOW_CONN_DATABRICKS_DEFAULT"])
    assert connection == {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": workspace.port,
        "schema": "http",
        "password": workspace.token,
    }


def test_reset_empties_a_root_that_does_not_run(start_workspace: StartWorkspace) -> None:
    running = start_workspace()
    running.client.dbfs.put("/file", contents="")
    refused = run("reset", "--root", str(running.root))
    assert refused.returncode == 3
    running.end()
    assert run("reset", "--root", str(running.root)).returncode == 0
    assert [file.name for file in running.root.iterdir()] == ["lock"]


def test_reset_spares_a_folder_that_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert run("reset", "--root", str(tmp_path)).returncode == 2
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("name", ["serve", "status", "env", "reset"])
def test_help_has_defaults_variables_and_an_example(name: str) -> None:
    said = run(name, "--help").stdout
    assert "LOCAL_WORKSPACE_ROOT" in said
    assert f"Example: {'eval' if name == 'env' else 'local-workspace'}" in said
