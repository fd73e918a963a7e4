"""Waiting for a condition with a deadline, for what happens in other processes."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    """Return when `condition` holds; AssertionError naming `what` if it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.05)
