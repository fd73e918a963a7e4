"""The ids: hashes of everything that determines a result, so that equal work is found and not repeated."""

from collections.abc import Iterable, Mapping, Sequence

from rookery_jobs.contract.documents import digest_of
from rookery_jobs.contract.objectives.classification import CLASSIFICATION
from rookery_jobs.contract.sources.source import SourceSpec
from rookery_jobs.contract.splits.split import SplitSpec
from rookery_jobs.contract.treatment import Treatment

USUAL = Treatment()
EQUAL, BALANCED = "equal", "balanced"
"""What a row weighs in training: all the same; or the rarer its class, the more."""

ParamValue = bool | int | float | str
"""A hyperparameter's value, converted to its Spark type."""


def snapshot_digest(
    *,
    source: SourceSpec,
    split: SplitSpec,
    categorical: Sequence[str],
    numeric: Sequence[str],
    label: str,
    as_of_column: str | None,
    as_of: str | None,
    text_rule: int = 0,
    label_type: str = CLASSIFICATION.label_type,
    treatment: Treatment = USUAL,
    class_weights: str = EQUAL,
    label_weights: Mapping[str, float] | None = None,
    boolean: Sequence[str] = (),
    probabilities: bool = False,
) -> str:
    """16 hex digits of everything that determines a snapshot and what is fitted on it: source, columns and
    types, label, split, the instant before which rows are seen, if the plan has a column for it, what text
    means, what becomes of the values, what a row of each class weighs, and what a model answers."""
    columns = [[name, "string"] for name in categorical] + [[name, "double"] for name in numeric]
    columns += [[name, "boolean"] for name in boolean]
    return digest_of(
        {
            **source.identity(),
            "columns": [*columns, [label, label_type]],
            "label": label,
            "split": split.identity(),
            # What came later has no entry where it is not used, so that digests are what they were before.
            **({"as_of": [as_of_column, as_of]} if as_of_column is not None else {}),
            **({"text_rule": text_rule} if text_rule else {}),
            **treatment.identity(),
            **({"class_weights": class_weights} if class_weights != EQUAL else {}),
            **({"label_weights": dict(label_weights)} if label_weights else {}),
            **({"probabilities": True} if probabilities else {}),
        }
    )


def point_id(
    algorithm: str,
    params: Mapping[str, ParamValue],
    *,
    categorical: Sequence[str],
    numeric: Sequence[str],
    label: str,
    snapshot_digest: str,
    code_digest: str,
    boolean: Sequence[str] = (),
) -> str:
    """16 hex digits of everything that determines a point's result.

    `params` must have been converted by their Spark types (`grid.convert`), so that "5", 5 and 5.0 are one.
    """
    features = {"categorical": list(categorical), "numeric": list(numeric)}
    features |= {"boolean": list(boolean)} if boolean else {}
    data = {"features": features, "label": label, "snapshot": snapshot_digest, "code": code_digest}
    return digest_of({"algorithm": algorithm, "params": dict(params), **data})


def sweep_id(point_ids: Iterable[str], metric: str) -> str:
    """16 hex digits of the set of points and the metric that chooses among them."""
    return digest_of({"points": sorted(point_ids), "metric": metric})


def registration_key(*, dag_id: str, dag_run_id: str, sweep_id: str, mlflow_run_id: str) -> str:
    """16 hex digits of one intent to register: the same DAG run with the same winner registers once."""
    return digest_of([dag_id, dag_run_id, sweep_id, mlflow_run_id])
