"""Watching something remote until it has happened: fast first, then backing off."""

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

Observation = TypeVar("Observation")


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
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Observation:
    """Call `observe` until `until` accepts what it returns, and return that.

    Raises TimeoutError after `timeout` seconds, with what `told` says of the last observation.
    """
    deadline = clock() + timeout
    for delay in backoff(first, longest):
        observation = observe()
        if until(observation):
            return observation
        if clock() + delay > deadline:
            raise TimeoutError(f"not done after {timeout:.0f} s; last seen: {told(observation)}")
        sleep(delay)
    raise AssertionError("backoff() is endless")
