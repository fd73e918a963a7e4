"""What clients send in many ways is read in one."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from local_workspace.api.wire import Answer, Message, routes
from local_workspace.errors import ResourceDoesNotExist


class Numbers(Message):
    run_id: int
    flag: bool = False
    name: str = ""


def echo(numbers: Numbers) -> Answer:
    if numbers.name == "missing":
        raise ResourceDoesNotExist("No such thing.")
    return numbers.model_dump()


@pytest.fixture
def client() -> TestClient:
    both = [*routes("GET", "numbers", Numbers, echo, "2.0 2.1"), *routes("POST", "numbers", Numbers, echo)]
    return TestClient(Starlette(routes=both))


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET", "params": {"run_id": "7"}},
        {"method": "GET", "json": {"run_id": 7}},
        {"method": "GET", "json": {"run_id": "7"}},
        {"method": "POST", "json": {"run_id": "7", "unknown": [1]}},
        {"method": "POST", "content": b'{"run_id": 7}', "headers": {"content-type": "text/json"}},
        {"method": "POST", "data": {"run_id": "7"}, "files": {"content": b"x"}},
    ],
)
def test_a_field_is_read_wherever_a_client_puts_it(client: TestClient, request_: dict[str, Any]) -> None:
    assert client.request(url="/api/2.0/numbers", **request_).json()["run_id"] == 7


@pytest.mark.parametrize("path", ["/api/2.0/numbers", "/api/2.1/numbers", "/api/2.1/numbers/"])
def test_every_version_answers_with_and_without_a_trailing_slash(client: TestClient, path: str) -> None:
    assert client.get(path, params={"run_id": "1"}).is_success


def test_a_capital_false_is_false(client: TestClient) -> None:
    answer = client.get("/api/2.0/numbers", params={"run_id": "1", "flag": "False"})
    assert answer.json()["flag"] is False


def test_a_missing_field_is_named(client: TestClient) -> None:
    answer = client.post("/api/2.0/numbers", json={})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error_code": "INVALID_PARAMETER_VALUE", "message": "Missing required field: run_id"},
    )


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_json_object_is_malformed(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/2.0/numbers", content=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_an_error_has_its_status_and_envelope(client: TestClient) -> None:
    answer = client.get("/api/2.0/numbers", params={"run_id": "1", "name": "missing"})
    assert (answer.status_code, answer.json()) == (
        404,
        {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such thing."},
    )
