"""What a client of MLflow does with the URI `databricks`, in steps that every MLflow since 2.13 knows.

Each step raises for what is not as it should be. They need DATABRICKS_HOST and DATABRICKS_TOKEN.
`python tests/wire/databricks_mlflow.py` takes all of them, with the MLflow of that interpreter.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import mlflow
import mlflow.pyfunc
from mlflow.models import ModelSignature
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, Schema

HOME = "/Users/local.user@example.com"
LOADER = Path(__file__).with_name("multiplier_loader.py")
FILES = {"empty": b"", "deep/é # b.txt": b"a text", "deep/deeper/large.bin": bytes(range(256)) * 20_000}
SIGNATURE = ModelSignature(inputs=Schema([ColSpec("double", "x")]), outputs=Schema([ColSpec("double")]))


def new_experiment() -> str:
    """The id of an experiment of its own."""
    return str(mlflow.create_experiment(f"{HOME}/{uuid4()}"))


@contextmanager
def multiplier(factor: float, signature: ModelSignature | None = SIGNATURE) -> Iterator[dict[str, object]]:
    """What `save_model` and `log_model` need for a model that multiplies by `factor`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "factor").write_text(str(factor))
        yield {
            "loader_module": LOADER.stem,
            "data_path": f"{folder}/factor",
            "code_paths": [str(LOADER)],
            "signature": signature,
            "pip_requirements": ["mlflow"],
        }


def _is_at_least(*version: int) -> bool:
    return tuple(int(part) for part in mlflow.__version__.split(".")[:2]) >= version


def require(condition: bool, what: object) -> None:
    """AssertionError with `what` unless `condition`."""
    if not condition:
        raise AssertionError(what)


def require_factor(uri: str, factor: float) -> None:
    """The model at `uri` multiplies by `factor`."""
    import pandas as pd

    predicted = mlflow.pyfunc.load_model(uri).predict(pd.DataFrame({"x": [2.0]}))
    require(list(predicted) == [2.0 * factor], (uri, predicted))


def artifacts_of_a_run() -> None:
    """Files go in, one by one and by the folder, are listed and come back."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info
    require(run.artifact_uri.startswith("dbfs:/databricks/mlflow-tracking/"), run.artifact_uri)
    require(client.list_artifacts(run.run_id) == [], "a new run has no artifacts")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(content)
        client.log_artifacts(run.run_id, folder)
        client.log_artifacts(run.run_id, folder, "again")
        client.log_artifact(run.run_id, f"{folder}/empty", "one")
    client.log_text(run.run_id, "a note", "note.txt")
    top = {each.path: each.is_dir for each in client.list_artifacts(run.run_id)}
    require(top == {"again": True, "deep": True, "empty": False, "note.txt": False, "one": True}, top)
    require(client.list_artifacts(run.run_id, "note.txt") == [], "a file is no folder")
    with tempfile.TemporaryDirectory() as folder:
        client.download_artifacts(run.run_id, "", folder)
        for name, content in FILES.items():
            for found in (Path(folder, name), Path(folder, "again", name)):
                require(found.read_bytes() == content, found)
        require(Path(folder, "note.txt").read_text() == "a note", "note.txt")


def a_saved_model() -> None:
    """The way of the product: a folder that MLflow has saved is logged, and loaded by its run."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    with multiplier(3.0) as model, tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **model)
        client.log_artifacts(run, f"{folder}/model", "model")
    require_factor(f"runs:/{run}/model", 3.0)


def a_logged_model() -> None:
    """By `log_model`: since MLflow 3 a logged model, before a folder of the run."""
    with mlflow.start_run(experiment_id=new_experiment()) as run, multiplier(5.0) as model:
        named = {"name": "model"} if _is_at_least(3) else {"artifact_path": "model"}
        logged = mlflow.pyfunc.log_model(**named, **model)
    require_factor(logged.model_uri, 5.0)
    require_factor(f"runs:/{run.info.run_id}/model", 5.0)


TRACKING = (artifacts_of_a_run, a_saved_model, a_logged_model)

if __name__ == "__main__":
    mlflow.set_tracking_uri("databricks")
    for step in TRACKING:
        step()
        sys.stdout.write(f"{mlflow.__version__} {step.__name__}: ok\n")
