"""The description of an endpoint, from the signatures of the models that it serves."""

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from mlflow.types.schema import Array, Map, Object, Property

from local_workspace.errors import InvalidState
from local_workspace.serving.schema.openapi import endpoint_schema
from local_workspace.serving.schema.signature import signature_of


def described(folder: Path, signature: ModelSignature | None) -> dict[str, Any]:
    """The operation of a model that is saved with this signature."""
    Model(signature=signature).save(str(folder / "MLmodel"))
    schema = endpoint_schema("asked", "http://here/serving-endpoints/asked", {"one": signature_of(folder)})
    found: dict[str, Any] = schema["paths"]["/served-models/one/invocations"]["post"]
    return found


def forms(folder: Path, signature: ModelSignature) -> dict[str, Any]:
    """The forms that the model takes, by name."""
    content = described(folder, signature)["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    return {form["required"][0]: form["properties"][form["required"][0]] for form in content}


def test_columns_come_as_records_or_split(tmp_path: Path) -> None:
    inputs = Schema(
        [
            ColSpec("double", "x"),
            ColSpec("string", "label", required=False),
            ColSpec(Array(DataType.long), "many"),
            ColSpec(Map(DataType.boolean), "flags"),
            ColSpec(Object([Property("day", DataType.datetime)]), "when"),
        ]
    )
    found = forms(tmp_path, ModelSignature(inputs=inputs))
    assert set(found) == {"dataframe_split", "dataframe_records"}
    record = found["dataframe_records"]["items"]
    assert record["required"] == ["x", "many", "flags", "when"]
    assert record["properties"] == {
        "x": {"type": "number", "format": "double"},
        "label": {"type": "string"},
        "many": {"type": "array", "items": {"type": "integer", "format": "int64"}},
        "flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "when": {
            "type": "object",
            "properties": {"day": {"type": "string", "format": "date-time"}},
            "required": ["day"],
        },
    }
    split = found["dataframe_split"]["properties"]
    assert split["columns"]["items"]["enum"] == ["x", "label", "many", "flags", "when"]
    assert split["data"]["items"]["prefixItems"] == list(record["properties"].values())


def test_columns_without_names_have_no_records(tmp_path: Path) -> None:
    assert set(forms(tmp_path, ModelSignature(inputs=Schema([ColSpec("float")])))) == {"dataframe_split"}


def test_tensors_come_by_row_or_by_name(tmp_path: Path) -> None:
    tensor = TensorSpec(numpy.dtype("float32"), (-1, 2, 3))
    found = forms(tmp_path, ModelSignature(inputs=Schema([tensor])))
    row = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
    assert found["instances"] == {"type": "array", "items": row}


def test_parameters_and_predictions_are_described(tmp_path: Path) -> None:
    signature = ModelSignature(
        inputs=Schema([ColSpec("double", "x")]),
        outputs=Schema([ColSpec("long")]),
        params=ParamSchema([ParamSpec("threshold", DataType.double, 0.5)]),
    )
    operation = described(tmp_path, signature)
    forms = operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert all("threshold" in form["properties"]["params"]["properties"] for form in forms)
    assert all("threshold" not in form["properties"]["params"]["required"] for form in forms)
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["properties"]["predictions"]["items"] == {"type": "integer", "format": "int64"}
    assert json.dumps(operation)


def test_a_model_without_a_signature_has_no_schema(tmp_path: Path) -> None:
    with pytest.raises(InvalidState, match="without a signature"):
        described(tmp_path, None)
