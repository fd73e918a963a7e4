"""How long an HTTP server takes to answer the same request, again and again."""

import http.client
import math
import statistics
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_WARM_UP = 20


@dataclass(frozen=True)
class Question:
    """One POST: where to, and what."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of half and of nearly all requests."""

    p50: float
    p99: float


def ask(question: Question, connections: int, requests: int) -> Latencies:
    """Ask over so many connections at once, `requests` times on each; RuntimeError for a refusal."""
    seconds: list[float] = []
    failures: list[str] = []

    def client() -> None:
        try:
            seconds.extend(_on_one_connection(question, requests))
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=client) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{question.url} did not answer: {failures[0]}")
    ordered = sorted(1000 * each for each in seconds)
    return Latencies(statistics.median(ordered), ordered[math.ceil(0.99 * len(ordered)) - 1])


def _on_one_connection(question: Question, requests: int) -> list[float]:
    address = urlsplit(question.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    seconds = []
    for number in range(_WARM_UP + requests):
        begun = time.perf_counter()
        connection.request("POST", address.path, question.body, dict(question.headers))
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status}: {text[:300]!r}")
        if number >= _WARM_UP:
            seconds.append(time.perf_counter() - begun)
    connection.close()
    return seconds
