"""The short way for plain rows: the model is given what MLflow gives it, and nothing else goes that way."""

import json
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.models import ModelSignature
from mlflow.pyfunc import scoring_server
from mlflow.types import ColSpec, Schema

from local_workspace.serving.plain_rows import LARGEST_BODY, PlainRows

SCHEMA = Schema(
    [
        ColSpec("string", "Island"),
        ColSpec("double", "Length"),
        ColSpec("long", "Mass"),
        ColSpec("integer", "Year"),
        ColSpec("boolean", "Adult"),
    ]
)
ROW = {"Island": "Biscoe", "Length": 48.7, "Mass": 4450, "Year": 2026, "Adult": True}

LOADER = """
class Echo:
    def predict(self, model_input, params=None):
        self.seen = model_input
        if (model_input["Mass"] < 0).any():
            raise ValueError("no mass is negative")
        return (model_input["Length"] * 2).to_numpy()


def _load_pyfunc(path):
    return Echo()
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A model with a signature, loaded as the scoring server does."""
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo_loader.py").write_text(LOADER)
    mlflow.pyfunc.save_model(
        folder / "model",
        loader_module="echo_loader",
        code_paths=[str(folder / "echo_loader.py")],
        pip_requirements=["mlflow"],
        signature=ModelSignature(SCHEMA, Schema([ColSpec("double")])),
    )
    return mlflow.pyfunc.load_model(str(folder / "model"))


def by_mlflow(model: Any, body: bytes) -> tuple[str, pd.DataFrame]:
    """The answer of MLflow's own way, and what the model was given."""
    server: Any = scoring_server
    answer = server.invocations(body, "application/json", model, model.metadata.get_input_schema())
    return answer.response, model._model_impl.seen


@pytest.mark.parametrize(
    "request_",
    [
        {"dataframe_records": [ROW]},
        {"dataframe_records": [ROW, dict(reversed(ROW.items()))]},
        {"dataframe_records": [{**ROW, "Length": 48, "Mass": 0, "Year": -1, "Adult": False}]},
        {"dataframe_records": [{**ROW, "Length": float("nan")}]},
        {"dataframe_split": {"columns": [*ROW], "data": [[*ROW.values()]] * 3}},
        {"dataframe_split": {"columns": [*reversed(ROW)], "data": [[*reversed(ROW.values())]]}},
    ],
)
def test_plain_rows_are_answered_as_by_mlflow(model: Any, request_: dict[str, Any]) -> None:
    body = json.dumps(request_).encode()
    answer, given = by_mlflow(model, body)
    rows = PlainRows(model)
    columns = rows.columns(body)
    assert columns is not None
    pd.testing.assert_frame_equal(pd.DataFrame(columns), given)
    short = rows.answer(body)
    assert short is not None
    assert short.decode() == answer


@pytest.mark.parametrize(
    "request_",
    [
        {"dataframe_records": [{**ROW, "Length": "48.7"}]},
        {"dataframe_records": [{**ROW, "Length": True}]},
        {"dataframe_records": [{**ROW, "Length": None}]},
        {"dataframe_records": [{**ROW, "Length": 2**60}]},
        {"dataframe_records": [{**ROW, "Year": 2**31}]},
        {"dataframe_records": [{**ROW, "Mass": 4450.0}]},
        {"dataframe_records": [{**ROW, "Island": 3}]},
        {"dataframe_records": [{**ROW, "Adult": 1}]},
        {"dataframe_records": [{**ROW, "Other": 1}]},
        {"dataframe_records": [ROW, {}]},
        {"dataframe_records": [{**ROW, "Mass": -1}]},
        {"dataframe_records": []},
        {"dataframe_records": [[*ROW.values()]]},
        {"dataframe_records": [ROW], "params": {}},
        {"dataframe_split": {"columns": [*ROW], "data": [[1]]}},
        {"dataframe_split": {"columns": [*ROW], "index": [7], "data": [[*ROW.values()]]}},
        {"dataframe_split": {"columns": [*ROW, "Adult"], "data": [[*ROW.values(), True]]}},
        {"inputs": {name: [value] for name, value in ROW.items()}},
        {"instances": [ROW]},
        {"dataframe_records": [ROW] * (LARGEST_BODY // 50)},
        [ROW],
        {},
        "rows",
    ],
)
def test_everything_else_is_mlflows_to_judge(model: Any, request_: Any) -> None:
    assert PlainRows(model).answer(json.dumps(request_).encode()) is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_mlflows_to_judge(model: Any, body: bytes) -> None:
    assert PlainRows(model).answer(body) is None


def test_a_model_without_a_signature_goes_the_long_way(tmp_path: Path) -> None:
    model = mlflow.pyfunc.load_model(saved(tmp_path, None))
    assert PlainRows(model).answer(json.dumps({"dataframe_records": [ROW]}).encode()) is None


def test_a_model_of_tensors_goes_the_long_way(tmp_path: Path) -> None:
    signature = mlflow.models.infer_signature(np.zeros((1, 2)))
    model = mlflow.pyfunc.load_model(saved(tmp_path, signature))
    assert PlainRows(model).answer(b'{"dataframe_records": [{"0": 1.0, "1": 1.0}]}') is None


def saved(folder: Path, signature: ModelSignature | None) -> str:
    """A model of that signature."""
    (folder / "echo_loader_too.py").write_text(LOADER)
    mlflow.pyfunc.save_model(
        folder / "model",
        loader_module="echo_loader_too",
        code_paths=[str(folder / "echo_loader_too.py")],
        pip_requirements=["mlflow"],
        signature=signature,
    )
    return str(folder / "model")
