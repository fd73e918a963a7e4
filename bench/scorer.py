"""`python -m bench.scorer MODEL_URI ROUNDS`: the scorer on 100,000 rows, and NumPy for that one model.

Both make predictions and probabilities of the same DataFrame. Runs in the workspace's environment.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.measures import Comparison, answer_of, in_turns
from local_stack.environments import WORKSPACE

ROWS = 100_000
_NUMBERS = ["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"]


def compare(rounds: int) -> Iterator[Comparison]:
    """Seconds of both."""
    from bench.sweep import prepared  # imports what the workspace's environment has not

    with prepared() as bench:
        sweep = bench.sweep.plan(bench.snapshot, {"maxIter": [20], "regParam": [0.01]})
        bench.sweep.train(sweep)
        bench.sweep.register(sweep)
        model = [f"models:/{bench.sweep.model}/1", str(rounds)]
        seconds = answer_of(
            WORKSPACE / "python", "bench.scorer", *model, environment=bench.workspace.mlflow_environment
        )
    yield Comparison(
        f"Scoring {ROWS:,} rows",
        "s",
        "NumPy written for this model",
        seconds["ours"],
        seconds["numpy"],
        "scorer_rows_per_second_vs_numpy",
        more_is_better=True,
    )


def main() -> None:
    """Print the seconds of both."""
    import mlflow.pyfunc
    import numpy as np
    import pandas as pd

    loaded: Any = mlflow.pyfunc.load_model(sys.argv[1])
    scorer = loaded._model_impl._scorer
    chance = np.random.default_rng(42)
    islands = chance.choice(["Biscoe", "Dream", "Torgersen"], ROWS)
    numbers = {
        name: chance.normal(mean, 5.0, ROWS) for name, mean in zip(_NUMBERS, (44, 17, 200, 4200), strict=True)
    }
    frame = pd.DataFrame({"Island": islands, **numbers})
    by_hand = _by_hand(scorer, frame)
    if not np.array_equal(scorer.score(frame).prediction, by_hand()[0]):
        raise RuntimeError("the two do not predict the same")
    ours, hand = in_turns(
        int(sys.argv[2]), lambda: _seconds(lambda: scorer.score(frame)), lambda: _seconds(by_hand)
    )
    print(json.dumps({"ours": ours, "numpy": hand}))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _by_hand(scorer: Any, frame: Any) -> Callable[[], tuple[Any, Any]]:
    """What somebody would write who has but this one model: no check, no message, no missing value."""
    import numpy as np

    stages = {type(stage).__name__: stage for stage in scorer.stages}
    index = {label: float(place) for place, label in enumerate(stages["StringIndexer"].labels)}
    low, high = stages["MinMaxScaler"].originalMin, stages["MinMaxScaler"].originalMax
    weights, intercept = (
        stages["LogisticRegression"].coefficientMatrix,
        stages["LogisticRegression"].interceptVector,
    )

    def score() -> tuple[Any, Any]:
        scaled = (frame[_NUMBERS].to_numpy() - low) / (high - low)
        features = np.column_stack([frame["Island"].map(index).to_numpy(), scaled])
        margins = features @ weights.T + intercept
        shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
        return margins.argmax(axis=1).astype(float), shifted / shifted.sum(axis=1, keepdims=True)

    return score


if __name__ == "__main__":
    main()
