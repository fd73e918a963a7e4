"""The stack of docker-compose.yaml, put to the test step by step."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import httpx

from local_stack.compose.env_file import write
from local_stack.compose.killed_worker import KilledWorker
from local_stack.compose.project import Compose, Container
from local_stack.runs.dag_run import DagRun, TaskInstance, follow, trigger
from local_stack.runs.left_behind import left_behind
from local_stack.runs.report import Outcome, outcome, show
from local_stack.waiting import wait_for

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

DAG_ID = "penguin_predictor"
# The endpoint is deleted once it has answered: what is still there afterwards was left behind.
FIRST_CONF = {"keep_endpoint": False}
# Twelve points that the first run has not trained.
SECOND_CONF = {"keep_endpoint": False, "LogisticRegression_maxIter": [30, 40, 50]}
GENTOO = [1.0]
WORKERS = 2
WEIGHING_SECONDS = 8
UP = ("up", "--detach", "--wait", "--wait-timeout", "300")
RUN_SECONDS = 900.0
RESTART_SECONDS = 300.0
# Shorter settings are names and numbers.
SECRET_LENGTH = 32


class Trial:
    """The steps of the test, in their order; what does not hold is said, counted, and does not stop it."""

    def __init__(self, compose: Compose, settings: dict[str, str]) -> None:
        self.compose = compose
        self.settings = settings
        self.started = time.monotonic()
        self.failed: list[str] = []
        self.measured: dict[str, Any] = {}
        self._peak: dict[str, int] = {}
        self._next_weighing = 0.0

    def build(self) -> None:
        """Both images."""
        with self._timed("build"):
            self.compose("build")

    def start(self) -> None:
        """Every service, until each is healthy; published on the loopback address and nowhere else."""
        with self._timed("up"):
            self.compose(*UP)
        containers = self.compose.containers()
        self._measure("idle_mib", mebibytes(self.compose.memory()))
        ill = [each.name for each in containers if not each.works]
        self._check("every service is healthy", not ill, ill)
        addresses = set().union(*(each.addresses for each in containers))
        self._check("ports are published on 127.0.0.1 only", addresses == {"127.0.0.1"}, sorted(addresses))
        self._check_reverse_proxy()

    def run_to_a_prediction(self) -> None:
        """One run of the DAG; its report, its prediction, and a clean workspace."""
        with self._timed("run"):
            run = trigger(self._api(), DAG_ID, FIRST_CONF)
            state = follow(run, self._show, self._look, RUN_SECONDS)
        client = self._client()
        found = outcome(run, client)
        print(*show(found, self._workspace_url), sep="\n", flush=True)
        prediction = (found.answer or {}).get("predictions")
        self._check("the run succeeds", state == "success", _failures(run))
        self._check(f"the endpoint answers {GENTOO}", prediction == GENTOO, prediction)
        self._check_nothing_left(client, found)
        self._measure("at_work_mib", mebibytes(self._peak))

    def scale(self) -> None:
        """A second worker by its setting, beside all that runs."""
        before = self._workers()
        self.settings = write(self.compose.env_file, {**self.settings, "WORKERS": str(WORKERS)})
        with self._timed("scale"):
            self.compose(*UP)
        after = self._workers()
        self._check(f"{WORKERS} workers are healthy", list(after.values()) == [True] * WORKERS, after)
        self._check("the first worker is the same as before", set(before) <= set(after), before)

    def kill_a_worker(self) -> None:
        """A run whose worker is killed in mid-sweep: it recovers or fails, and leaves nothing behind."""
        api = self._api()
        with self._timed("run_with_killed_worker"):
            run = trigger(api, DAG_ID, SECOND_CONF)
            client = self._client()
            killed = KilledWorker(self.compose, run, client, self._say)
            state = follow(run, self._show, killed.look, RUN_SECONDS)
        found = outcome(run, client)
        self._measure("after_killed_worker", state)
        self._check("a worker was killed while it trained", killed.training is not None, state)
        job_runs = killed.job_runs()
        self._check("the job run of its task was found again, not started anew", job_runs == 1, job_runs)
        # Truthful: what it says of itself is what its tasks say, and a success has all its points.
        finished = len({scored.point.point_id for scored in found.ranked})
        complete = found.sweep is not None and finished == len(found.sweep.points)
        truthful = complete if state == "success" else bool(_failures(run))
        self._check("the run recovers, or fails truthfully", truthful, [state, finished, *_failures(run)])
        self._check_nothing_left(client, found)

    def crash(self) -> None:
        """Every service dies at once: Docker starts each again, and they know what they knew."""
        known = self._known()
        crashed = [each for each in self.compose.containers() if each.state == "running"]
        with self._timed("restart"):
            for each in crashed:
                self.compose.crash(each)
            wait_for(
                "every service, restarted", lambda: self._restarted(crashed), RESTART_SECONDS, interval=2
            )
        self._check("services that die are restarted, with their state", self._known() == known, known)

    def look_for_secrets(self) -> None:
        """No secret of the env file is in what services and tasks have logged."""
        logs = self.compose("logs", "--no-color")
        logs += self.compose(
            "exec", "-T", "scheduler", "find", "logs", "-type", "f", "-exec", "cat", "{}", "+"
        )
        secrets = {name: value for name, value in self.settings.items() if len(value) >= SECRET_LENGTH}
        shown = [name for name, value in secrets.items() if value in logs]
        self._check("no secret is in the logs", bool(secrets) and not shown, shown)

    def close(self) -> None:
        """What is left of the project, and the summary as the last line."""
        left = self.compose.left()
        self._check("nothing is left of the stack", not left, left)
        self._measure("seconds", round(time.monotonic() - self.started))
        print(json.dumps({"failed": self.failed, **self.measured}), flush=True)

    @property
    def _workspace_url(self) -> str:
        return f"http://127.0.0.1:{self.settings['WORKSPACE_PORT']}"

    @property
    def _airflow_url(self) -> str:
        return f"http://127.0.0.1:{self.settings['AIRFLOW_PORT']}/"

    def _api(self) -> httpx.Client:
        url = self._airflow_url
        user, password = (self.settings[f"AIRFLOW_ADMIN_{each}"] for each in ("USER", "PASSWORD"))
        login = httpx.post(
            urljoin(url, "auth/token"), json={"username": user, "password": password}, timeout=60
        )
        token = login.raise_for_status().json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=urljoin(url, "api/v2/"), headers=headers, timeout=60)

    def _client(self) -> "WorkspaceClient":
        from databricks.sdk import WorkspaceClient

        return WorkspaceClient(
            host=self._workspace_url, token=self.settings["WORKSPACE_TOKEN"], auth_type="pat"
        )

    def _check_reverse_proxy(self) -> None:
        """Where Airflow sends browsers, as behind a proxy that speaks TLS."""
        sent_to = self.settings["AIRFLOW_URL"]
        entrance = httpx.get(urljoin(self._airflow_url, "api/v2/auth/login")).headers["location"]
        self._check("who logs in is sent to AIRFLOW_URL", entrance.startswith(f"{sent_to}/"), entrance)
        proxied = httpx.get(urljoin(self._airflow_url, "auth/login"), headers={"X-Forwarded-Proto": "https"})
        target = proxied.headers["location"]
        self._check(
            "behind a proxy that speaks TLS, Airflow's links do too", target.startswith("https:"), target
        )

    def _check_nothing_left(self, client: "WorkspaceClient", found: Outcome) -> None:
        left = left_behind(client, found.data_root, keep_endpoint=False)
        self._check("nothing is left in the workspace, the cluster is gone", not left, left)

    def _workers(self) -> dict[str, bool]:
        """The workers' containers, and whether each works."""
        return {
            each.container_id: each.works for each in self.compose.containers() if each.service == "worker"
        }

    def _restarted(self, crashed: list[Container]) -> bool | None:
        working = {each.container_id for each in self.compose.containers() if each.works}
        back = all(each.container_id in working and self.compose.restarts(each) for each in crashed)
        return back or None

    def _known(self) -> list[str]:
        """What is only in the services' volumes: Airflow's runs, the workspace's experiments."""
        runs = self._api().get(f"dags/{DAG_ID}/dagRuns").raise_for_status().json()["dag_runs"]
        experiments = self._client().experiments.search_experiments(max_results=100)
        return sorted([each["dag_run_id"] for each in runs] + [str(each.name) for each in experiments])

    def _look(self) -> None:
        if time.monotonic() >= self._next_weighing:
            self._peak = max(self._peak, self.compose.memory(), key=lambda held: sum(held.values()))
            self._next_weighing = time.monotonic() + WEIGHING_SECONDS

    def _show(self, task: TaskInstance) -> None:
        label = f"  {task.label}" if task.label else ""
        self._say(f"{task.name:<20} {task.state:<16} {max(task.end - task.start, 0):5.1f} s{label}")

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def _check(self, promise: str, holds: bool, otherwise: Any) -> None:
        self._say(f"{'holds' if holds else 'FAILS'}: {promise}" + ("" if holds else f" ({otherwise})"))
        if not holds:
            self.failed.append(promise)

    def _measure(self, name: str, value: Any) -> None:
        self.measured[name] = value
        self._say(f"{name}: {value}")

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        self._say(f"{name} …")
        started = time.monotonic()
        yield
        self._measure(f"{name}_seconds", round(time.monotonic() - started))


def mebibytes(held: dict[str, int]) -> dict[str, int]:
    """Bytes by service as MiB, the largest first, with their sum in front."""
    by_size = sorted(held.items(), key=lambda each: -each[1])
    return {"all": sum(held.values()) >> 20, **{name: size >> 20 for name, size in by_size}}


def _failures(run: DagRun) -> list[str]:
    failed = [task for task in run.task_instances() if task.state == "failed"]
    return [f"{task.name}: {'; '.join(run.errors(task)[-2:])}" for task in failed]
