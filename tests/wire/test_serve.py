"""The command `local-workspace`, as a person or a script uses it."""

import json
import os
import re
import signal
import socket
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.wire.multiplier import register_multiplier
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace, command

SERVED = {"entity_name": "m", "entity_version": "1", "workload_size": "Small", "scale_to_zero_enabled": False}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Life:
    """One start of the server: what it said first, its token and the token's file, and how it ended.

    `left` are its processes that still run after its end.
    """

    pid: int
    first_line: str
    token: str
    token_mode: int
    status: int
    said: str
    left: list[psutil.Process]


class Server:
    """A start of `local-workspace serve`, with the processes that it has started."""

    def __init__(self, root: Path, *options: str) -> None:
        arguments = ["serve", "--root", str(root), "--port", "0", *options]
        self.process = subprocess.Popen(
            command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        origin = re.search(r"http://127\.0\.0\.1:\d+", self.first_line)
        assert origin is not None, self.process.communicate()[1]
        self.running = RunningWorkspace(self.process, origin[0], root, (root / "token").read_text().strip())
        assert self.running.client.current_user.me().active

    def children(self) -> list[psutil.Process]:
        """Its processes, once there are any."""
        server = psutil.Process(self.process.pid)
        until(lambda: bool(server.children(recursive=True)), "a scoring server is started")
        return server.children(recursive=True)

    def interrupted_twice(self) -> Life:
        """Its life once it was interrupted, and again while it waited for children that cannot end."""
        children = self.children()
        for child in children:
            child.suspend()
        self.process.send_signal(signal.SIGINT)
        assert self.process.stderr is not None
        assert "stopping" in self.process.stderr.readline()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        psutil.wait_procs(children)
        return self.end(children)

    def end(self, children: list[psutil.Process]) -> Life:
        """Wait for its end."""
        mode = (self.running.root / "token").stat().st_mode & 0o777
        said = self.process.communicate()[1]
        left = [child for child in children if child.is_running()]
        facts = (self.process.pid, self.first_line, self.running.token, mode)
        return Life(*facts, self.process.returncode, said, left)


@dataclass(frozen=True)
class Story:
    """Three lives on one root, each with a served model: ended by SIGTERM, by SIGINT, and by two SIGINTs."""

    root: Path
    terminated: Life
    interrupted: Life
    refused_reset: subprocess.CompletedProcess[str]
    impatient: Life
    reset: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    root = tmp_path_factory.mktemp("serve") / "root"
    with ExitStack() as ends:
        first = Server(root)
        ends.callback(first.process.kill)
        serve_a_model(first.running)
        children = first.children()
        first.process.send_signal(signal.SIGTERM)
        terminated = first.end(children)

        second = Server(root, "--json")
        ends.callback(second.process.kill)
        children = second.children()
        refused_reset = run("reset", "--root", str(root))
        second.process.send_signal(signal.SIGINT)
        interrupted = second.end(children)

        third = Server(root, "--token", "dapi-given")
        ends.callback(third.process.kill)
        impatient = third.interrupted_twice()
    return Story(root, terminated, interrupted, refused_reset, impatient, run("reset", "--root", str(root)))


def serve_a_model(running: RunningWorkspace) -> None:
    """Serve a model at an endpoint, which a later start on the same root brings back."""
    register_multiplier(running, "m", "2")
    body = {"name": "e", "config": {"served_entities": [SERVED]}}
    assert running.call("POST", "/api/2.0/serving-endpoints", body).is_success


def test_the_ready_line_says_where_everything_is(story: Story) -> None:
    line = story.terminated.first_line
    said = re.fullmatch(r"ready: http://127\.0\.0\.1:\d+ root=(\S+) token_file=(\S+) pid=(\d+)\n", line)
    assert said is not None, line
    assert Path(said[1]) == story.root
    assert Path(said[2]) == story.root / "token"
    assert int(said[3]) == story.terminated.pid


def test_a_machine_gets_the_same_as_json(story: Story) -> None:
    facts = json.loads(story.interrupted.first_line)
    assert facts["root"] == str(story.root)
    assert facts["token_file"] == str(story.root / "token")
    assert facts["pid"] == story.interrupted.pid


def test_a_made_token_is_for_its_owner_alone_and_stays(story: Story) -> None:
    assert story.terminated.token_mode == 0o600
    assert story.interrupted.token == story.terminated.token


def test_a_given_token_is_the_token(story: Story) -> None:
    assert story.impatient.token == "dapi-given"  # noqa: S105
    assert story.impatient.token_mode == 0o600


@pytest.mark.parametrize(("life", "status"), [("terminated", 0), ("interrupted", 130)])
def test_a_signal_ends_it_with_every_process(story: Story, life: str, status: int) -> None:
    ended: Life = getattr(story, life)
    assert ended.status == status
    assert "ended served model e/m-1" in ended.said
    assert ended.left == []


def test_a_second_interrupt_does_not_wait(story: Story) -> None:
    assert story.impatient.status == 130
    assert "ended" not in story.impatient.said  # it says so of what it has waited for
    assert story.impatient.left == []


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


def test_reset_empties_a_root_that_does_not_run(story: Story) -> None:
    assert story.refused_reset.returncode == 3
    assert story.reset.returncode == 0
    assert [file.name for file in story.root.iterdir()] == ["lock"]


def test_reset_spares_a_folder_that_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    assert run("reset", "--root", str(tmp_path)).returncode == 2
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("name", ["serve", "status", "env", "reset"])
def test_help_has_defaults_variables_and_an_example(name: str) -> None:
    said = run(name, "--help").stdout
    assert "LOCAL_WORKSPACE_ROOT" in said
    assert f"Example: {'eval' if name == 'env' else 'local-workspace'}" in said
