"""Scores rows with the scorer of a model's folder, which brings its own code: a script for `python -I -c`.

Nothing of this project is imported: a version of an earlier day has a module of the same name as today's. A
line of standard input is a JSON object of columns; the line that answers it has `answers` and `scores` (of
two classes the probability of the second one, else the prediction), with a word more `probabilities` too, or
`refused`, the reason.

Usage: python -I -c <this text> FOLDER [probabilities]
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path, *, all_probabilities: bool) -> None:
    """Answer every line until the end of standard input."""
    sys.path.insert(0, str(folder / "code"))
    package: Any = __import__("rookery_scorer")
    scorer = package.load(folder / "scorer")
    for line in sys.stdin:
        try:
            answer = scored(scorer.score(json.loads(line)), all_probabilities=all_probabilities)
        except package.InvalidRow as error:
            answer = {"refused": str(error)}
        print(json.dumps(answer), flush=True)


def scored(prediction: Any, *, all_probabilities: bool) -> dict[str, Any]:
    """Answers and scores of a scorer's Prediction, as plain values."""
    probability = prediction.probability
    scores = probability[:, 1] if probability.shape[1] == 2 else prediction.prediction
    answers = prediction.answer
    return {
        "answers": getattr(answers, "tolist", lambda: list(answers))(),
        "scores": scores.tolist(),
        **({"probabilities": probability.tolist()} if all_probabilities else {}),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), all_probabilities="probabilities" in sys.argv[2:])
