"""Which columns of a source a plan may name."""

from collections.abc import Sequence

from rookery_jobs.errors import ContractError

_PIPELINE_COLUMNS = frozenset(
    {"numericfeatures", "normalizedfeatures", "features", "rawprediction", "probability", "prediction"}
)


def check_columns(categorical: Sequence[str], numeric: Sequence[str], label: str) -> None:
    """Raise ContractError for columns that the pipeline cannot take: none, unsafe names, names used twice."""
    if not categorical and not numeric:
        raise ContractError("the features are empty: name at least one categorical or numeric column")
    seen = set(_PIPELINE_COLUMNS) | {f"{name}Idx".lower() for name in categorical}
    for name in (*categorical, *numeric, label):
        _check_name(name)
        if name.lower() in seen:
            raise ContractError(
                f"column {name!r} is named twice, as feature or label, or is a column that the "
                "pipeline makes itself (Spark ignores case)"
            )
        seen.add(name.lower())


def check_as_of_column(name: str, features: Sequence[str], label: str) -> None:
    """Raise ContractError for an `as_of_column` with an unsafe name, or that is the label or a feature.

    A model that takes the time of a row as a category or a number can score no row of a later time.
    """
    _check_name(name)
    if name.lower() in {one.lower() for one in (*features, label)}:
        raise ContractError(
            f"column {name!r} is also a feature or the label; the time of a row must be a column of its own"
        )


def check_split_key(name: str, label: str) -> None:
    """Raise ContractError for a `split_key` with an unsafe name, or that is the label."""
    _check_name(name)
    if name.lower() == label.lower():
        raise ContractError(
            f"column {name!r} is the label; each class would be on one side of the split only"
        )


def _check_name(name: str) -> None:
    if not name.strip() or not name.isprintable() or set(name) & set(".`"):
        raise ContractError(f"column name {name!r} is empty or has a dot, a backtick or a control character")
