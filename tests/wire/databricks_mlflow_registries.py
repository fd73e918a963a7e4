"""More of what a client of MLflow does with the registries `databricks` and `databricks-uc`.

Steps as in `databricks_mlflow`. `python -m tests.wire.databricks_mlflow_registries` takes all of them, and
with `unity` those alone that a workspace without a workspace registry can do.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
from mlflow.tracking import MlflowClient

from tests.wire.databricks_mlflow import (
    code_of,
    is_at_least,
    multiplier,
    new_experiment,
    refused,
    require,
    require_factor,
)


def logged(factor: float) -> tuple[str, str]:
    """A run with a model in its folder `model`, and where that is."""
    client = MlflowClient()
    run = client.create_run(new_experiment()).info
    with multiplier(factor) as model, tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **model)
        client.log_artifacts(run.run_id, f"{folder}/model", "model")
    return run.run_id, f"{run.artifact_uri}/model"


def models_of_the_workspace_registry() -> None:
    """They are made, found by filters and in pages, renamed, tagged and deleted."""
    mlflow.set_registry_uri("databricks")
    client, mark = MlflowClient(), uuid4().hex
    names = [f"{mark} {last}" for last in ("a", "B", "モデル" * 12)]
    for name in names:
        client.create_registered_model(name, tags={"mark": mark}, description=f"of {name}")
    require(code_of(lambda: client.create_registered_model(names[0])) == "RESOURCE_ALREADY_EXISTS", "twice")
    require(code_of(lambda: client.get_registered_model(mark)) == "RESOURCE_DOES_NOT_EXIST", "none")
    client.set_registered_model_tag(names[1], "more", "x")
    client.delete_registered_model_tag(names[1], "mark")
    client.update_registered_model(names[0], "another text")
    require(client.get_registered_model(names[0]).description == "another text", "description")
    asked: dict[str, Any] = {"filter_string": f"name ILIKE '{mark}%'", "order_by": ["name DESC"]}
    page = client.search_registered_models(max_results=2, **asked)
    rest = client.search_registered_models(max_results=2, page_token=page.token, **asked)
    require([each.name for each in (*page, *rest)] == sorted(names, reverse=True), (page, rest))
    tagged = client.search_registered_models(f"tags.mark = '{mark}'")
    require({each.name for each in tagged} == {names[0], names[2]}, tagged)
    client.rename_registered_model(names[0], f"{mark} c")
    require(code_of(lambda: client.get_registered_model(names[0])) == "RESOURCE_DOES_NOT_EXIST", "renamed")
    client.delete_registered_model(f"{mark} c")
    require(code_of(lambda: client.get_registered_model(f"{mark} c")) == "RESOURCE_DOES_NOT_EXIST", "deleted")


def versions_of_the_workspace_registry() -> None:
    """Versions by their source alone, stages that replace each other, and searches."""
    mlflow.set_registry_uri("databricks")
    client, name = MlflowClient(), f"モデル {uuid4()} " + "ペンギンの種類を当てるモデル" * 3
    client.create_registered_model(name)
    runs = [logged(factor) for factor in (2.0, 3.0, 4.0)]
    # Alone, with its run, and by the run's own URI.
    first = client.create_model_version(name, runs[0][1], tags={"t": "1"}, description="the first")
    second = client.create_model_version(name, runs[1][1], run_id=runs[1][0])
    third = mlflow.register_model(f"runs:/{runs[2][0]}/model", name)
    require([str(each.version) for each in (first, second, third)] == ["1", "2", "3"], (first, second, third))
    found = client.search_model_versions(f"source_path = '{runs[1][1]}'")
    require([str(each.version) for each in found] == ["2"], found)
    asked: dict[str, Any] = {"filter_string": f"name = '{name}'", "order_by": ["version_number DESC"]}
    page = client.search_model_versions(max_results=2, **asked)
    rest = client.search_model_versions(max_results=2, page_token=page.token, **asked)
    require([str(each.version) for each in (*page, *rest)] == ["3", "2", "1"], (page, rest))
    for number, stage in (("1", "Staging"), ("2", "Production"), ("3", "production")):
        client.transition_model_version_stage(name, number, stage, archive_existing_versions=True)
    stages = {
        str(each.version): each.current_stage for each in client.search_model_versions(f"name = '{name}'")
    }
    require(stages == {"1": "Staging", "2": "Archived", "3": "Production"}, stages)
    latest = {each.current_stage: str(each.version) for each in client.get_latest_versions(name)}
    require(latest == {"Staging": "1", "Archived": "2", "Production": "3"}, latest)
    require(
        code_of(lambda: client.transition_model_version_stage(name, "1", "Nowhere"))
        == "INVALID_PARAMETER_VALUE",
        "no such stage",
    )
    client.set_model_version_tag(name, "1", "u", "v")
    client.delete_model_version_tag(name, "1", "t")
    client.update_model_version(name, "1", "another text")
    version = client.get_model_version(name, "1")
    require(
        (version.tags, version.description, version.status) == ({"u": "v"}, "another text", "READY"), version
    )
    for stage, factor in (("1", 2.0), ("staging", 2.0), ("Production", 4.0), ("latest", 4.0)):
        require_factor(f"models:/{name}/{stage}", factor)
    copy = client.copy_model_version(f"models:/{name}/Production", f"{name} copy")
    require_factor(f"models:/{name} copy/{copy.version}", 4.0)
    again = client.copy_model_version(f"models:/{name} copy/{copy.version}", f"{name} again")
    require_factor(f"models:/{name} again/{again.version}", 4.0)
    client.delete_registered_model(name)
    require(client.search_model_versions(f"name = '{name}'") == [], "versions go with their model")


def files_of_a_version() -> None:
    """The files of a version of the workspace registry are listed and fetched, folders and odd names too."""
    mlflow.set_registry_uri("databricks")
    client, name = MlflowClient(), f"Files of {uuid4()}"
    run, _ = logged(2.0)
    client.log_text(run, "x", "model/deep/é 50% a+b.txt")
    version = mlflow.register_model(f"runs:/{run}/model", name).version
    with tempfile.TemporaryDirectory() as folder:
        mlflow.artifacts.download_artifacts(f"models:/{name}/{version}", dst_path=folder)
        (found,) = Path(folder).rglob("é 50% a+b.txt")
        require(found.read_text() == "x", found)
    with tempfile.TemporaryDirectory() as folder:
        file = mlflow.artifacts.download_artifacts(
            f"models:/{name}/{version}/deep/é 50% a+b.txt", dst_path=folder
        )
        require(Path(file).read_text() == "x", file)
    if is_at_least(2, 21):
        listed = {each.path for each in mlflow.artifacts.list_artifacts(f"models:/{name}/{version}")}
        require({"MLmodel", "deep"} <= listed, listed)


def models_of_unity_catalog() -> None:
    """What they have, pages of them, other names, and what MLflow's client refuses itself."""
    mlflow.set_registry_uri("databricks-uc")
    client, mark = MlflowClient(), f"main.default.m_{uuid4().hex}"
    names = [f"{mark}_{n}" for n in range(3)]
    for name in names:
        client.create_registered_model(name.upper(), tags={"a_b": "x y"}, description="é")
    require(code_of(lambda: client.create_registered_model(names[0])) == "RESOURCE_ALREADY_EXISTS", "twice")
    found = client.get_registered_model(names[0])
    require((found.name, found.tags, found.description) == (names[0], {"a_b": "x y"}, "é"), found)
    listed, token = [], None
    while token != "":
        page = client.search_registered_models(max_results=2, page_token=token)
        listed += [each.name for each in page]
        token = page.token or ""
    require([each for each in listed if each.startswith(mark)] == names, listed)
    client.rename_registered_model(names[0], f"{mark}_renamed")
    client.update_registered_model(f"{mark}_renamed", "later")
    require(client.get_registered_model(f"{mark}_renamed").description == "later", "described")
    require(
        code_of(lambda: client.rename_registered_model(names[1], names[2])) == "RESOURCE_ALREADY_EXISTS",
        "taken",
    )
    refused("unsupported", lambda: client.search_registered_models(f"name = '{names[1]}'"))
    refused("unsupported", lambda: client.get_latest_versions(names[1]))
    if is_at_least(3):
        client.update_registered_model(names[1], deployment_job_id="77")
        require(client.get_registered_model(names[1]).deployment_job_id == "77", "a job of a model")


