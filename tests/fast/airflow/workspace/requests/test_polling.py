"""Polling is fast first, then backs off, and ends."""

import itertools
from collections.abc import Callable

import pytest
from databricks.sdk.errors import InternalError, NotFound, PermissionDenied

from rookery.workspace.requests.polling import BORNE_SECONDS, backoff, poll
from tests.played_clock import PlayedClock


def watch(clock: PlayedClock, done_at: float, timeout: float) -> float:
    return poll(clock.time, lambda now: now >= done_at, timeout=timeout, clock=clock)


def test_delays_grow_to_the_longest_with_some_jitter() -> None:
    delays = list(itertools.islice(backoff(1.0, 8.0, factor=2.0), 6))
    for delay, expected in zip(delays, [1, 2, 4, 8, 8, 8], strict=True):
        assert expected * 0.9 <= delay <= expected * 1.1
    assert len(set(delays)) == len(delays)


def test_what_is_done_is_returned_without_waiting() -> None:
    clock = PlayedClock()
    assert watch(clock, done_at=0, timeout=10) == 0
    assert clock.slept == []


def test_short_waits_end_soon_and_long_ones_ask_seldom() -> None:
    clock = PlayedClock()
    assert watch(clock, done_at=2, timeout=3600) < 3
    clock = PlayedClock()
    watch(clock, done_at=1800, timeout=3600)
    assert len(clock.slept) < 150


def test_what_is_never_done_ends_in_an_error_with_what_was_last_seen() -> None:
    clock = PlayedClock()
    with pytest.raises(TimeoutError, match=r"not done after 60 s; last seen: \d+"):
        watch(clock, done_at=1e9, timeout=60)
    assert clock.now <= 60


def observed(*answers: object) -> Callable[[], object]:
    """Gives, or raises, one answer after the other."""
    left = iter(answers)

    def observe() -> object:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return observe


@pytest.mark.parametrize(
    "fault",
    [InternalError("oops"), NotFound("not seen yet"), ConnectionError("reset"), TimeoutError("no answer")],
)
def test_bad_answers_one_after_the_other_are_borne(fault: Exception) -> None:
    observe = observed(*[fault] * 5, "PENDING", *[fault] * 5, "RUNNING")
    seen = poll(observe, lambda seen: seen == "RUNNING", timeout=3600, clock=PlayedClock())
    assert seen == "RUNNING"


def test_bad_answers_without_end_are_no_longer_borne_after_five_minutes() -> None:
    clock = PlayedClock()
    with pytest.raises(NotFound):
        poll(observed("PENDING", *[NotFound("gone")] * 1000), lambda _: False, timeout=3600, clock=clock)
    assert BORNE_SECONDS - 20 < clock.now <= BORNE_SECONDS


def test_a_refusal_is_not_borne() -> None:
    clock = PlayedClock()
    with pytest.raises(PermissionDenied):
        poll(observed(PermissionDenied("no")), lambda _: True, timeout=3600, clock=clock)
    assert clock.slept == []
