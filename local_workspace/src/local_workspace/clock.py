"""Time as a parameter, so that tests can let twenty idle minutes pass at once."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time, and waiting that another thread can cut short."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set, at most `seconds`; tell whether it is set."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set, at most `seconds`; tell whether it is set."""
        return event.wait(seconds)


def milliseconds(seconds: float) -> int:
    """Epoch milliseconds, the unit of every time in the Databricks API."""
    return int(seconds * 1000)
