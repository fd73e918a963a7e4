"""`make up`, as a user starts it, uses it, loses it and stops it."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psutil
import pytest

from local_stack.environments import AIRFLOW, PROJECT
from local_stack.runs.dag_run import trigger
from local_stack.services.ports import free_port
from local_stack.up.first_files import FIRST_FILES
from local_stack.waiting import WaitTimeoutError, wait_for
from tests.end_to_end.stack import HANGING_SECONDS

COMMAND = [str(AIRFLOW / "python"), "-m", "local_stack.up", "--root"]
DAG = "penguin_predictor"


@dataclass(frozen=True)
class Addresses:
    """What a start prints: where to go, and how to log in."""

    airflow: str
    password: str
    workspace: str
    token: str

    def api(self) -> httpx.Client:
        """Airflow's REST API, logged in with the printed password."""
        login = httpx.post(
            f"{self.airflow}/auth/token", json={"username": "admin", "password": self.password}
        )
        headers = {"Authorization": f"Bearer {login.raise_for_status().json()['access_token']}"}
        return httpx.Client(base_url=f"{self.airflow}/api/v2/", headers=headers, timeout=60)

    def ask(self, path: str, **arguments: Any) -> Any:
        """An answer of Airflow's REST API."""
        with self.api() as api:
            return api.get(path, **arguments).raise_for_status().json()

    def workspace_status(self, token: str, page: str = "/", **params: str) -> int:
        """How the workspace answers a browser with this password."""
        return httpx.get(
            f"{self.workspace}{page}", auth=("anyone", token), params=params, follow_redirects=True
        ).status_code


@dataclass(frozen=True)
class End:
    """How a start ended: its exit status, what it printed, and which of its processes still ran."""

    status: int
    output: str
    left: list[str]


class Up:
    """One start of `make up` on a folder, which the block's end ends if nothing else has."""

    def __init__(self, root: Path, log: Path) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*COMMAND, str(root)], cwd=PROJECT, stdout=output, stderr=output, start_new_session=True
            )

    def __enter__(self) -> "Up":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()

    def ready(self) -> Addresses:
        """Wait until everything answers."""
        self.says("Ready after")
        text = self.log.read_text()
        found = re.findall(r"^(?:Airflow|Workspace) +(http\S+) .*password (\S+)\)", text, re.MULTILINE)
        (airflow, password), (workspace, token) = found
        return Addresses(airflow, password, workspace, token)

    def says(self, text: str) -> None:
        """Wait until it has printed a text."""
        wait_for(f"make up to say {text!r}", lambda: self._printed(text), HANGING_SECONDS)

    def scheduler(self) -> psutil.Process:
        """Airflow's scheduler."""
        mine = (p for p in self.processes() if p.ppid() == self.process.pid)
        return next(p for p in mine if "scheduler" in p.cmdline())

    def processes(self) -> list[psutil.Process]:
        """Every process of this start."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, how: Callable[[], None]) -> End:
        """Do `how`, and wait until nothing runs any more, as long as that may take."""
        processes = self.processes()
        how()
        status = self.process.wait(HANGING_SECONDS)
        with suppress(WaitTimeoutError):
            wait_for("its processes' end", lambda: None if _living(processes) else True, HANGING_SECONDS)
        return End(status, self.log.read_text(), _living(processes))

    def _printed(self, text: str) -> bool | None:
        printed = self.log.read_text()
        assert self.process.poll() is None, printed
        return True if text in printed else None


def _living(processes: list[psutil.Process]) -> list[str]:
    return [str(p) for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@dataclass(frozen=True)
class Story:
    """A start on an empty folder that is ended by `kill -9`."""

    root: Path
    first: Addresses
    seen: dict[str, Any]
    second: subprocess.CompletedProcess[str]
    killed: End


@dataclass(frozen=True)
class Sequel:
    """Two more starts on the folder: ended by a service that dies, and by Ctrl-C while starting.

    In the first the scheduler is stopped, and while it is, README's backfill is created and a plan checked.
    """

    again: Addresses
    seen_again: dict[str, Any]
    env_file_mode: int
    backfill: subprocess.CompletedProcess[str]
    checked: subprocess.CompletedProcess[str]
    running_after_revival: set[str]
    deprived: End
    interrupted: End


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """`make up` as a user begins with it."""
    folder = tmp_path_factory.mktemp("up")
    root = folder / "state"
    root.mkdir()
    # Ports of an earlier start, as those of the first are Airflow's and the workspace's own.
    (root / "ports.json").write_text(json.dumps({"airflow": free_port(), "workspace": free_port()}))

    with Up(root, folder / "first.log") as up:
        first = up.ready()
        seen = _look(first)
        second = subprocess.run(
            [*COMMAND, str(root)], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        with first.api() as api:
            # It waits, as the DAG is paused: a run that is there after the next start, and costs nothing.
            trigger(api, DAG, {"deploy": False})
        killed = up.end(up.process.kill)
    return Story(root, first, seen, second, killed)


@pytest.fixture(scope="module")
def sequel(story: Story) -> Sequel:
    """`make up` as a user lives with it."""
    folder, root = story.root.parent, story.root
    with Up(root, folder / "again.log") as up:
        again = up.ready()
        seen_again = _look(again)
        up.scheduler().suspend()
        backfill = _in_another_terminal(root, _readmes_backfill())
        checked = _in_another_terminal(root, "rookery check dags/penguin_predictor.py --conn --json")
        up.says("Airflow's scheduler gave no sign of life")
        running = wait_for("runs of the backfill", lambda: _running_backfill(again), HANGING_SECONDS)
        deprived = up.end(up.scheduler().kill)

    with Up(root, folder / "interrupted.log") as up:
        wait_for("the services' start", lambda: up.processes()[2:] or None, seconds=HANGING_SECONDS)
        interrupted = up.end(lambda: os.killpg(up.process.pid, signal.SIGINT))
    mode = (root / "env").stat().st_mode & 0o777
    return Sequel(again, seen_again, mode, backfill, checked, running, deprived, interrupted)


def _readmes_backfill() -> str:
    """The commands that README gives for past dates, after the one that reads the file of `make up`."""
    blocks = re.findall(r"```\n(.*?)```", (PROJECT / "README.md").read_text(), re.DOTALL)
    first, _, commands = next(b for b in blocks if "airflow backfill create" in b).partition("\n")
    assert first == ". .local/env"
    return str(commands)


def _in_another_terminal(root: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """What a user's shell says to these commands once it has read the file of `make up`."""
    environment = {name: os.environ[name] for name in ("HOME", "PATH")}
    script = f"set -e\n. '{root}/env'\n{commands}"
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )


