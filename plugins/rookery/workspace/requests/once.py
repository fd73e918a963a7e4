"""The one door for requests that must not be done twice: sent once, and repeated only after a look."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rookery.workspace.requests.faults import can_pass, seconds_to_wait
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, backoff

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

Done = TypeVar("Done")

REPEATED_SECONDS = 60.0
"""How long a request is repeated."""

_JSON = {"Accept": "application/json", "Content-Type": "application/json"}


class _SentOnce(io.BytesIO):
    """What cannot be rewound the SDK does not send again (0.156: `_BaseClient.do`). Its own repetition cannot
    be turned off: `retry_timeout_seconds=0` means 300 there."""

    def seekable(self) -> bool:
        return False


def send_once(workspace: WorkspaceClient, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one request with a JSON body and return its answer, whatever becomes of it: after a reset or a
    time-out nobody knows whether it was done. Raises what the SDK raises."""
    content = _SentOnce(json.dumps(body).encode())
    return dict(workspace.api_client.do(method, path, headers=dict(_JSON), data=content))


def done(
    send: Callable[[], Done],
    found: Callable[[], Done | None] = lambda: None,
    *,
    clock: Clock = SYSTEM_CLOCK,
    seconds: float = REPEATED_SECONDS,
) -> Done:
    """What `send` returns, or, once a fault may have lost its answer, what `found` shows to be done already.

    It is repeated for `seconds`. Without `found`, `send` is a request that can be done twice. Raises its last
    error then, and at once an error that is an answer.
    """
    deadline, is_repeated = clock.time() + seconds, False
    for delay in backoff(1.0, 8.0, factor=1.5):
        try:
            already = found() if is_repeated else None
            return send() if already is None else already
        except Exception as error:
            wait = max(delay, seconds_to_wait(error))
            if not can_pass(error) or clock.time() + wait > deadline:
                raise
        is_repeated = True
        clock.sleep(wait)
    raise AssertionError("backoff() is endless")
