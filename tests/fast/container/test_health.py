"""The stack's health checks, against the answers that Airflow's API server gives."""

import json
import threading
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from container.health import container_start, heartbeat_problem, main

# As Airflow 3.3.2 answers `GET /api/v2/monitor/health`.
HEALTH: dict[str, dict[str, str | None]] = {
    "metadatabase": {"status": "healthy"},
    "scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2026-11-24T11:58:40.5+00:00"},
    "triggerer": {"status": "unhealthy", "latest_triggerer_heartbeat": "2026-11-24T11:50:40.5+00:00"},
    "dag_processor": {"status": None, "latest_dag_processor_heartbeat": None},
}
BEAT = datetime.fromisoformat("2026-11-24T11:58:40.5+00:00")
BEFORE = BEAT - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("service", "problem"),
    [
        ("api-server", None),
        ("scheduler", None),
        ("triggerer", "triggerer is unhealthy"),
        ("dag-processor", "dag_processor is unknown"),
    ],
)
def test_a_service_is_healthy_when_airflow_has_its_heartbeat(service: str, problem: str | None) -> None:
    assert heartbeat_problem(service, HEALTH, BEFORE) == problem


def test_a_part_that_airflow_does_not_name_is_not_healthy() -> None:
    told = {"metadatabase": {"status": "healthy"}}
    assert heartbeat_problem("scheduler", told, BEFORE) == "scheduler is unknown"


def test_the_heartbeat_of_the_container_before_this_one_is_none_of_its_own() -> None:
    problem = heartbeat_problem("scheduler", HEALTH, BEAT + timedelta(seconds=1))
    assert (
        problem
        == "scheduler has no heartbeat since this container started at 2026-11-24T11:58:41.500000+00:00"
    )


def test_a_container_starts_with_its_first_process() -> None:
    assert datetime(2020, 1, 1, tzinfo=UTC) < container_start() < datetime.now(UTC)


@pytest.fixture
def api_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    """An HTTP server that answers as Airflow's does."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            health = deepcopy(HEALTH)
            health["scheduler"]["latest_scheduler_heartbeat"] = datetime.now(UTC).isoformat()
            self.send_response(200 if self.path == "/api/v2/monitor/health" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(health).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    monkeypatch.setenv("AIRFLOW_API_SERVER_URL", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("api_server")
def test_the_exit_status_tells_docker_and_the_text_tells_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scheduler"]) == 0
    assert main(["triggerer"]) == 1
    assert capsys.readouterr().err == "triggerer: triggerer is unhealthy\n"


@pytest.mark.usefixtures("api_server")
def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert main(["scheduler"]) == 0


@pytest.mark.parametrize("service", ["api-server", "scheduler", "workspace"])
def test_no_answer_is_not_healthy(
    service: str, api_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = f"http://127.0.0.2:{api_server.server_port}"
    monkeypatch.setenv("AIRFLOW_API_SERVER_URL", nobody)
    monkeypatch.setenv("WORKSPACE_URL", nobody)
    monkeypatch.setenv("LOCAL_WORKSPACE_TOKEN", "a token")
    assert main([service]) == 1


@pytest.mark.parametrize("arguments", [[], ["postgres"], ["scheduler", "worker"]])
def test_an_unknown_service_is_a_mistake_of_the_caller(arguments: list[str]) -> None:
    assert main(arguments) == 2
