"""Wait for a condition by asking for it again and again."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class WaitTimeoutError(TimeoutError):
    """What was waited for did not happen in time."""


def wait_for(what: str, ask: Callable[[], T | None], seconds: float, interval: float = 0.1) -> T:
    """The first answer of `ask` that is not None; `WaitTimeoutError` naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer is not None:
            return answer
        time.sleep(interval)
    raise WaitTimeoutError(f"{what}: not after {seconds:.0f} s")
