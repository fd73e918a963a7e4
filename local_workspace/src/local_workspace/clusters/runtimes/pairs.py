"""The Spark and the MLflow of a runtime for machine learning, as they are on the package index.

Databricks' builds have patches of their own. Versions: the release notes of each runtime
(https://docs.databricks.com/aws/en/release-notes/runtime/). Everything else is what the index had at
the runtime's date: newer dependencies break the older MLflow.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """What is installed for a runtime, and what it runs on.

    `before`: the date of the runtime, or that of Spark on the index where it is later. `newest_python` and
    `newest_java`: what the pair was tried with; 3.11 and 17 are the oldest for all. `others`: what its MLflow
    needs besides, and does not say.
    """

    runtime: str
    spark: str
    mlflow: str
    before: str
    newest_python: tuple[int, int]
    newest_java: int
    others: tuple[str, ...] = ()

    @property
    def requirements(self) -> tuple[str, ...]:
        """Spark, MLflow and the others, as pip takes them."""
        return f"pyspark=={self.spark}", f"mlflow=={self.mlflow}", *self.others


_ALL = (
    # NumPy below 2, which its MLflow needs, has no build for Python 3.13; its Arrow fails on Java 21.
    Pair("15.4", "3.5.0", "2.13.1", "2024-08-19", (3, 12), 17),
    Pair("16.4", "3.5.2", "2.21.3", "2025-05-15", (3, 13), 17),
    # Their Hadoop ends on Java 24 and later: "getSubject is not supported".
    Pair("17.3", "4.0.0", "3.0.1", "2025-10-22", (3, 13), 21),
    # Its scoring server decorates routes, which Starlette 1.0 cannot any more.
    Pair("18", "4.1.0", "3.8.1", "2026-06-10", (3, 13), 21, ("starlette<1",)),
    Pair("19", "4.2.0", "3.12.0", "2026-07-20", (3, 13), 25),
)
PAIRS: dict[str, Pair] = {pair.runtime: pair for pair in _ALL}


def pair_of(spark_version: str) -> Pair | None:
    """The pair of a runtime's key (17.3.x-cpu-ml-scala2.13); None for a runtime whose pair is not known."""
    return PAIRS.get(spark_version.partition(".x-")[0])
