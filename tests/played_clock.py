"""Time that a test plays."""

from collections.abc import Callable


class PlayedClock:
    """Time that passes only when somebody sleeps; `slept` are those times, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self._later: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        due = [each for each in self._later if each[0] <= self.now]
        self._later = [each for each in self._later if each[0] > self.now]
        for _, then in due:
            then()

    def at(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` when somebody has slept until that time."""
        self._later.append((seconds, then))
