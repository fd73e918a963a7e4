"""`python -m local_stack.up`: Airflow, a local workspace and MLflow, until Ctrl-C. See `make up`."""

import argparse
import itertools
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx

from local_stack.environments import PROJECT
from local_stack.services.airflow_home import USER
from local_stack.services.airflow_services import AirflowServices, airflow_services
from local_stack.services.processes import ServiceError
from local_stack.services.stopping import INTERRUPTED, stop_on_signals
from local_stack.services.workspace import StartingWorkspace, Workspace, local_workspace
from local_stack.up.command_line import write_env_file
from local_stack.up.first_files import FIRST_FILES, put_first_files
from local_stack.up.state_folder import AlreadyRunningError, StateFolder
from local_stack.waiting import WaitTimeoutError, wait_for

ROOT = PROJECT / ".local"
EXAMPLE = "penguin_predictor"
# Airflow's own default, and the local workspace's.
AIRFLOW_PORT, WORKSPACE_PORT = 8080, 8765
SECONDS_FOR_DAGS = 60
LOOK_SECONDS = 0.5
# Airflow's services give a sign of life every five seconds.
LOOKS_BETWEEN_SIGNS = 10


def main() -> int:
    """Run until stopped; 130 then, 1 if it is running already or a service fails."""
    root = _arguments().root.absolute()
    stop_on_signals()
    try:
        with StateFolder(root) as state:
            _run(state)
    except (AlreadyRunningError, ServiceError, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone
            removal = " `make clean` removes it." if root == ROOT else ""
            print(f"\nStopped. The next start goes on with what is in {root}.{removal}")
    return INTERRUPTED


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make up", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=f"folder for its state (default: {ROOT})")
    return parser.parse_args()


def _run(state: StateFolder) -> None:
    started = time.monotonic()
    starter = os.getppid()
    root = state.path
    print(f"Starting Airflow and a local Databricks workspace on {root}", flush=True)
    with ExitStack() as stack:
        workspace_port = state.port("workspace", WORKSPACE_PORT)
        workspace = stack.enter_context(
            local_workspace(root / "workspace", root / "workspace.log", workspace_port)
        )
        airflow = stack.enter_context(
            airflow_services(
                root / "airflow",
                lambda: workspace.ready().airflow_connection,
                port=state.port("airflow", AIRFLOW_PORT),
                schedules=True,
                triggerer=True,
            )
        )
        put_first_files(workspace.ready().client())
        dag_ids, errors = _dags(airflow.api())
        state.announce(airflow.url)
        env_file = write_env_file(root, airflow.home, workspace.ready())
        lines = [*_where_to_look(airflow, workspace.ready(), dag_ids), *_how_to_go_on(env_file)]
        seconds = time.monotonic() - started
        print(*errors, *lines, f"Ready after {seconds:.0f} s. Ctrl-C stops it.", sep="\n", flush=True)
        _watch(workspace, airflow, starter)


def _watch(workspace: StartingWorkspace, airflow: AirflowServices, starter: int) -> None:
    """Return when `make`, which started this, is gone; `ServiceError` when a service is."""
    looks = itertools.count(1)
    while "MAKELEVEL" not in os.environ or os.getppid() == starter:
        workspace.require_running()
        airflow.require_running()
        if next(looks) % LOOKS_BETWEEN_SIGNS == 0:
            for revived in airflow.revive():
                print(revived, flush=True)
        time.sleep(LOOK_SECONDS)


def _dags(api: httpx.Client) -> tuple[list[str], list[str]]:
    """The ids of the DAGs that Airflow has read, and what it could not read, each in words."""

    def read() -> tuple[list[str], list[str]] | None:
        dag_ids = [dag["dag_id"] for dag in _get(api, "dags", "dags")]
        errors = [
            f"Airflow cannot read {error['filename']}:\n{error['stack_trace']}"
            for error in _get(api, "importErrors", "import_errors")
        ]
        return (dag_ids, errors) if dag_ids or errors else None

    try:
        return wait_for("Airflow's list of DAGs", read, SECONDS_FOR_DAGS)
    except WaitTimeoutError:
        return [], []


def _get(api: httpx.Client, path: str, key: str) -> list[dict[str, Any]]:
    response = api.get(path)
    response.raise_for_status()
    found: list[dict[str, Any]] = response.json()[key]
    return found


def _where_to_look(airflow: AirflowServices, workspace: Workspace, dag_ids: list[str]) -> Iterator[str]:
    first = EXAMPLE if EXAMPLE in dag_ids else next(iter(dag_ids), "")
    yield f"Airflow      {airflow.url}  (log in as {USER}, password {airflow.password})"
    yield f"Workspace    {workspace.url}  (any user name, password {workspace.token}): MLflow's pages,"
    yield "             and those that Airflow's buttons lead to"
    if first:
        yield f"Look first   {airflow.url}/dags/{first}  (Trigger, at the top right, opens the form)"
    yield f"To score     {', '.join(FIRST_FILES)}"


def _how_to_go_on(env_file: Path) -> Iterator[str]:
    yield f"Commands     . {env_file}"
    yield "             lets `airflow` and `rookery check --conn` find all this, in another terminal"
    yield f"DAGs are paused at first. Trigger one, or switch it on (`airflow dags unpause {EXAMPLE}`):"
    yield "then it runs on its schedule too. A paused DAG runs no backfill either."


if __name__ == "__main__":
    sys.exit(main())
