"""A model without pickle, logged and registered as a client does it over the wire."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import mlflow.pyfunc
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc.model import PythonModel
from mlflow.tracking import MlflowClient
from mlflow.types import ColSpec, Schema

from tests.wire.running_workspace import RunningWorkspace

LOADER = Path(__file__).with_name("multiplier_loader.py")
SIGNATURE = ModelSignature(inputs=Schema([ColSpec("double", "x")]))


@contextmanager
def mlflow_client(workspace: RunningWorkspace) -> Iterator[MlflowClient]:
    """MLflow's own client; the token is in the environment, the one place where it looks for it."""
    before = os.environ.get("MLFLOW_TRACKING_TOKEN")
    os.environ["MLFLOW_TRACKING_TOKEN"] = workspace.token
    try:
        yield MlflowClient(tracking_uri=workspace.origin, registry_uri=workspace.origin)
    finally:
        del os.environ["MLFLOW_TRACKING_TOKEN"]
        if before is not None:
            os.environ["MLFLOW_TRACKING_TOKEN"] = before


def register_multiplier(workspace: RunningWorkspace, name: str, factor: str) -> str:
    """Log and register a version of model `name` that multiplies by `factor`; its version number."""
    with tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **_multiplier(Path(folder), factor))
        return _register(workspace, name, f"{folder}/model")


def register_logged_model(workspace: RunningWorkspace, name: str, factor: str) -> str:
    """The same as MLflow 3 does it by `log_model`: the version's source is a logged model, `models:/m-…`."""
    tracking, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    with mlflow_client(workspace), tempfile.TemporaryDirectory() as folder:
        mlflow.set_tracking_uri(workspace.origin)
        mlflow.set_registry_uri(workspace.origin)
        try:
            with mlflow.start_run(experiment_id="0"):
                logged = mlflow.pyfunc.log_model(
                    name="model", registered_model_name=name, **_multiplier(Path(folder), factor)
                )
        finally:
            mlflow.set_tracking_uri(tracking)
            mlflow.set_registry_uri(registry)
        return str(logged.registered_model_version)


def _multiplier(folder: Path, factor: str) -> dict[str, Any]:
    data = folder / "factor"
    data.write_text(factor)
    return {
        "loader_module": LOADER.stem,
        "data_path": str(data),
        "code_paths": [str(LOADER)],
        "signature": SIGNATURE,
        "pip_requirements": ["mlflow"],
    }


def register_broken(workspace: RunningWorkspace, name: str) -> str:
    """Register a version of model `name` that cannot be loaded; its version number."""
    return register_multiplier(workspace, name, "this model cannot be loaded")


class Touching(PythonModel):
    """A pickle that makes a file when it is loaded, as a hostile one would do worse."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        """Unpickling touches the file."""
        return Path.touch, (self._file,)

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:  # noqa: ARG002
        """Its input."""
        return model_input


def register_pickled(workspace: RunningWorkspace, name: str, touched: Path) -> str:
    """Register a version of model `name` whose pickle makes the file `touched`; its version number."""
    with tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(
            f"{folder}/model", python_model=Touching(touched), pip_requirements=["mlflow"]
        )
        return _register(workspace, name, f"{folder}/model")


def _register(workspace: RunningWorkspace, name: str, folder: str) -> str:
    with mlflow_client(workspace) as client:
        run = client.create_run("0").info
        client.log_artifacts(run.run_id, folder, "model")
        client.set_terminated(run.run_id)
        with suppress(MlflowException):  # the name has a version already
            client.create_registered_model(name)
        return str(client.create_model_version(name, f"{run.artifact_uri}/model", run.run_id).version)
