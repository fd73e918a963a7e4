"""The registered model is complete: whoever has nothing but it and its requirements can ask it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from local_stack.environments import PROJECT
from rookery_jobs import contract
from tests.end_to_end.stack import EndedRun, Stack

pytestmark = pytest.mark.matrix

ASK = """
import importlib.util, json, sys
import mlflow.pyfunc
from mlflow.pyfunc.scoring_server import infer_and_parse_data
model = mlflow.pyfunc.load_model(sys.argv[1])
predictions = model.predict(infer_and_parse_data(json.loads(sys.argv[2]), model.metadata.get_input_schema()))
found = [name for name in ("pyspark", "rookery", "rookery_jobs", "airflow") if importlib.util.find_spec(name)]
print(json.dumps({"predictions": list(predictions), "found": found}))
"""


def test_a_registered_model_answers_in_an_environment_made_from_its_own_requirements(
    stack: Stack, first_run: EndedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = first_run.returned("register_model")
    config = stack.workspace.config
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", str(config.token))
    run_id = registered["mlflow_run_id"]
    logged = mlflow.MlflowClient(config.host).get_run(run_id).data.tags[contract.TAG_MODEL]
    source = f"runs:/{run_id}/{logged}"
    model = mlflow.artifacts.download_artifacts(source, dst_path=str(tmp_path), tracking_uri=config.host)
    python = environment(tmp_path / "environment", Path(model) / "requirements.txt")
    request = json.dumps({"dataframe_records": first_run.returned("query_endpoint")["dataframe_records"]})
    asked = subprocess.run(
        [python, "-I", "-c", ASK, model, request], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout.splitlines()[-1])
    assert answer == {"predictions": [1.0], "found": []}


def environment(folder: Path, requirements: Path) -> str:
    """A new virtual environment with just these requirements; its interpreter."""
    ours = PROJECT / ".build" / "uv" / "bin" / "uv"
    uv = str(ours) if ours.exists() else shutil.which("uv")
    assert uv is not None, "make test brings uv"
    python = folder / "bin" / "python"
    # Said explicitly: under `make`, UV_PYTHON names another interpreter.
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--requirement", str(requirements)]
    for command in (make, install):
        subprocess.run(command, check=True, env=os.environ | {"UV_COMPILE_BYTECODE": "0"})
    return str(python)
