"""Rate limits and metrics, minute by minute."""

import pytest

from local_workspace.errors import TooManyRequests
from local_workspace.serving.limits import RateLimit, RateLimiter
from local_workspace.serving.usage import EndpointUsage
from tests.fast.local_workspace.manual_clock import ManualClock

OF_ALL = RateLimit(calls=3, key="endpoint")
OF_EACH = RateLimit(calls=2, key="user")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_limit_holds_for_a_minute(clock: ManualClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(OF_ALL.calls):
        limiter.count("e", [OF_ALL], "ann")
    with pytest.raises(TooManyRequests, match="rate limit of 3 calls per minute of the endpoint"):
        limiter.count("e", [OF_ALL], "bob")
    limiter.count("other", [OF_ALL], "bob")
    clock.pass_seconds(60)
    limiter.count("e", [OF_ALL], "bob")


def test_each_user_has_calls_of_his_own_and_a_refused_one_does_not_count(clock: ManualClock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(OF_EACH.calls):
        limiter.count("e", [OF_ALL, OF_EACH], "ann")
    for _ in range(5):
        with pytest.raises(TooManyRequests, match="2 calls per minute of the user ann"):
            limiter.count("e", [OF_ALL, OF_EACH], "ann")
    limiter.count("e", [OF_ALL, OF_EACH], "bob")


def test_a_limit_of_none_lets_nobody_in(clock: ManualClock) -> None:
    with pytest.raises(TooManyRequests):
        RateLimiter(clock).count("e", [RateLimit(calls=0)], "ann")


def test_metrics_tell_of_the_last_minute_alone(clock: ManualClock) -> None:
    usage = EndpointUsage(clock)
    usage.note("e", "m-1", 200, 0.004)
    usage.note("e", "m-1", 400, 0.3)
    lines = usage.text("e", ["m-1", "m-2"]).splitlines()
    one, two = (f'endpoint_name="e",served_entity_name="m-{number}"' for number in (1, 2))
    assert f"request_count_total{{{one}}} 2" in lines
    assert f"request_count_total{{{two}}} 0" in lines
    assert f"request_4xx_count_total{{{one}}} 1" in lines
    assert f"request_5xx_count_total{{{one}}} 0" in lines
    assert f'request_latency_ms_bucket{{{one},le="5"}} 1' in lines
    assert f'request_latency_ms_bucket{{{one},le="+Inf"}} 2' in lines
    assert f"request_latency_ms_sum{{{one}}} 304.000" in lines
    clock.pass_seconds(60)
    assert f"request_count_total{{{one}}} 0" in usage.text("e", ["m-1"]).splitlines()
