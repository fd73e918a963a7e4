"""What is measured: pairs of numbers of one run, ours and the baseline's, and their ratio."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from local_stack.environments import PROJECT


@dataclass(frozen=True)
class Comparison:
    """Measured in turns, so that a slower moment of the machine meets both; less is better."""

    name: str
    unit: str
    baseline_name: str
    ours: list[float]
    baseline: list[float]
    key: str
    """Its name in the JSON, whose value is `value`."""
    more_is_better: bool = False
    """Whether the value is that of a rate: how many times as much ours does in the same time."""

    @property
    def value(self) -> float:
        """The ratio; of what is named a speedup, how many times less ours is."""
        turned = self.more_is_better or "_speedup" in self.key
        return 1 / self.ratio if turned else self.ratio

    @property
    def ratio(self) -> float:
        """Our median as a part of the baseline's."""
        return self.ours_median / self.baseline_median

    @property
    def ours_median(self) -> float:
        """Of our numbers."""
        return median(self.ours)

    @property
    def baseline_median(self) -> float:
        """Of the baseline's numbers."""
        return median(self.baseline)

    def line(self) -> str:
        """Two lines of the table: the medians, then the value by its key and the repetitions."""
        numbers = f"{self.ours_median:7.2f} {self.unit:<3} {self.ratio:5.2f} x"
        spread = f"ours {_spread(self.ours)}, baseline {_spread(self.baseline)}"
        return (
            f"{self.name:<47} {numbers}  {self.baseline_median:7.2f} {self.unit:<3} {self.baseline_name}\n"
            f"    {self.key} {self.value:.3g}; {spread}"
        )


def _spread(values: list[float]) -> str:
    if len(values) == 1:
        return "once"
    return f"{min(values):.3g} to {max(values):.3g} ({len(values)} times)"


@dataclass(frozen=True)
class Figure:
    """A number without a baseline."""

    name: str
    unit: str
    value: float
    key: str

    def line(self) -> str:
        """One line of the table."""
        return f"{self.name:<47} {self.value:7.3g} {self.unit:<3} {self.key}"


def in_turns(
    rounds: int, ours: Callable[[], float], baseline: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Both measured `rounds` times, one after the other."""
    pairs = [(ours(), baseline()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def answer_of(
    python: Path, module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a module of this folder prints as JSON, run by another Python."""
    command = [str(python), "-m", module, *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module} failed ({done.returncode}):\n{done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
