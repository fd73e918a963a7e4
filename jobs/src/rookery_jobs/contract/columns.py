"""Which columns of a source a plan may name, and which the pipeline makes itself."""

from collections.abc import Sequence

from rookery_jobs.errors import ContractError

NUMERIC_FEATURES = "numericFeatures"
NORMALIZED_FEATURES = "normalizedFeatures"
FEATURES = "Features"
PREDICTION = "prediction"
PROBABILITY = "probability"
RAW_PREDICTION = "rawPrediction"
PIPELINE_COLUMNS = (
    NUMERIC_FEATURES,
    NORMALIZED_FEATURES,
    FEATURES,
    RAW_PREDICTION,
    PROBABILITY,
    PREDICTION,
)
"""What every pipeline adds to its input, beside an index column for each categorical one."""


def index_column(name: str) -> str:
    """The column that the pipeline makes of a categorical one."""
    return f"{name}Idx"


def check_columns(categorical: Sequence[str], numeric: Sequence[str], label: str) -> None:
    """Raise ContractError for columns that the pipeline cannot take: none, unsafe names, names used twice."""
    if not categorical and not numeric:
        raise ContractError("the features are empty: name at least one categorical or numeric column")
    made = (*PIPELINE_COLUMNS, *map(index_column, categorical))
    seen = {name.lower() for name in made}
    for name in (*categorical, *numeric, label):
        check_name(name)
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
    check_name(name)
    if name.lower() in {one.lower() for one in (*features, label)}:
        raise ContractError(
            f"column {name!r} is also a feature or the label; the time of a row must be a column of its own"
        )


def check_name(name: str) -> None:
    """Raise ContractError for a name that is empty or that Spark's expressions would not take as it is."""
    if not name.strip() or not name.isprintable() or set(name) & set(".`"):
        raise ContractError(f"column name {name!r} is empty or has a dot, a backtick or a control character")
