"""`python -m local_stack.demo`: the whole chain, once, on this machine. See `make demo`."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from local_stack.runs.dag_run import DagRun, TaskInstance, TriggerError, follow, most_at_once, trigger
from local_stack.runs.left_behind import cluster_seconds, left_behind
from local_stack.runs.report import Summary, outcome, show, summarise
from local_stack.services.airflow_home import USER
from local_stack.services.airflow_services import AirflowServices, airflow_services
from local_stack.services.processes import Descendants, ServiceError
from local_stack.services.stopping import INTERRUPTED, stop_on_signals
from local_stack.services.workspace import CLASSIC, UNITY, local_workspace
from local_stack.up.first_files import make_volume

DAG_IDS = {CLASSIC: "penguin_predictor", UNITY: "penguin_predictor_unity"}
# As in the lab, the endpoint is deleted once it has answered.
CONF = {"keep_endpoint": False}


def main() -> int:
    """Run the demo; 0 only if all of it happened, 130 after Ctrl-C."""
    arguments = _arguments()
    stop_on_signals()
    try:
        with _root(arguments.root) as root:
            return Demo(root, arguments.kind, CONF | arguments.conf).run()
    except (ServiceError, TriggerError, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; everything that was started has been ended.", file=sys.stderr)
        return INTERRUPTED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--conf", type=_conf, default={}, help="the run's conf, a JSON object")
    parser.add_argument(
        "--kind",
        choices=[*DAG_IDS],
        default=CLASSIC,
        help="classic: the lab's, with a DBFS root; unity: a new account's, with Unity Catalog alone",
    )
    parser.add_argument("--root", type=Path, help="keep the workspace and Airflow's files in this folder")
    return parser.parse_args()


def _conf(text: str) -> dict[str, Any]:
    try:
        conf = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(conf, dict):
        raise argparse.ArgumentTypeError('a JSON object is needed, as in {"points_per_task": 2}')
    return conf


@contextmanager
def _root(kept: Path | None) -> Iterator[Path]:
    if kept:
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="rookery-demo-") as folder:
        yield Path(folder)


class Demo:
    """One run of the DAG, on services that live as long as it."""

    def __init__(self, root: Path, kind: str, conf: dict[str, Any]) -> None:
        self.root = root
        self.kind = kind
        self.dag_id = DAG_IDS[kind]
        self.conf = conf
        self.started = time.monotonic()
        self.descendants = Descendants()

    def run(self) -> int:
        """Start, run, report; the exit code."""
        print(f"Starting a local Databricks workspace and Airflow in {self.root}", flush=True)
        with ExitStack() as stack:
            starting = stack.enter_context(
                local_workspace(self.root / "workspace", self.root / "workspace.log", kind=self.kind)
            )
            airflow = stack.enter_context(
                airflow_services(self.root / "airflow", lambda: starting.ready().airflow_connection)
            )
            workspace = starting.ready()
            if self.kind == UNITY:
                make_volume(workspace.client())
            run = trigger(airflow.api(), self.dag_id, self.conf)
            print(f"Airflow      {airflow.url}/dags/{self.dag_id} (log in as {USER}, {airflow.password})")
            print(f"MLflow       {workspace.url} (any name; the password is in {workspace.token_file})")
            self._say(f"{run.dag_id}, run {run.run_id}")
            triggered = time.monotonic()
            state = follow(run, self._show, lambda: self._look(airflow))
            run_seconds = time.monotonic() - triggered
            airflow.stop_scheduling()
            client = workspace.client()
            found = outcome(run, client)
            print(*show(found, workspace.url), *_how_it_ran(run), sep="\n", flush=True)
            left = left_behind(client, found.data_root, self.conf["keep_endpoint"])
            billed = cluster_seconds(client)
        left += self.descendants.alive()
        summary = summarise(found, time.monotonic() - self.started, run_seconds, billed, left)
        self._close(summary)
        return 0 if state == "success" and summary.complete(self.conf.get("deploy", True)) else 1

    def _look(self, airflow: AirflowServices) -> None:
        airflow.require_running()
        self.descendants.look()

    def _show(self, task: TaskInstance) -> None:
        label = f"  {task.label}" if task.label else ""
        self._say(f"{task.name:<20} {task.state:<16} {max(task.end - task.start, 0):5.1f} s{label}")

    def _say(self, text: str) -> None:
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def _close(self, summary: Summary) -> None:
        cleaned = "nothing" if not summary.left_behind else "; ".join(summary.left_behind)
        print(f"Left behind  {cleaned} (clusters, runs, endpoint, staging files, processes)")
        print(f"Peak memory  {self.descendants.peak_memory / 2**30:.1f} GiB, all processes together")
        print(summary.to_json(), flush=True)


def _how_it_ran(run: DagRun) -> Iterator[str]:
    tasks = run.task_instances()
    shards = [task for task in tasks if task.task_id == "train" and task.map_index >= 0]
    if shards:
        yield f"Parallel     {most_at_once(shards)} of {len(shards)} mapped tasks at the same moment"
    for task in tasks:
        if task.state == "failed":
            yield f"\n{task.name} failed: " + "\n".join(run.errors(task))


if __name__ == "__main__":
    sys.exit(main())
