"""`python health.py SERVICE`: exits 0 if the service of this container does its work.

Airflow's own command for it (`airflow jobs check`) loads all of Airflow, every time, for every service: these
checks cost a tenth of a second (a worker's: a whole one). Of several schedulers they know the latest
heartbeat only, not whose it is.
"""

import json
import os
import socket
import sys
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

SECONDS = 5.0
SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer", "worker", "workspace")


def main(arguments: list[str]) -> int:
    """Check one service; the exit status, with the reason of a failure on standard error."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: health.py {'|'.join(SERVICES)}", file=sys.stderr)
        return 2
    (service,) = arguments
    try:
        problem = problem_in(service)
    except (OSError, ValueError) as error:
        problem = f"no answer: {error}"
    if problem:
        print(f"{service}: {problem}", file=sys.stderr)
    return 1 if problem else 0


def problem_in(service: str) -> str | None:
    """What is wrong with the service of this container, or None; OSError or ValueError for no answer."""
    if service == "worker":
        return worker_problem()
    if service == "workspace":
        return workspace_problem()
    health = answer(f"{os.environ['AIRFLOW_API_SERVER_URL']}/api/v2/monitor/health")
    return heartbeat_problem(service, health, container_start())


def answer(url: str, **headers: str) -> Any:
    """The JSON at a URL of the stack, which no proxy of the environment stands before."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own address
    with direct.open(request, timeout=SECONDS) as response:
        return json.load(response)


def container_start() -> datetime:
    """When this container started, with which its first process did."""
    psutil = import_module("psutil")
    return datetime.fromtimestamp(psutil.Process(1).create_time(), UTC)


def heartbeat_problem(service: str, health: Mapping[str, Any], started: datetime) -> str | None:
    """What is wrong with a service by the account of Airflow's API server, which has all heartbeats.

    For half a minute Airflow calls a service healthy that has ended: a heartbeat from before the container
    `started` is that of its predecessor.
    """
    part = "metadatabase" if service == "api-server" else service.replace("-", "_")
    told = health.get(part) or {}
    if (status := told.get("status")) != "healthy":
        return f"{part} is {status or 'unknown'}"
    beat = told.get(f"latest_{part}_heartbeat")
    if beat and datetime.fromisoformat(beat) <= started:
        return f"{part} has no heartbeat since this container started at {started.isoformat()}"
    return None


def workspace_problem() -> str | None:
    """What is wrong with the local workspace, asked who its token belongs to, as clients do first."""
    url = f"{os.environ['WORKSPACE_URL']}/api/2.0/preview/scim/v2/Me"
    user = answer(url, authorization=f"Bearer {os.environ['LOCAL_WORKSPACE_TOKEN']}")
    return None if user.get("userName") else "it does not know its user"


def worker_problem() -> str | None:
    """What is wrong with this container's Celery worker, asked through the broker as tasks are sent."""
    celery = import_module("celery")
    node = f"celery@{socket.gethostname()}"
    broker = celery.Celery(broker=os.environ["AIRFLOW__CELERY__BROKER_URL"])
    return None if broker.control.ping([node], timeout=SECONDS) else f"{node} does not answer"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