def versions_of_unity_catalog() -> None:
    """Sources of all kinds, aliases that move, copies from either registry, and large files."""
    mlflow.set_registry_uri("databricks-uc")
    client, name = MlflowClient(), f"main.default.v_{uuid4().hex}"
    runs = [logged(factor) for factor in (2.0, 3.0)]
    client.log_text(runs[0][0], "x", "model/deep/é 50% a+b.txt")
    first = mlflow.register_model(f"runs:/{runs[0][0]}/model", name, tags={"t_1": "v"})
    second = client.create_model_version(name, runs[1][1], description="by its source", tags={"t_2": "w"})
    require([str(each.version) for each in (first, second)] == ["1", "2"], (first, second))
    version = client.get_model_version(name, "1")
    require((version.status, version.tags, version.run_id) == ("READY", {"t_1": "v"}, runs[0][0]), version)
    require(str(version.source).startswith("dbfs:/databricks/mlflow-tracking/"), version.source)
    client.delete_model_version_tag(name, "1", "t_1")
    client.set_registered_model_alias(name, "champion", "1")
    client.set_registered_model_alias(name, "Challenger-2", "1")
    client.set_registered_model_alias(name, "champion", "2")
    require_factor(f"models:/{name}@champion", 3.0)
    require(set(client.get_registered_model(name).aliases) == {"champion", "Challenger-2"}, "aliases")
    client.delete_registered_model_alias(name, "Challenger-2")
    refused("does not exist", lambda: client.get_model_version_by_alias(name, "Challenger-2"))
    with tempfile.TemporaryDirectory() as folder:
        mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=folder)
        (found,) = Path(folder).rglob("é 50% a+b.txt")
        require(found.read_text() == "x", found)
    if not is_at_least(
        3
    ):  # later ones copy versions of logged models alone: they ask for a model without an id
        copy = client.copy_model_version(f"models:/{name}@champion", f"{name}_copy")
        require(copy.source == f"models:/{name}/2", copy.source)
        require_factor(f"models:/{name}_copy/{copy.version}", 3.0)
    client.delete_model_version(name, "2")
    refused("does not exist", lambda: client.get_model_version_by_alias(name, "champion"))
    require(
        [str(each.version) for each in client.search_model_versions(f"name='{name}'")] == ["1"], "deleted"
    )
    require(str(mlflow.register_model(f"runs:/{runs[1][0]}/model", name).version) == "3", "a new number")
    refused("does not exist", lambda: client.create_model_version(f"{name}_none", runs[1][1]))


