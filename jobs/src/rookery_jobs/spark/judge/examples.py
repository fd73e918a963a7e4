"""Test rows with the model's answers: what the served version must answer too."""

from typing import Any

import pandas as pd
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import Examples
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

ROWS = 20


def examples_of(served: Any, snapshot: Snapshot) -> Examples:
    """Some complete rows of the test side, chosen by their hash, so that they are the same ones every time,
    with what the model answers as a server would ask it."""
    features = [column(name) for name in snapshot.spec.features]
    test = snapshot.side("test").select(*features)
    rows = [row.asDict() for row in test.dropna().orderBy(F.xxhash64(*features)).limit(ROWS).collect()]
    if not rows:
        return Examples((), ())
    answers = served.predict(pd.DataFrame(rows, columns=list(snapshot.spec.features)))
    if isinstance(answers, pd.DataFrame):  # with probabilities
        answers = answers["prediction"]
    return Examples(tuple(rows), tuple(getattr(answers, "tolist", lambda: list(answers))()))
