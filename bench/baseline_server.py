"""`python -m bench.baseline_server KIND MODEL_URI FOLDER PORT`: MLflow's own scoring server, asked directly.

KIND `spark`: the registered model by MLflow's Spark flavor, as the lab serves it. KIND `constant`: a model
that answers 1.0 to every row, which is what the server itself costs. Runs in the workspace's environment.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

from bench.plain_java import use_java

_CONSTANT = """
class Constant:
    def predict(self, model_input, params=None):
        return [1.0] * len(model_input)


def _load_pyfunc(path):
    return Constant()
"""


def main() -> None:
    """Write the model, then serve it."""
    kind, uri, folder, port = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    model = {"spark": _spark, "constant": _constant}[kind](uri, folder)
    import uvicorn
    from mlflow.pyfunc import scoring_server

    server: Any = scoring_server
    uvicorn.run(
        server.init(server.load_model_with_mlflow_config(str(model))),
        host="127.0.0.1",
        port=port,
        log_level="warning",
    )


def _spark(uri: str, folder: Path) -> Path:
    """The files of the registered model, with the flavor that MLflow gives a Spark model."""
    import mlflow.artifacts
    from mlflow.models import Model

    use_java(folder)
    logged = Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder / "model")))
    model = Model.load(str(logged))
    model.flavors["python_function"] = {
        "loader_module": "mlflow.spark",
        "data": model.flavors["spark"]["model_data"],
        "env": model.flavors["python_function"]["env"],
        "python_version": model.flavors["python_function"]["python_version"],
    }
    model.save(str(logged / "MLmodel"))
    return logged


def _constant(_: str, folder: Path) -> Path:
    import mlflow.pyfunc

    loader = folder / "constant_loader.py"
    folder.mkdir(parents=True)
    loader.write_text(_CONSTANT)
    mlflow.pyfunc.save_model(
        folder / "model",
        loader_module="constant_loader",
        code_paths=[str(loader)],
        pip_requirements=["mlflow"],
    )
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)
    return folder / "model"


if __name__ == "__main__":
    main()
