"""Test rows with the model's answers: what the served version must answer too."""

from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import Examples
from rookery_jobs.scorer import Scorer
from rookery_jobs.spark.snapshot import Snapshot
from rookery_jobs.spark.text.values import column

ROWS = 20


def examples_of(model: Scorer, snapshot: Snapshot) -> Examples:
    """Some rows of the test side, chosen by their hash, so that they are the same ones every time."""
    features = [column(name) for name in snapshot.spec.features]
    test = snapshot.side("test").select(*features)
    rows = [row.asDict() for row in test.orderBy(F.xxhash64(*features)).limit(ROWS).collect()]
    columns = {name: [row[name] for row in rows] for name in snapshot.spec.features}
    answers = model.score(columns).answer
    return Examples(tuple(rows), tuple(getattr(answers, "tolist", lambda: list(answers))()))
