"""Versions of a registered model: one per registration key, however often it is asked for."""

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from rookery_jobs import contract
from rookery_jobs.contract import RegistrationSpec


def registered(client: MlflowClient, spec: RegistrationSpec, run: Run) -> str | None:
    """The version that this registration key has already, if any.

    The run's tag says so; a crash between registering and tagging is seen by the version's own tag.
    """
    name = spec.registered_model_name
    tagged = run.data.tags.get(contract.model_version_tag(spec.registration_key))
    if tagged and _exists(client, name, tagged):
        return str(tagged)
    # Unity Catalog filters by name alone and lists versions without their tags.
    for listed in client.search_model_versions(f"name = '{name}'"):
        if listed.run_id != spec.mlflow_run_id:
            continue
        version = client.get_model_version(name, str(listed.version))
        if version.tags.get(contract.TAG_REGISTRATION) == spec.registration_key:
            return str(version.version)
    return None


def register(spec: RegistrationSpec) -> str:
    """Register the run's logged model as a new version with the tags of where it comes from."""
    tags = {
        contract.TAG_REGISTRATION: spec.registration_key,
        contract.TAG_DAG: spec.dag_id,
        contract.TAG_DAG_RUN: spec.dag_run_id,
        contract.TAG_SWEEP: spec.sweep_id,
        contract.TAG_POINT: spec.point.point_id,
    }
    uri = f"runs:/{spec.mlflow_run_id}/{contract.MODEL_ARTIFACT}"
    return str(mlflow.register_model(uri, spec.registered_model_name, tags=tags).version)


def _exists(client: MlflowClient, name: str, version: str) -> bool:
    try:
        client.get_model_version(name, version)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return False
    return True
