"""`python -m bench.lab_script FOLDER POINTS`: the lab as one plain script on a fresh Spark.

Runs in the workspace's environment. Reads and splits the data, trains the POINTS (JSON pairs of maxIter and
regParam) by the lab's function, registers the model of the most recent run, serves it by MLflow, asks it the
lab's request and stops. Prints one JSON object: `seconds` of everything from Spark's start on, and of them
`points`, the seconds of each point.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.lab import train_penguin_model
from bench.load import Question, ask
from bench.plain_java import use_java
from local_stack.environments import PROJECT
from local_stack.services.ports import free_port
from local_stack.services.processes import service
from local_stack.waiting import wait_for

NAME = "Penguin Predictor"
ROW = {"Island": "Biscoe", "CulmenLength": 48.7, "CulmenDepth": 14.1, "FlipperLength": 210, "BodyMass": 4450}


def main() -> None:
    """Do all of it in the folder."""
    folder, points = Path(sys.argv[1]), json.loads(sys.argv[2])
    began = time.monotonic()
    os.chdir(folder)
    use_java(folder)
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
    import mlflow
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[*]").getOrCreate()
    train, test = _split(spark)
    mlflow.set_experiment("lab")
    seconds = []
    for max_iter, reg_param in points:
        point_began = time.monotonic()
        train_penguin_model(train, test, max_iter, reg_param, models=str(folder / "model"))
        seconds.append(time.monotonic() - point_began)
    _register_and_ask(folder)
    print(json.dumps({"seconds": time.monotonic() - began, "points": seconds}))


def _split(spark: Any) -> Any:
    from pyspark.sql.functions import col

    data = spark.read.format("csv").option("header", "true").load(str(PROJECT / "data" / "penguins.csv"))
    numbers = ["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"]
    data = data.dropna().select(
        col("Island").astype("string"),
        *[col(name).astype("float") for name in numbers],
        col("Species").astype("int"),
    )
    train, test = data.randomSplit([0.7, 0.3])
    print("Training Rows:", train.count(), " Testing Rows:", test.count())
    return train, test


def _register_and_ask(folder: Path) -> None:
    """The most recent run becomes version 1, which a server answers with."""
    import mlflow

    run = mlflow.search_runs(output_format="list", max_results=1)[0]
    mlflow.register_model(_model_uri(run), NAME)
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"]
    command += ["--model-uri", f"models:/{NAME}/1", "--port", str(port)]
    body = json.dumps({"dataframe_records": [ROW]}).encode()
    question = Question(f"http://127.0.0.1:{port}/invocations", body, {"content-type": "application/json"})
    # MLflow starts its server's uvicorn by the PATH.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with service(command, folder / "server.log", {**os.environ, "PATH": path}) as running:

        def answers() -> bool | None:
            running.require_running("MLflow's scoring server")
            try:
                ask(question, 1, 1)
            except RuntimeError:
                return None
            return True

        wait_for("MLflow's scoring server", answers, seconds=300)


def _model_uri(run: Any) -> str:
    import mlflow

    (found,) = (each for each in mlflow.MlflowClient().list_artifacts(run.info.run_id) if each.is_dir)
    return f"runs:/{run.info.run_id}/{found.path}"


if __name__ == "__main__":
    main()
