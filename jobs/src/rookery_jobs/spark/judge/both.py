"""The test rows with the predictions of the champion and the challenger.

The champion scores where the rows are, in a process of its own beside each of Spark's Python workers: its
package and the challenger's have the same name, and neither is imported for the other.
"""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files as resources
from typing import Any

import numpy as np
import pandas as pd
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTION, PROBABILITY
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.judge.champion import Champion
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

LABEL, CHALLENGER, CHAMPION = "label", "challenger", "champion"
CHALLENGER_SCORE, CHAMPION_SCORE, REFUSED = "challenger_score", "champion_score", "refused"
_COLUMNS = {
    **dict.fromkeys((LABEL, CHALLENGER, CHAMPION, CHALLENGER_SCORE, CHAMPION_SCORE), "double"),
    REFUSED: "string",
}
_UNKNOWN_CLASS = -1.0


def both_predictions(
    champion: Champion, pipeline: Any, snapshot: Snapshot, rows: DataFrame, *, of_own_class: bool = False
) -> DataFrame:
    """Of each row its label, the prediction and the score of both, and, if the champion refuses a row, why.

    Labels and predictions are classes as this snapshot counts them; a class that it has not is -1. The
    score is what curves of two classes are drawn by, or the probability `of_own_class`: that of the row's
    label.
    """
    inputs = champion.manifest.snapshot.features
    names = {f"__input_{place}": name for place, name in enumerate(inputs)}
    predictions = pipeline.transform(rows)
    label = column(snapshot.spec.label_column).cast("double")
    chosen = predictions.select(
        *[column(name).alias(safe) for safe, name in names.items()],
        label.alias(LABEL),
        F.col(PREDICTION).alias(CHALLENGER),
        (_of_class(label) if of_own_class else _score(predictions)).alias(CHALLENGER_SCORE),
    )
    broadcast = snapshot.spark.sparkContext.broadcast(champion.archive)
    now, before = snapshot.manifest.labels, champion.manifest.labels
    places = [before.index(each) if each in before else -1 for each in now]
    own = (lambda one: places[int(one)] if places else int(one)) if of_own_class else None
    compare = _comparison(broadcast, names, _class_of(now), own)
    both: DataFrame = chosen.mapInPandas(
        compare, ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
    )
    return both


def _score(predictions: DataFrame) -> Any:
    """What the curves of two classes are drawn by: the probability of the second one; else the prediction."""
    if PROBABILITY not in predictions.columns:
        return F.col(PREDICTION)
    probability = vector_to_array(F.col(PROBABILITY))
    return F.when(F.size(probability) == 2, F.element_at(probability, 2)).otherwise(F.col(PREDICTION))


def _of_class(label: Column) -> Column:
    return F.element_at(vector_to_array(F.col(PROBABILITY)), label.cast("int") + 1)


def _class_of(labels: Sequence[str]) -> Callable[[Any], float]:
    places = {label: float(place) for place, label in enumerate(labels)}
    if not places:
        return float
    return lambda answer: places.get(_written(answer), _UNKNOWN_CLASS)


def _written(label: Any) -> str:
    return str(label).lower() if isinstance(label, bool) else str(label)


def _comparison(
    broadcast: Any,
    names: dict[str, str],
    class_of: Callable[[Any], float],
    own_class: Callable[[float], int] | None,
) -> Callable[[Iterable[pd.DataFrame]], Iterator[pd.DataFrame]]:
    script = (resources(__package__) / "scorer_process.py").read_text(encoding="utf-8")

    def compare(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(io.BytesIO(broadcast.value)) as archive:
                archive.extractall(folder)
            with _started(script, folder, *(["probabilities"] if own_class else [])) as process:
                for batch in batches:
                    yield _scored(process, batch, names, class_of, own_class)

    return compare


def _started(script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-I", "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _answer(process: Any, line: str) -> str:
    """Raises RegistrationError for a process that has ended; it has told why on its standard error."""
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        process.wait()
    answer: str = process.stdout.readline()
    if not answer:
        raise RegistrationError(f"the champion's scorer ended with status {process.wait()}: see the log")
    return answer


def _scored(
    process: "subprocess.Popen[str]",
    batch: pd.DataFrame,
    names: dict[str, str],
    class_of: Callable[[Any], float],
    own_class: Callable[[float], int] | None,
) -> pd.DataFrame:
    columns = {name: batch[safe].astype(object).tolist() for safe, name in names.items()}
    answer = json.loads(_answer(process, json.dumps(columns)))
    if "refused" in answer:
        given = {CHAMPION: np.nan, CHAMPION_SCORE: np.nan, REFUSED: answer["refused"]}
    else:
        classes = [class_of(each) for each in answer["answers"]]
        scores = answer["scores"]
        if own_class is not None:
            places = map(own_class, batch[LABEL])
            scores = [_at(row, place) for row, place in zip(answer["probabilities"], places, strict=True)]
        given = {CHAMPION: classes, CHAMPION_SCORE: scores, REFUSED: None}
    return batch[[LABEL, CHALLENGER, CHALLENGER_SCORE]].assign(**given)[list(_COLUMNS)]


def _at(probabilities: Sequence[float], place: int) -> float:
    """The probability of a class; none of one that the champion does not know."""
    return probabilities[place] if 0 <= place < len(probabilities) else 0.0
