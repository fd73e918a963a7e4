"""Which columns of a source a plan may name, and which the pipeline makes itself."""

import re
import unicodedata
from collections.abc import Sequence

from rookery_jobs.errors import ContractError

NUMERIC_FEATURES = "numericFeatures"
NORMALIZED_FEATURES = "normalizedFeatures"
FEATURES = "Features"
PREDICTION = "prediction"
PREDICTED_LABEL = "predictedLabel"
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

OWN_PREFIX = "__"
"""What the names of all other columns that the jobs make begin with."""

_LABEL = "__label"
# Spark's ML stages take a dot in a name for a field of a struct, and expressions end a name at a backtick.
_SAFE = re.compile(r"[^\s.`'\"][^.`'\"]*")
# Unicode's categories of control characters, of halves of characters, and of ends of lines.
_REFUSED = ("Cc", "Cs", "Zl", "Zp")


def index_column(name: str) -> str:
    """The column that the pipeline makes of a categorical one."""
    return f"{name}Idx"


def probability_column(label: str) -> str:
    """The column in which a model answers with the probability of a label, where the plan asks for it."""
    return f"{PROBABILITY}_{label}"


def is_safe(name: str) -> bool:
    """Whether Spark's ML stages take the name as it is."""
    return _SAFE.fullmatch(name) is not None and name.isprintable()


def label_column(label: str) -> str:
    """The name that the label has in a snapshot."""
    return label if is_safe(label) else _LABEL


def check_columns(
    categorical: Sequence[str], numeric: Sequence[str], label: str, boolean: Sequence[str] = ()
) -> None:
    """Raise ContractError for columns that the pipeline cannot take: none, unsafe names, names used twice."""
    if not categorical and not numeric and not boolean:
        raise ContractError("the features are empty: name at least one categorical or numeric column")
    made = (*PIPELINE_COLUMNS, *map(index_column, categorical))
    seen = {name.lower() for name in made}
    for name in (*categorical, *numeric, *boolean, label):
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
    """Raise ContractError for a name that no column of a file can have, or that the jobs may need."""
    if not name.strip() or any(unicodedata.category(character) in _REFUSED for character in name):
        raise ContractError(f"column name {name!r} is empty or has a control character")
    if name.startswith(OWN_PREFIX):
        raise ContractError(
            f"column name {name!r} begins with {OWN_PREFIX}, as columns that Rookery makes do"
        )
