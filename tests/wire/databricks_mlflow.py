"""What a client of MLflow does with the URI `databricks`, in steps that every MLflow since 2.13 knows.

Each step raises for what is not as it should be. They need DATABRICKS_HOST and DATABRICKS_TOKEN.
`python tests/wire/databricks_mlflow.py` takes all of them, with the MLflow of that interpreter.
"""

import inspect
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import mlflow
import mlflow.pyfunc
from mlflow.exceptions import MlflowException
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


def is_at_least(*version: int) -> bool:
    """Whether this MLflow is that version or later."""
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
        named = {"name": "model"} if is_at_least(3) else {"artifact_path": "model"}
        logged = mlflow.pyfunc.log_model(**named, **model)
    require_factor(logged.model_uri, 5.0)
    require_factor(f"runs:/{run.info.run_id}/model", 5.0)


def _registered(name: str, factor: float) -> tuple[str, str]:
    """A version of `name` by the way of the product, and the MLflow run that it is from."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info.run_id
    with multiplier(factor) as model, tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **model)
        client.log_artifacts(run, f"{folder}/model", "model")
    return str(mlflow.register_model(f"runs:/{run}/model", name).version), run


def refused(what: str, call: Callable[[], object]) -> None:
    """`call` raises an error of MLflow that has `what` in its text."""
    try:
        call()
    except MlflowException as error:
        require(what in str(error), (what, str(error)))
        return
    raise AssertionError(f"not refused: {what}")


def code_of(call: Callable[[], object]) -> str:
    """The error code with which `call` is refused."""
    try:
        call()
    except MlflowException as error:
        return str(error.error_code)
    raise AssertionError("not refused")


def workspace_registry() -> None:
    """Versions, stages, tags, and loading by version, by stage and the latest."""
    mlflow.set_registry_uri("databricks")
    client, name = MlflowClient(), f"A model {uuid4()}"
    first, run = _registered(name, 2.0)
    second, _ = _registered(name, 3.0)
    client.transition_model_version_stage(name, first, "Production")
    client.set_model_version_tag(name, first, "a", "b")
    client.update_model_version(name, first, "described")
    found = client.get_model_version(name, first)
    require(
        (found.current_stage, found.description, found.tags, found.run_id)
        == ("Production", "described", {"a": "b"}, run),
        found,
    )
    require(str(found.source).startswith("dbfs:/databricks/mlflow-tracking/"), found.source)
    require(
        [each.version for each in client.get_latest_versions(name, ["Production"])] == [first], "by stage"
    )
    require(
        {each.version for each in client.search_model_versions(f"name='{name}'")} == {first, second}, "search"
    )
    require(client.get_model_version_download_uri(name, first) == found.source, "download URI")
    require_factor(f"models:/{name}/{first}", 2.0)
    require_factor(f"models:/{name}/Production", 2.0)
    require_factor(f"models:/{name}/latest", 3.0)
    refused(
        "unsupported for models in the Workspace Model Registry",
        lambda: client.set_registered_model_alias(name, "x", first),
    )
    client.delete_model_version(name, second)
    refused("not found", lambda: client.get_model_version(name, second))


def unity_catalog() -> None:
    """Models with aliases and tags, versions with files, search in pages, and refusals."""
    mlflow.set_registry_uri("databricks-uc")
    client, name = MlflowClient(), f"main.default.model_{uuid4().hex}"
    client.create_registered_model(name, tags={"team": "penguins"}, description="described")
    first, run = _registered(name, 2.0)
    second, _ = _registered(name, 3.0)
    found = client.get_model_version(name, first)
    require((found.status, str(found.version), found.run_id) == ("READY", first, run), found)
    require((first, second) == ("1", "2"), (first, second))
    require_factor(f"models:/{name}/{first}", 2.0)
    client.set_registered_model_alias(name, "champion", second)
    require(str(client.get_model_version_by_alias(name, "champion").version) == second, "alias")
    require_factor(f"models:/{name}@champion", 3.0)
    client.set_registered_model_tag(name, "a", "b")
    client.delete_registered_model_tag(name, "team")
    client.update_registered_model(name, "described again")
    model = client.get_registered_model(name)
    require(
        (model.tags, model.description, dict(model.aliases))
        == ({"a": "b"}, "described again", {"champion": second}),
        model,
    )
    client.set_model_version_tag(name, second, "c", "d")
    client.update_model_version(name, second, "the second")
    version = client.get_model_version(name, second)
    require(
        (version.tags, version.description, list(version.aliases))
        == ({"c": "d"}, "the second", ["champion"]),
        version,
    )
    require(
        {str(each.version) for each in client.search_model_versions(f"name='{name}'")} == {first, second},
        "by name",
    )
    require([each.name for each in client.search_model_versions(f"run_id='{run}'")] == [name], "by run")
    page = client.search_model_versions(f"name='{name}'", max_results=1)
    require(
        len(page) == 1
        and len(client.search_model_versions(f"name='{name}'", max_results=1, page_token=page.token)) == 1,
        "pages",
    )
    require(name in [each.name for each in client.search_registered_models()], "search of models")
    _unity_catalog_refusals(client, name, first)
    client.delete_model_version(name, first)
    refused("does not exist", lambda: client.get_model_version(name, first))
    client.delete_registered_model(name)
    refused("does not exist", lambda: client.get_registered_model(name))


def _unity_catalog_refusals(client: MlflowClient, name: str, version: str) -> None:
    refused("specify all three levels", lambda: client.create_registered_model("two.levels"))
    refused("not a valid name", lambda: client.create_registered_model("main.default.a model"))
    refused("already exists", lambda: client.create_registered_model(name))
    refused("does not exist", lambda: client.create_registered_model(f"main.nowhere_{uuid4().hex}.model"))
    refused("does not exist", lambda: client.set_registered_model_alias(name, "x", "77"))
    refused("stages", lambda: client.transition_model_version_stage(name, version, "Production"))
    run = client.create_run(new_experiment()).info.run_id
    with multiplier(1.0, signature=None) as model, tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **model)
        client.log_artifacts(run, f"{folder}/model", "model")
    refused("signature", lambda: mlflow.register_model(f"runs:/{run}/model", name))


def unity_catalog_by_log_model() -> None:
    """`log_model` registers what it logs; the version is copied, and the copy renamed."""
    mlflow.set_registry_uri("databricks-uc")
    name = f"main.default.logged_{uuid4().hex}"
    with mlflow.start_run(experiment_id=new_experiment()), multiplier(7.0) as model:
        named = {"name": "model"} if is_at_least(3) else {"artifact_path": "model"}
        mlflow.pyfunc.log_model(registered_model_name=name, **named, **model)
    require_factor(f"models:/{name}/1", 7.0)
    client = MlflowClient()
    copy = client.copy_model_version(f"models:/{name}/1", f"{name}_copy")
    client.rename_registered_model(f"{name}_copy", f"{name}_renamed")
    require_factor(f"models:/{name}_renamed/{copy.version}", 7.0)
    refused("does not exist", lambda: client.get_registered_model(f"{name}_copy"))


def a_trace() -> None:
    """A span is logged, found and read, by every MLflow that has traces."""
    if not is_at_least(2, 15):
        return
    experiment = new_experiment()
    mlflow.set_experiment(experiment_id=experiment)
    with mlflow.start_span("a span") as span:
        span.set_inputs({"x": 1})
        span.set_outputs("y")
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()
    search = MlflowClient().search_traces
    where = "locations" if "locations" in inspect.signature(search).parameters else "experiment_ids"
    (found,) = search(**{where: [experiment]})
    (read,) = found.data.spans
    require((read.name, read.inputs, read.outputs) == ("a span", {"x": 1}, "y"), read)


TRACKING = (artifacts_of_a_run, a_saved_model, a_logged_model, a_trace)
REGISTRIES = (workspace_registry, unity_catalog, unity_catalog_by_log_model)

if __name__ == "__main__":
    mlflow.set_tracking_uri("databricks")
    for step in (*TRACKING, *REGISTRIES):
        step()
        sys.stdout.write(f"{mlflow.__version__} {step.__name__}: ok\n")
