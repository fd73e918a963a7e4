"""The `python_function` flavor: MLflow calls `_load_pyfunc` here, and `predict` of what it returns."""

from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from .files import load
from .pipeline import Scorer
from .stage import InvalidRow


class ScorerModel:
    """What the scoring server asks."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """The answer for each row of a pandas DataFrame, as an array: a float64, or the label's own value; or
        a DataFrame of it and the probabilities, if the model answers with them.

        Raises MlflowException with INVALID_PARAMETER_VALUE, which the client sees as status 400, for a row
        that the model refuses.
        """
        del params  # the model has none
        try:
            answers = self._scorer.answers(model_input)
        except InvalidRow as error:
            raise MlflowException(str(error), error_code=INVALID_PARAMETER_VALUE) from error
        return pd.DataFrame(answers) if self._scorer.probability_columns else answers["prediction"]


def _load_pyfunc(path: str) -> ScorerModel:
    return ScorerModel(load(Path(path)))
