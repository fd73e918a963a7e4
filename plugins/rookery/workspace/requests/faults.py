"""Which faults of a request may be gone when it is made again."""

from __future__ import annotations

LOOKED_SECONDS = 70.0
"""How long one looks for what may still be made. A task that is marked lives until its next heartbeat (five
seconds), and a request that it has sent by then is done or lost within a minute."""


def can_pass(error: BaseException) -> bool:
    """Whether this was no answer about what was asked: no connection, an answer that was lost or cut off, too
    many requests, an error of the server's own (5xx)."""
    import requests
    from databricks.sdk import errors
    from databricks.sdk.errors.base import DatabricksError

    lost = (
        ConnectionError,
        TimeoutError,  # also the SDK's own, when it has repeated a request for long enough
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.JSONDecodeError,
    )
    answered = (
        errors.TooManyRequests,
        errors.InternalError,
        errors.TemporarilyUnavailable,
        errors.DeadlineExceeded,
    )
    # For other states, 502 among them, the SDK has no class of their own.
    return isinstance(error, (*lost, *answered)) or type(error) is DatabricksError


def may_appear(error: BaseException) -> bool:
    """Whether it may be there in a moment: what was just made is not seen everywhere at once."""
    from databricks.sdk.errors import NotFound

    return isinstance(error, NotFound)


def seconds_to_wait(error: BaseException) -> float:
    """What the server asks a client to wait (`Retry-After`), or 0."""
    return float(getattr(error, "retry_after_secs", None) or 0)