def a_large_model_of_unity_catalog() -> None:
    """A file of 60 MB goes with its version."""
    mlflow.set_registry_uri("databricks-uc")
    name = f"main.default.large_{uuid4().hex}"
    with multiplier(2.0) as model, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "large.py").write_bytes(b"#" + os.urandom(30 * 1024 * 1024).hex().encode())
        code = [*model["code_paths"], f"{folder}/large.py"]  # type: ignore[misc]
        named = {"name": "model"} if is_at_least(3) else {"artifact_path": "model"}
        with mlflow.start_run(experiment_id=new_experiment()):
            mlflow.pyfunc.log_model(**named, **{**model, "code_paths": code}, registered_model_name=name)
    with tempfile.TemporaryDirectory() as folder:
        mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=folder)
        (found,) = Path(folder).rglob("large.py")
        require(found.stat().st_size == 60 * 1024 * 1024 + 1, found)


def a_logged_model_in_both_registries() -> None:
    """Since MLflow 3, a version may be of a logged model, and tells which."""
    if not is_at_least(3):
        return
    with mlflow.start_run(experiment_id=new_experiment()), multiplier(5.0) as model:
        made = mlflow.pyfunc.log_model(name="model", **model)
    for registry, name in (
        ("databricks", f"Of a logged model {uuid4()}"),
        ("databricks-uc", f"main.default.l_{uuid4().hex}"),
    ):
        mlflow.set_registry_uri(registry)
        version = mlflow.register_model(made.model_uri, name)
        require_factor(f"models:/{name}/{version.version}", 5.0)
        found = MlflowClient().get_model_version(name, version.version)
        # To the workspace registry, MLflow's client names the files alone.
        wanted = made.model_id if registry == "databricks-uc" else None
        require(found.model_id == wanted, found)


def from_the_workspace_registry_to_unity_catalog() -> None:
    """A version of the one is copied to the other, by every MLflow that can."""
    if not is_at_least(2, 21):
        return
    mlflow.set_registry_uri("databricks")
    name = f"Grown {uuid4()}"
    mlflow.register_model(f"runs:/{logged(6.0)[0]}/model", name)
    target = f"main.default.grown_{uuid4().hex}"
    copy = MlflowClient().copy_model_version(f"models:/{name}/1", target)
    mlflow.set_registry_uri("databricks-uc")
    require_factor(f"models:/{target}/{copy.version}", 6.0)


WORKSPACE = (
    *(models_of_the_workspace_registry, versions_of_the_workspace_registry, files_of_a_version),
    *(a_logged_model_in_both_registries, from_the_workspace_registry_to_unity_catalog),
)
UNITY = (models_of_unity_catalog, versions_of_unity_catalog, a_large_model_of_unity_catalog)

if __name__ == "__main__":
    mlflow.set_tracking_uri("databricks")
    for step in UNITY if "unity" in sys.argv else (*WORKSPACE, *UNITY):
        step()
        sys.stdout.write(f"{mlflow.__version__} {step.__name__}: ok\n")
