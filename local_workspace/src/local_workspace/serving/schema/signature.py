"""A model's signature, read from its `MLmodel` file: https://mlflow.org/docs/latest/ml/model/signatures"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.errors import InvalidState

# A column, a tensor or a parameter, as MLflow writes it.
Field = dict[str, Any]


@dataclass(frozen=True)
class Signature:
    """What a model takes and gives: all columns, or all tensors."""

    inputs: list[Field]
    outputs: list[Field]
    parameters: list[Field]


def signature_of(model: Path) -> Signature:
    """Of the model in this folder. `InvalidState` if it was logged without one."""
    import yaml

    said = yaml.safe_load((model / "MLmodel").read_text()).get("signature") or {}
    if not said.get("inputs"):
        raise InvalidState("The model was logged without a signature, so its schema is not known.")
    inputs, outputs, parameters = (
        json.loads(said.get(part) or "[]") for part in ("inputs", "outputs", "params")
    )
    return Signature(inputs, outputs, parameters)
