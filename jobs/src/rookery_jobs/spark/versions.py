"""Versions of a registered model: one per registration key, however often it is asked for."""

from collections.abc import Iterator, Mapping

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from rookery_jobs import contract
from rookery_jobs.contract import RegistrationSpec
from rookery_jobs.grid import is_dotted_path

_READY = "READY"
# Of a tag of Unity Catalog: https://docs.databricks.com/aws/en/database-objects/tags
_TAG_LENGTH = 1000
_MISSING = ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND")


def registered(client: MlflowClient, spec: RegistrationSpec, run: Run) -> str | None:
    """The version that this registration key has already, if any is READY.

    A tag of the MLflow run names it. If the job died before it set that tag, the version's own tag tells. A
    version exists before its files do: one that a killed try has left never becomes READY.
    """
    tagged = run.data.tags.get(contract.model_version_tag(spec.registration_key))
    if tagged and _is_ready(client, spec.registered_model_name, tagged):
        return str(tagged)
    ready = (str(each.version) for each in _versions_of(client, spec) if each.status == _READY)
    return min(ready, key=int, default=None)


def register(
    client: MlflowClient, spec: RegistrationSpec, model_path: str, found: Mapping[str, str] | None = None
) -> str:
    """Register the model at the run's artifact path as a version that is tagged with where it comes from, and
    with what was `found` about it; return its number. Versions of the same key that another try did not
    finish are deleted first.

    No registry makes a version only if there is none yet, so two tries at once make two. Each then looks for
    versions of its key and keeps the lowest; the try that made another one deletes it.
    """
    name = spec.registered_model_name
    for left in _versions_of(client, spec):
        if left.status != _READY:
            client.delete_model_version(name, str(left.version))
    tags = {
        contract.TAG_REGISTRATION: spec.registration_key,
        **spec.origin.tags,
        contract.TAG_SWEEP: spec.sweep_id,
        contract.TAG_POINT: spec.point.point_id,
        contract.TAG_SNAPSHOT: spec.snapshot_digest,
        contract.TAG_SNAPSHOT_PATH: spec.snapshot_path,
        contract.TAG_CODE: spec.code_digest,
        **{name: value[:_TAG_LENGTH] for name, value in (found or {}).items()},
        **({contract.TAG_SERVED_BY: "mlflow.spark"} if is_dotted_path(spec.point.algorithm) else {}),
        **({contract.TAG_GRID: spec.grid[:_TAG_LENGTH]} if spec.grid else {}),
    }
    made = str(mlflow.register_model(f"runs:/{spec.mlflow_run_id}/{model_path}", name, tags=tags).version)
    kept = min([made, *(str(each.version) for each in _versions_of(client, spec))], key=int)
    if kept != made:
        client.delete_model_version(name, made)
    return kept


def _versions_of(client: MlflowClient, spec: RegistrationSpec) -> Iterator[ModelVersion]:
    """The versions that were made for the spec's key, whatever their status."""
    name = spec.registered_model_name
    for listed in _all_versions(client, name):
        if listed.run_id != spec.mlflow_run_id:
            continue
        # Unity Catalog lists versions without their tags.
        version = client.get_model_version(name, str(listed.version))
        if version.tags.get(contract.TAG_REGISTRATION) == spec.registration_key:
            yield version


def _all_versions(client: MlflowClient, name: str) -> list[ModelVersion]:
    """Every page of the model's versions; none if the model does not exist, an error in Unity Catalog."""
    found: list[ModelVersion] = []
    token: str | None = None
    while True:
        try:
            # Unity Catalog filters by name alone.
            page = client.search_model_versions(f"name = '{name}'", page_token=token)
        except MlflowException as error:
            if error.error_code not in _MISSING:
                raise
            return found
        found += page
        token = page.token
        if not token:
            return found


def _is_ready(client: MlflowClient, name: str, version: str) -> bool:
    try:
        return bool(client.get_model_version(name, version).status == _READY)
    except MlflowException as error:
        if error.error_code not in _MISSING:
            raise
        return False
