"""What clients send in many ways is read in one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient

from local_workspace.api.bodies import BodyLimit
from local_workspace.api.refusals import application
from local_workspace.api.wire import Answer, Body, raw_routes, routes
from local_workspace.errors import MaxBlockSizeExceeded, ResourceDoesNotExist
from local_workspace.messages import Message


class Numbers(Message):
    run_id: int
    flag: bool = False
    name: str = ""


def echo(numbers: Numbers) -> Answer:
    if numbers.name == "missing":
        raise ResourceDoesNotExist("No such thing.")
    return numbers.model_dump()


async def shout(numbers: Numbers, body: Body) -> Response:
    """Takes the body piece by piece, and answers piece by piece."""
    if numbers.name == "missing":
        raise ResourceDoesNotExist("No such thing.")

    came = [piece async for piece in body.stream()]

    async def pieces() -> AsyncIterator[bytes]:
        for piece in came:
            yield piece.upper()

    headers = {"x-run-id": str(numbers.run_id), "x-pieces": str(len(came))}
    return StreamingResponse(pieces(), media_type=body.content_type or "text/plain", headers=headers)


async def whole(_: Numbers, body: Body) -> Response:
    return Response(str(len(await body.read())))


@pytest.fixture
def client() -> TestClient:
    small = BodyLimit(1000, MaxBlockSizeExceeded)
    both = [
        *routes("GET", "numbers", Numbers, echo, "2.0 2.1"),
        *routes("POST", "numbers", Numbers, echo),
        *routes("POST", "small", Numbers, echo, limit=small),
        *routes("POST", "silent", Numbers, lambda _: None),
        *raw_routes("PUT", "raw/{run_id}", Numbers, shout, "2.0 2.1"),
        *raw_routes("PUT", "/raw/{run_id}", Numbers, whole, limit=small),
    ]
    return TestClient(application([*both]))


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


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b"\xff",
        b'{"run_id": 1, "name": "\\ud800"}',
        b'{"run_id": 1, "\\udfff": 1}',
        b'{"run_id": 1, "unknown": NaN}',
        b'{"run_id": 1, "unknown": 1e999}',
        b'{"run_id": ' + b"9" * 5000 + b"}",
        b'{"run_id": 1, "unknown": ' + b"[" * 200 + b"]" * 200 + b"}",
        b"[" * 200_000,
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/2.0/numbers", content=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_an_error_has_its_status_and_envelope(client: TestClient) -> None:
    answer = client.get("/api/2.0/numbers", params={"run_id": "1", "name": "missing"})
    assert (answer.status_code, answer.json()) == (
        404,
        {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such thing."},
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"run_id": 7, "name": "x" * 1000}},
        {"data": {"run_id": "7"}, "files": {"name": b"x" * 1000}},
    ],
)
def test_a_request_over_the_limit_of_its_route_is_refused_with_the_limit(
    client: TestClient, request_: dict[str, Any]
) -> None:
    answer = client.post("/api/2.0/small", **request_)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error_code": "MAX_BLOCK_SIZE_EXCEEDED", "message": "Request size cannot exceed 1000 bytes."},
    )
    assert client.post("/api/2.0/small", json={"run_id": 7, "name": "x" * 900}).is_success


def test_a_whole_request_has_a_limit_even_where_none_is_said(client: TestClient) -> None:
    answer = client.post("/api/2.0/numbers", json={"run_id": 7, "name": "x" * (16 << 20)})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "BAD_REQUEST")
    assert answer.json()["message"] == f"Request size cannot exceed {16 << 20} bytes."


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("multipart/form-data", b"x"), ("multipart/form-data; boundary=b", b"nonsense")],
)
def test_a_form_that_is_none_is_malformed(client: TestClient, content_type: str, content: bytes) -> None:
    answer = client.post("/api/2.0/numbers", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_an_answer_is_never_empty(client: TestClient) -> None:
    assert client.post("/api/2.0/silent", json={"run_id": 1}).json() == {}


@pytest.mark.parametrize("path", ["/api/2.0/raw/7", "/api/2.1/raw/7/"])
def test_bytes_go_in_and_come_out_as_they_are(client: TestClient, path: str) -> None:
    content = b'{"run_id": 9, "not json'
    answer = client.put(path, content=content, headers={"content-type": "text/strange"})
    assert answer.content == content.upper()
    assert (answer.headers["x-run-id"], answer.headers["content-type"]) == (
        "7",
        "text/strange; charset=utf-8",
    )


def test_a_large_body_comes_in_pieces(client: TestClient) -> None:
    async def sent() -> AsyncIterator[bytes]:
        for number in range(20):
            yield bytes([97 + number]) * 100_000

    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as streaming:
            return await streaming.put("/api/2.0/raw/1", content=sent())

    answer = asyncio.run(answered())
    assert int(answer.headers["x-pieces"]) >= 20
    assert answer.content == b"".join(bytes([65 + number]) * 100_000 for number in range(20))


def test_a_raw_route_refuses_as_every_other_does(client: TestClient) -> None:
    missing = client.put("/api/2.0/raw/7", params={"name": "missing"}, content=b"x")
    assert (missing.status_code, missing.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    wrong = client.put("/api/2.0/raw/seven", content=b"x")
    assert (wrong.status_code, wrong.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    large = client.put("/raw/7", content=b"x" * 1001)
    assert (large.status_code, large.json()["error_code"]) == (400, "MAX_BLOCK_SIZE_EXCEEDED")
    assert client.put("/raw/7", content=b"x" * 1000).text == "1000"
