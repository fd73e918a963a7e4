"""Waiting for a condition, for what happens in other processes.

A test does not judge by the clock, as the machine may be busy with other work: the one limit is there to end
a test that hangs.
"""

import time
from collections.abc import Callable

HANGING_SECONDS = 300.0
# To ask costs processor time on both sides, which what is waited for could use.
POLL_SECONDS = 0.2


def until(condition: Callable[[], bool], what: str) -> None:
    """Return when `condition` holds; AssertionError naming `what` if that does not happen."""
    deadline = time.monotonic() + HANGING_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not after {HANGING_SECONDS:.0f} s"
        time.sleep(POLL_SECONDS)
