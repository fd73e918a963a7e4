"""A clock that moves when a test says so."""

import threading


class ManualClock:
    """Starts at a fixed time; waiting really waits, but only a moment."""

    def __init__(self) -> None:
        self._now = 1_800_000_000.0
        self.looks = 0
        """How often somebody has asked for the time or waited: a test sees that a loop goes on."""

    def now(self) -> float:
        """Seconds since the epoch."""
        self.looks += 1
        return self._now

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for the event, at most a moment, however long `seconds` are."""
        return event.wait(min(seconds, 0.05))

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
