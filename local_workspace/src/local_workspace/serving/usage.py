"""How endpoints are used, in Prometheus' text format.

https://docs.databricks.com/aws/en/machine-learning/model-serving/metrics-export-serving-endpoint
"""

import threading
from collections import deque
from typing import NamedTuple

from local_workspace.clock import Clock

_SECONDS = 60.0
_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
# A minute has fewer here.
_MOST = 100_000


class Call(NamedTuple):
    """One scoring request: when it was answered, by which served version, how, and how fast."""

    when: float
    served: str
    status: int
    milliseconds: float


class EndpointUsage:
    """The calls of the last minute; safe to use from every thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: dict[str, deque[Call]] = {}

    def note(self, endpoint: str, served: str, status: int, seconds: float) -> None:
        """A request was answered."""
        with self._lock:
            calls = self._calls.setdefault(endpoint, deque(maxlen=_MOST))
            calls.append(Call(self._clock.now(), served, status, seconds * 1000))
            _forget(calls, self._clock.now())

    def text(self, endpoint: str, served: list[str]) -> str:
        """The metrics of each served version, those that were not asked included."""
        with self._lock:
            calls = self._calls.setdefault(endpoint, deque(maxlen=_MOST))
            _forget(calls, self._clock.now())
            seen = list(calls)
        lines: list[str] = []
        of_each = {name: [call for call in seen if call.served == name] for name in served}
        for metric, text, lowest in (
            ("request_count_total", "Number of requests during last minute", 0),
            ("request_4xx_count_total", "Number of 4xx errors during last minute", 400),
            ("request_5xx_count_total", "Number of 5xx errors during last minute", 500),
        ):
            lines += [f"# HELP {metric} {text}", f"# TYPE {metric} gauge"]
            for name, own in of_each.items():
                found = [call for call in own if not lowest or lowest <= call.status < lowest + 100]
                lines.append(f"{metric}{{{_labels(endpoint, name)}}} {len(found)}")
        lines += [
            "# HELP request_latency_ms Time to answer in the last minute, in milliseconds",
            "# TYPE request_latency_ms histogram",
        ]
        for name, own in of_each.items():
            lines += _histogram(_labels(endpoint, name), [call.milliseconds for call in own])
        return "\n".join(lines) + "\n"


def _forget(calls: deque[Call], now: float) -> None:
    while calls and now - calls[0].when >= _SECONDS:
        calls.popleft()


def _labels(endpoint: str, served: str) -> str:
    """Names have no character that Prometheus would need escaped."""
    return f'endpoint_name="{endpoint}",served_entity_name="{served}"'


def _histogram(labels: str, values: list[float]) -> list[str]:
    name = "request_latency_ms"
    counts = [(str(limit), sum(value <= limit for value in values)) for limit in _BUCKETS]
    buckets = [*counts, ("+Inf", len(values))]
    return [
        *(f'{name}_bucket{{{labels},le="{limit}"}} {count}' for limit, count in buckets),
        f"{name}_sum{{{labels}}} {sum(values):.3f}",
        f"{name}_count{{{labels}}} {len(values)}",
    ]
