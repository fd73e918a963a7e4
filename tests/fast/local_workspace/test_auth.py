"""Who gets through to the workspace."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.guarded_app import guarded_app
from tests.fast.local_workspace.manual_clock import ManualClock

TOKEN = "dapi-right"  # noqa: S105


def client_of(settings: Settings) -> TestClient:
    app = guarded_app(PlainTextResponse("in"), settings, Store(settings.database), ManualClock())
    return TestClient(app, base_url="http://127.0.0.1:1")


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return client_of(Settings(root=tmp_path, port=1, token=TOKEN))


@pytest.fixture
def named(tmp_path: Path) -> TestClient:
    """A workspace that was told how others call it."""
    everywhere = "0.0.0.0"  # noqa: S104 - what a container listens on
    settings = Settings(tmp_path, 1, TOKEN, everywhere, ("workspace",), "http://databricks.test:8080")
    return client_of(settings)


def bearer(token: str = TOKEN) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


def basic(credential: str) -> Mapping[str, str]:
    return {"authorization": "Basic " + base64.b64encode(credential.encode()).decode()}


@pytest.mark.parametrize("headers", [bearer(), {"authorization": f"bearer {TOKEN}"}, basic(f"token:{TOKEN}")])
def test_the_token_gets_in(client: TestClient, headers: Mapping[str, str]) -> None:
    assert client.get("/api/2.0/x", headers=headers).text == "in"


@pytest.mark.parametrize("headers", [bearer(), {}, {"host": "evil.test"}])
def test_every_answer_names_the_workspace(client: TestClient, headers: Mapping[str, str]) -> None:
    assert client.get("/api/2.0/x", headers=headers).headers["x-databricks-org-id"].isdigit()


@pytest.mark.parametrize(
    "headers", [bearer("wrong"), bearer(TOKEN + "x"), basic("token:wrong"), bearer("töken")]
)
@pytest.mark.parametrize("path", ["/api/2.0/x", "/serving-endpoints/e/invocations"])
def test_a_wrong_token_is_forbidden(client: TestClient, path: str, headers: Mapping[str, str]) -> None:
    encoded = {name: value.encode() for name, value in headers.items()}
    answer = client.get(path, headers=encoded)
    assert answer.status_code == 403
    assert answer.json() == {"error_code": 403, "message": "Invalid access token."}
    assert answer.headers["x-databricks-reason-phrase"] == "Invalid access token."


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Bearer "}, {"authorization": "Basic ="}, {"authorization": "Digest x"}]
)
def test_no_token_is_unauthenticated(client: TestClient, headers: Mapping[str, str]) -> None:
    answer = client.get("/api/2.0/x", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (401, 401)


def test_a_browser_without_a_token_is_asked_for_it(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:1", "127.0.0.1.evil.test", "localhost.evil.test", ""]
)
def test_a_foreign_host_is_refused_even_with_the_token(client: TestClient, host: str) -> None:
    answer = client.get("/api/2.0/x", headers={**bearer(), "host": host})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:1"])
def test_the_machine_s_own_names_are_served(client: TestClient, host: str) -> None:
    assert client.get("/api/2.0/x", headers={**bearer(), "host": host}).is_success


@pytest.mark.parametrize("host", ["workspace", "Workspace:8765", "databricks.test:8080", "127.0.0.1:1"])
def test_a_named_host_is_served(named: TestClient, host: str) -> None:
    assert named.get("/api/2.0/x", headers={**bearer(), "host": host}).is_success


@pytest.mark.parametrize("host", ["workspace.evil.test", "other", "10.0.0.7", "0.0.0.0"])  # noqa: S104
def test_a_host_that_was_not_named_is_refused(named: TestClient, host: str) -> None:
    answer = named.get("/api/2.0/x", headers={**bearer(), "host": host})
    assert answer.status_code == 403
    assert "--allowed-host" in answer.json()["message"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:1", "http://127.0.0.1:1"),
        ("workspace:1", "http://workspace:1"),
        ("workspace:1", "http://databricks.test:8080"),
    ],
)
def test_the_workspace_s_own_pages_may_ask(named: TestClient, host: str, origin: str) -> None:
    headers = {**bearer(), "host": host, "origin": origin}
    assert named.post("/api/2.0/x", headers=headers).is_success


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "null",
        "http://localhost.evil.test",
        "http://[",
        "http://127.0.0.1:2",  # another program of this machine
        "http://localhost:1",
        "https://127.0.0.1:1",
    ],
)
def test_a_foreign_web_page_is_refused_even_with_the_token(client: TestClient, origin: str) -> None:
    assert client.post("/api/2.0/x", headers={**bearer(), "origin": origin}).status_code == 403


def test_the_well_known_document_needs_no_token_but_the_right_host(client: TestClient) -> None:
    path = "/.well-known/databricks-config"
    assert client.get(path).is_success
    assert client.get(path, headers={"host": "evil.test"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/.well-known/databricks-config"),
        ("GET", "/.well-known/databricks-config/"),
        ("GET", "/.well-known/../api/2.0/mlflow/experiments/search"),
        ("GET", "/.well-known/anything"),
        ("POST", "/oidc/.well-known/oauth-authorization-server"),
        ("GET", "/oidc/v1/token"),
    ],
)
def test_nothing_else_is_answered_without_a_token(client: TestClient, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 401
