"""The interval of a difference between two models on the same rows, by a paired bootstrap.

Both are measured on each of many samples of the rows, drawn with replacement, so that what is hard in a row
is hard for both. B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap (1993), chapter 13.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

REPLICATES = 1000

Vector = NDArray[np.float64]
Confusion = dict[tuple[float, float], int]
Joint = Mapping[tuple[float, float, float], int]
"""(label, challenger, champion) → rows."""


class Improvement(NamedTuple):
    """What the challenger and the champion have of a metric, and the interval of the difference, which is
    positive where the challenger is better."""

    challenger: float
    champion: float
    low: float
    high: float


@dataclass(frozen=True)
class Bootstrap:
    """How much of the samples the interval holds, which way is better, and the seed of the samples."""

    confidence: float
    larger_is_better: bool
    seed: int

    def counted(self, joint: Joint, metric: Callable[[Confusion], float]) -> Improvement:
        """Of a metric that follows from how many rows have which label and prediction.

        A sample of the rows is a multinomial draw of the table's cells, however many rows there are.
        """
        cells, counts = list(joint), np.array(list(joint.values()), dtype=np.int64)
        total = int(counts.sum())
        draws = self._random().multinomial(total, counts / total, size=REPLICATES)

        def both(sample: NDArray[np.int64]) -> tuple[float, float]:
            drawn = [(cell, int(count)) for cell, count in zip(cells, sample, strict=True) if count]
            return metric(_confusion(drawn, 1)), metric(_confusion(drawn, 2))

        return self._improvement(both(counts), [both(sample) for sample in draws])

    def weighted(
        self, label: Vector, challenger: Vector, champion: Vector, metric: Callable[..., float]
    ) -> Improvement:
        """Of a metric of rows with weights, `metric(label, predicted, weights)`. A sample gives each row a
        weight of its own, drawn from Poisson's distribution of mean 1."""
        random = self._random()

        def both(weights: Vector) -> tuple[float, float]:
            return metric(label, challenger, weights), metric(label, champion, weights)

        samples = (random.poisson(1.0, len(label)).astype(np.float64) for _ in range(REPLICATES))
        measured = [both(weights) for weights in samples if weights.any()]
        return self._improvement(both(np.ones(len(label))), measured)

    def _random(self) -> np.random.Generator:
        return np.random.default_rng(self.seed % 2**64)

    def _improvement(self, measured: tuple[float, float], samples: list[tuple[float, float]]) -> Improvement:
        sign = 1.0 if self.larger_is_better else -1.0
        differences = np.array([sign * (one - other) for one, other in samples])
        known = differences[np.isfinite(differences)]
        tail = (1 - self.confidence) / 2
        low, high = np.quantile(known, [tail, 1 - tail]) if len(known) else (math.nan, math.nan)
        return Improvement(*measured, float(low), float(high))


def _confusion(drawn: list[tuple[tuple[float, float, float], int]], place: int) -> Confusion:
    found: Confusion = {}
    for cell, count in drawn:
        key = (cell[0], cell[place])
        found[key] = found.get(key, 0) + count
    return found