def _running_backfill(addresses: Addresses) -> set[str] | None:
    """The dates of the backfill's runs that run."""
    found = addresses.ask(f"dags/{DAG}/dagRuns", params={"run_type": "backfill", "state": "running"})
    return {run["logical_date"][:10] for run in found["dag_runs"]} or None


def _look(addresses: Addresses) -> dict[str, Any]:
    [path] = FIRST_FILES
    status = addresses.workspace_status
    return {
        "dag": addresses.ask(f"dags/{DAG}"),
        "runs": [run["conf"] for run in addresses.ask(f"dags/{DAG}/dagRuns")["dag_runs"]],
        "pool": addresses.ask("pools/databricks"),
        "health": addresses.ask("monitor/health"),
        "with token": status(addresses.token),
        "with another": status("dapi-no-token"),
        "first file": status(addresses.token, "/api/2.0/dbfs/get-status", path=path),
    }


def test_it_says_where_to_look_how_to_log_in_and_how_to_stop(story: Story) -> None:
    assert f"on {story.root}" in story.killed.output
    assert f"{story.first.airflow}/dags/{DAG}" in story.killed.output
    assert "Ctrl-C" in story.killed.output
    assert story.seen["with token"] == 200
    assert story.seen["with another"] == 401


def test_nothing_starts_by_itself_and_everything_is_healthy(story: Story) -> None:
    assert story.seen["dag"]["is_paused"] is True
    assert story.seen["dag"]["next_dagrun_run_after"] is not None
    assert story.seen["runs"] == []
    assert {part["status"] for part in story.seen["health"].values()} == {"healthy"}


def test_the_pool_that_the_example_names_and_the_file_to_score_are_there(story: Story) -> None:
    assert story.seen["pool"]["slots"] == 4
    assert story.seen["first file"] == 200


def test_a_second_one_says_that_one_is_running(story: Story) -> None:
    assert story.second.returncode == 1
    assert f"Already running at {story.first.airflow}" in story.second.stderr


def test_kill_9_leaves_no_process(story: Story) -> None:
    assert story.killed.status == -signal.SIGKILL
    assert story.killed.left == []


@pytest.mark.matrix
def test_the_next_start_has_the_same_addresses_passwords_and_runs(story: Story, sequel: Sequel) -> None:
    assert sequel.again == story.first
    assert [run["deploy"] for run in sequel.seen_again["runs"]] == [False]
    assert sequel.seen_again["first file"] == 200


@pytest.mark.matrix
def test_another_terminal_finds_the_connection_and_a_plan_is_checked_against_the_workspace(
    story: Story, sequel: Sequel
) -> None:
    assert f". {story.root}/env" in sequel.deprived.output
    assert sequel.env_file_mode == 0o600
    assert sequel.checked.returncode == 0, sequel.checked.stdout + sequel.checked.stderr
    (dag,) = json.loads(sequel.checked.stdout)["dags"]
    assert sequel.again.workspace in dag["workspace"]["login"]["text"]


@pytest.mark.matrix
def test_readmes_backfill_runs_on_a_fresh_start_once_the_dag_is_switched_on_as_it_says(
    sequel: Sequel,
) -> None:
    assert sequel.backfill.returncode == 0, sequel.backfill.stdout + sequel.backfill.stderr
    assert sequel.running_after_revival <= {f"2026-09-{day:02}" for day in (6, 13, 20, 27)}


@pytest.mark.matrix
def test_a_scheduler_that_lives_but_does_nothing_is_started_again_and_goes_on(
    story: Story, sequel: Sequel
) -> None:
    assert "Airflow's scheduler gave no sign of life for 90 s and was started again" in sequel.deprived.output
    assert str(story.root / "airflow" / "scheduler.before.log") in sequel.deprived.output
    assert sequel.running_after_revival


@pytest.mark.matrix
def test_a_service_that_dies_ends_it_with_the_service_s_name_and_log(story: Story, sequel: Sequel) -> None:
    assert sequel.deprived.status == 1
    assert "Airflow's scheduler ended by itself" in sequel.deprived.output
    assert str(story.root / "airflow" / "scheduler.log") in sequel.deprived.output
    assert sequel.deprived.left == []


@pytest.mark.matrix
def test_ctrl_c_while_it_starts_ends_everything(sequel: Sequel) -> None:
    assert sequel.interrupted.status == 130
    assert "Stopped" in sequel.interrupted.output
    assert sequel.interrupted.left == []
