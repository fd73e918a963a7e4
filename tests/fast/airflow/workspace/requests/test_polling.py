"""Polling is fast first, then backs off, and ends."""

import itertools

import pytest

from rookery.workspace.requests.polling import backoff, poll


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now


def watch(clock: Clock, done_at: float, timeout: float) -> float:
    return poll(clock.time, lambda now: now >= done_at, timeout=timeout, sleep=clock.sleep, clock=clock.time)


def test_delays_grow_to_the_longest_with_some_jitter() -> None:
    delays = list(itertools.islice(backoff(1.0, 8.0, factor=2.0), 6))
    for delay, expected in zip(delays, [1, 2, 4, 8, 8, 8], strict=True):
        assert expected * 0.9 <= delay <= expected * 1.1
    assert len(set(delays)) == len(delays)


def test_what_is_done_is_returned_without_waiting() -> None:
    clock = Clock()
    assert watch(clock, done_at=0, timeout=10) == 0
    assert clock.slept == []


def test_short_waits_end_soon_and_long_ones_ask_seldom() -> None:
    clock = Clock()
    assert watch(clock, done_at=2, timeout=3600) < 3
    clock = Clock()
    watch(clock, done_at=1800, timeout=3600)
    assert len(clock.slept) < 150


def test_what_is_never_done_ends_in_an_error_with_what_was_last_seen() -> None:
    clock = Clock()
    with pytest.raises(TimeoutError, match=r"not done after 60 s; last seen: \d+"):
        watch(clock, done_at=1e9, timeout=60)
    assert clock.now <= 60
