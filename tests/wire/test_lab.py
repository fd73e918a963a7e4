"""The lab's notebook, "Use MLflow in Azure Databricks" (https://github.com/MicrosoftLearning/mslearn-databricks).

`lab/MLflow.txt` has its cells as they are there. Here the address of the data is one of the test's own.
"""

import functools
import io
import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from databricks.sdk.service.jobs import NotebookTask, SubmitTask
from databricks.sdk.service.serving import (
    DataframeSplitInput,
    EndpointCoreConfigInput,
    ServedEntityInput,
)
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.wire.polling import until
from tests.wire.running_workspace import PROJECT, RunningWorkspace, workspace_python
from tests.wire.spark_jobs import finished, shared_cluster, state, task_run_id

ADDRESS = "https://raw.githubusercontent.com/MicrosoftLearning/mslearn-databricks/main/data/penguins.csv"
NOTEBOOK = "/Users/local.user@example.com/MLflow"
REQUEST = {
    "Island": "Biscoe",
    "CulmenLength": 48.7,
    "CulmenDepth": 14.1,
    "FlipperLength": 210,
    "BodyMass": 4450,
}


@pytest.fixture
def data() -> Iterator[str]:
    """The address of the data."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(PROJECT / "data"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/penguins.csv"
        server.shutdown()


# MLflow finds out what each saved model needs by loading it in a JVM of its own: half a minute each.
@pytest.mark.matrix
def test_the_labs_cells_train_two_models_of_which_one_is_registered_served_asked_and_deleted(
    workspace: RunningWorkspace, data: str
) -> None:
    client = workspace.client
    cells = (Path(__file__).parent / "lab/MLflow.txt").read_text()
    assert cells.count(ADDRESS) == 1
    source = io.BytesIO(cells.replace(ADDRESS, data).encode())
    client.workspace.upload(NOTEBOOK, source, format=ImportFormat.SOURCE, language=Language.PYTHON)
    task = SubmitTask(
        task_key="lab",
        existing_cluster_id=shared_cluster(workspace),
        notebook_task=NotebookTask(notebook_path=NOTEBOOK),
    )
    run = finished(workspace, client.jobs.submit(run_name="lab", tasks=[task]).run_id)
    output = client.jobs.get_run_output(task_run_id(run))
    assert state(run)[1] == "SUCCESS", output.error_trace
    page = workspace.call("GET", (run.run_page_url or "").removeprefix(workspace.origin)).text
    assert page.count("Experiment run complete.") == 4  # in the sources of two cells, and in two outputs
    assert "Training Rows:" in page

    experiment = client.experiments.get_by_name(NOTEBOOK).experiment
    assert experiment is not None
    first, second = sorted(
        client.experiments.search_runs(experiment_ids=[str(experiment.experiment_id)]),
        key=lambda each: each.info.start_time if each.info and each.info.start_time else 0,
    )
    assert second.info is not None
    assert second.info.run_id is not None
    assert second.data is not None
    params = {param.key: param.value for param in second.data.params or []}
    assert params == {"maxIter": "10", "regParam": "0.2"}
    assert first.data is not None
    assert {metric.key for metric in first.data.metrics or []} == {
        "accuracy",
        "weightedRecall",
        "weightedPrecision",
    }

    client.model_registry.create_model("Penguin Predictor")
    files = client.experiments.list_artifacts(run_id=second.info.run_id)
    model = next((file.path for file in files if (file.path or "").startswith("classifier-")), None)
    where = f"runs:/{second.info.run_id}/{model}"
    register(workspace, where)
    entity = ServedEntityInput(
        name="penguin-predictor",
        entity_name="Penguin Predictor",
        entity_version="1",
        workload_size="Small",
        scale_to_zero_enabled=True,
    )
    endpoints = client.serving_endpoints
    endpoints.create_and_wait(
        "predict-penguin", config=EndpointCoreConfigInput(name="predict-penguin", served_entities=[entity])
    )
    split = DataframeSplitInput(columns=list(REQUEST), data=[list(REQUEST.values())])
    answer = endpoints.query("predict-penguin", dataframe_split=split)
    assert answer.predictions == [1.0]
    endpoints.delete("predict-penguin")
    until(
        lambda: "predict-penguin" not in [each.name for each in endpoints.list()], "the end of the endpoint"
    )


def register(workspace: RunningWorkspace, source: str) -> None:
    """What the button "Register model" does, by MLflow's own client."""
    script = f"import mlflow; mlflow.register_model({source!r}, 'Penguin Predictor')"
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": "databricks",
        "MLFLOW_REGISTRY_URI": "databricks",
        "DATABRICKS_HOST": workspace.origin,
        "DATABRICKS_TOKEN": workspace.token,
    }
    subprocess.run([workspace_python(), "-c", script], env=environment, check=True, capture_output=True)
