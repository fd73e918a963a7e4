"""Whether Airflow's services work: a process may live and do nothing.

Airflow's health page has the time of each one's last heartbeat. How old that is does not count, as a laptop
may have slept, but for how long no other has come.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

# Airflow's services beat every few seconds. A busy machine delays that, and so does a wait for the database,
# which may take a minute.
SILENT_SECONDS = 90.0
API_SERVER = "api-server"

# What `GET /api/v2/monitor/health` answers: for each part its status and its last heartbeat.
Health = Mapping[str, Mapping[str, str | None]]


@dataclass
class _Sign:
    """The last sign of life of a service, and when it was first seen."""

    beat: str | None
    seen: float


class SignsOfLife:
    """For how long each service has given no new sign of life."""

    def __init__(self, services: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = {name: _Sign(None, clock()) for name in services}

    def missing(self, health: Health | None) -> list[str]:
        """The services that were silent for `SILENT_SECONDS`; each then has as long to give a new sign.

        `health` is None if the API server did not answer: then nothing is known of the others.
        """
        now = self._clock()
        if health is None:
            return self._silent([API_SERVER], now)
        self._last[API_SERVER].seen = now
        for name, sign in self._last.items():
            beat = _beat(name, health)
            if beat is not None and beat != sign.beat:
                self._last[name] = _Sign(beat, now)
        return self._silent(list(self._last), now)

    def _silent(self, names: list[str], now: float) -> list[str]:
        silent = [name for name in names if now - self._last[name].seen >= SILENT_SECONDS]
        for name in silent:
            self._last[name].seen = now
        return silent


def _beat(service: str, health: Health) -> str | None:
    part = service.replace("-", "_")
    return health.get(part, {}).get(f"latest_{part}_heartbeat")
