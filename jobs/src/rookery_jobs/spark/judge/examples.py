"""Test rows with the model's answers: what the served version must answer too."""

from typing import Any

import pandas as pd
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import Examples, SnapshotSpec
from rookery_jobs.contract.columns import PREDICTION
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

ROWS = 20


def examples_of(served: Any, snapshot: Snapshot) -> Examples:
    """Some complete rows of the test side, chosen by their hash, so that they are the same ones every time,
    with what the model answers as a server would ask it."""
    features = [column(name) for name in snapshot.spec.features]
    test = snapshot.side("test").select(*features)
    complete = test.filter(_is_complete(snapshot.spec))
    rows = [row.asDict() for row in complete.orderBy(F.xxhash64(*features)).limit(ROWS).collect()]
    if not rows:
        return Examples((), ())
    answers = served.predict(pd.DataFrame(rows, columns=list(snapshot.spec.features)))
    if isinstance(answers, pd.DataFrame):
        likely = answers.drop(columns=PREDICTION).to_dict("records")
        probabilities = tuple({str(name): float(value) for name, value in each.items()} for each in likely)
        return Examples(tuple(rows), tuple(answers[PREDICTION].tolist()), probabilities)
    return Examples(tuple(rows), tuple(getattr(answers, "tolist", lambda: list(answers))()))


def _is_complete(spec: SnapshotSpec) -> Column:
    """What `dropna` means, which takes the dots and backticks of a name for its own."""
    lacks = [column(name).isNull() for name in spec.features]
    lacks += [F.isnan(column(name)) for name in spec.numeric]
    # Not an `and` of all conditions: a tree as deep as there are columns is too much for Spark's stack.
    return F.coalesce(*[F.when(each, F.lit(True)) for each in lacks]).isNull()
