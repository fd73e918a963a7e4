"""What the jobs ask of every objective."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from pyspark.sql import Column, DataFrame

from rookery_jobs import contract
from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.scorer import Scorer


@dataclass(frozen=True)
class Survey:
    """Of a split: the rows of each side, and of each class there if the label has classes; and the labels,
    each at its class, if they are indexed."""

    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    labels: tuple[str, ...] = ()


class Objective(Protocol):
    """A module of this package: label, metrics and parity of one objective."""

    OBJECTIVE: contract.Objective
    """Its names in the contract."""
    COMPARED: str
    """What parity compares beside the predictions, in words."""
    TOLERANCE: float
    """The largest difference of what is compared that is one of rounding."""

    def label_fault(self, label_type: str) -> str:
        """What is wrong with text that is no label of this type: the rest of a sentence about it."""
        ...

    def label(self, name: str, label_type: str) -> Column:
        """The column's text as a label of this type of the contract; null where it is none."""
        ...

    def survey(self, rows: DataFrame, spec: SnapshotSpec) -> Survey:
        """Count the rows, which have a SIDE. Raises DataError for sides that no model could be trained and
        judged on."""
        ...

    def check_counts(self, class_counts: Mapping[str, Mapping[str, int]], spec: SnapshotSpec) -> None:
        """Raise DataError for classes, counted per side, that are more than the spec allows."""
        ...

    def target(self, spec: SnapshotSpec, labels: Sequence[str]) -> Column:
        """What an estimator takes for the label: the class, of an indexed label its place among the labels,
        or the real number."""
        ...

    def measure(
        self, predictions: DataFrame, label: str, wanted: Collection[str], labels: Sequence[str]
    ) -> dict[str, float]:
        """All metrics of the objective that follow from one pass, and those of the `wanted` ones that need
        another, or are of one label. There must be a row. `labels`: each at its class, if labels are
        indexed."""
        ...

    def compared(self, predictions: DataFrame) -> Sequence[Column]:
        """The columns of Spark's predictions that `compare_batch` needs."""
        ...

    def compare_batch(self, batch: pd.DataFrame, model: Scorer) -> pd.DataFrame:
        """One row for a batch of Spark's predictions: how many `rows` it has, how many the scorer predicts
        otherwise (`different`), and the `largest` difference of what is compared."""
        ...
