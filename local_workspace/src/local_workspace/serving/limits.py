"""Rate limits of endpoints: so many calls in a minute, of all callers together or of each.

https://docs.databricks.com/api/azure/workspace/servingendpoints/put
"""

import threading
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from local_workspace.clock import Clock
from local_workspace.errors import TooManyRequests
from local_workspace.messages import Message

_SECONDS = 60.0


class RateLimit(Message):
    """One limit; `key`: whose calls are counted together."""

    calls: int = Field(ge=0)
    key: Literal["endpoint", "user"] = "endpoint"
    renewal_period: Literal["minute"] = "minute"


class RateLimiter:
    """Counts calls minute by minute, which begin with a call; safe to use from every thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    def count(self, endpoint: str, limits: Sequence[RateLimit], caller: str) -> None:
        """Count a call. Raises `TooManyRequests` for one too many, which does not count."""
        with self._lock:
            now, counted = self._clock.now(), []
            for limit in limits:
                place = (endpoint, caller if limit.key == "user" else "")
                begin, calls = self._windows.get(place, (now, 0))
                if now - begin >= _SECONDS:
                    begin, calls = now, 0
                if calls >= limit.calls:
                    whose = f"user {caller}" if limit.key == "user" else "endpoint"
                    raise TooManyRequests(
                        f"Exceeded the rate limit of {limit.calls} calls per minute of the {whose} for "
                        f"endpoint {endpoint}."
                    )
                counted.append((place, (begin, calls + 1)))
            self._windows.update(counted)
