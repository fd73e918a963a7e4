"""Watching something remote until it has happened: fast first, then backing off, and bearing bad answers."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from rookery.workspace.requests.faults import can_pass, may_appear

Observation = TypeVar("Observation")

BORNE_SECONDS = 300.0
"""How long bad answers are borne, one after the other."""

log = logging.getLogger(__name__)


class Clock(Protocol):
    """What tells the time, in seconds, and waits."""

    def time(self) -> float:
        """The time since some moment."""

    def sleep(self, seconds: float) -> None:
        """Return when so much time has passed."""


class SystemClock:
    """The clock of this machine, which nobody sets."""

    def time(self) -> float:
        """The time since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return when so much time has passed."""
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


def backoff(first: float, longest: float, factor: float = 1.1) -> Iterator[float]:
    """Endless delays in seconds, growing from `first` to `longest`, each with a jitter of ±10 %: many
    mapped tasks that start together should not ask together.

    With a factor of 1.1 a delay is about a tenth of the time waited so far, and so is what is noticed late.
    """
    delay = first
    while True:
        yield delay * random.uniform(0.9, 1.1)  # noqa: S311 - spreads requests, keeps no secret
        delay = min(delay * factor, longest)


def poll(
    observe: Callable[[], Observation],
    until: Callable[[Observation], bool],
    *,
    timeout: float,
    first: float = 0.5,
    longest: float = 15.0,
    told: Callable[[Observation], object] = str,
    clock: Clock = SYSTEM_CLOCK,
) -> Observation:
    """Call `observe` until `until` accepts what it returns, and return that.

    A fault of the connection or the server is borne, as is an answer that what is watched is not there (what
    was just made is not seen everywhere at once), unless nothing else comes for `BORNE_SECONDS`: then it is
    raised. Raises TimeoutError after `timeout` seconds, with what `told` says of the last observation.
    """
    deadline = clock.time() + timeout
    seen, seen_at = "nothing", clock.time()
    for delay in backoff(first, longest):
        try:
            observation = observe()
        except Exception as error:
            borne = can_pass(error) or may_appear(error)
            if not borne or clock.time() + delay > seen_at + BORNE_SECONDS:
                raise
            log.info("A bad answer, which may pass: %s", type(error).__name__)
        else:
            if until(observation):
                return observation
            seen, seen_at = str(told(observation)), clock.time()
        if clock.time() + delay > deadline:
            raise TimeoutError(f"not done after {timeout:.0f} s; last seen: {seen}")
        clock.sleep(delay)
    raise AssertionError("backoff() is endless")
