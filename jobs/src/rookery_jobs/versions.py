"""Versions of a registered model: one per registration key, however often it is asked for."""

from collections.abc import Iterator

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
    tagged = run.data.tags.get(contract.model_version_tag(spec.registration_key))
    if tagged and _exists(client, spec.registered_model_name, tagged):
        return str(tagged)
    return min(_versions_of(client, spec), key=int, default=None)


def register(client: MlflowClient, spec: RegistrationSpec) -> str:
    """Register the run's logged model as a version with the tags of where it comes from, and return which.

    No registry can do so unless another has: two tries at once make two versions. Both then see both, keep
    the lower one, and the try that made the other one takes it back.
    """
    tags = {
        contract.TAG_REGISTRATION: spec.registration_key,
        **spec.origin.tags,
        contract.TAG_SWEEP: spec.sweep_id,
        contract.TAG_POINT: spec.point.point_id,
    }
    name = spec.registered_model_name
    uri = f"runs:/{spec.mlflow_run_id}/{contract.MODEL_ARTIFACT}"
    made = str(mlflow.register_model(uri, name, tags=tags).version)
    kept = min([made, *_versions_of(client, spec)], key=int)
    if kept != made:
        client.delete_model_version(name, made)
    return kept


def _versions_of(client: MlflowClient, spec: RegistrationSpec) -> Iterator[str]:
    """The versions that were registered for the spec's key."""
    name = spec.registered_model_name
    # Unity Catalog filters by name alone and lists versions without their tags.
    for listed in client.search_model_versions(f"name = '{name}'"):
        if listed.run_id != spec.mlflow_run_id:
            continue
        version = client.get_model_version(name, str(listed.version))
        if version.tags.get(contract.TAG_REGISTRATION) == spec.registration_key:
            yield str(version.version)


def _exists(client: MlflowClient, name: str, version: str) -> bool:
    try:
        client.get_model_version(name, version)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return False
    return True
