"""Bodies of requests: how large they may be, and JSON that can be kept and answered again."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Receive

from local_workspace.errors import BadRequest, MalformedRequest, WorkspaceError

MEBIBYTE = 1024 * 1024
DEEPEST = 100


@dataclass(frozen=True)
class BodyLimit:
    """How many bytes a request may have, and the error for one that has more."""

    size: int = 16 * MEBIBYTE
    error: type[WorkspaceError] = BadRequest

    def receive(self, receive: Receive) -> Receive:
        """The same body, refused as soon as more than `size` bytes of it have come."""
        received = 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.size:
                raise self.error(f"Request size cannot exceed {self.size} bytes.")
            return message

        return receiving


# That of a scoring request on Databricks; its other APIs say nothing about theirs.
DEFAULT_LIMIT = BodyLimit()


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, empty for an empty body; MalformedRequest for anything else.

    Refused as well is what Python's parser takes though it is no JSON or no Unicode text (NaN, numbers out
    of range, lone surrogates), and what is nested too deeply to be written again.
    """
    if not body.strip():
        return {}
    try:
        value = json.loads(body, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise MalformedRequest(f"Could not parse request object: {error}") from error
    if not isinstance(value, dict):
        raise MalformedRequest("Could not parse request object: expected a JSON object")
    for level in _levels(value):
        for text in level:
            if isinstance(text, str):
                _check_text(text)
    return value


def check_nesting(body: bytes) -> None:
    """MalformedRequest for JSON that is nested so deeply that reading it could end a scoring server."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    try:
        for _ in _levels(json.loads(body)):
            continue
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError:
        return  # no JSON: whoever reads it says what is wrong with it


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"the number {digits[:40]} is out of range")
    return number


def _levels(value: Any) -> Iterator[list[Any]]:
    """What is in a JSON value, level by level; MalformedRequest for one that has too many."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        yield level
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return
    raise _too_deep()


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _too_deep() -> MalformedRequest:
    return MalformedRequest(f"Could not parse request object: it is nested more than {DEEPEST} levels deep")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise MalformedRequest(
            f"Could not parse request object: a text has half of a surrogate pair at {error.start}"
        ) from error
