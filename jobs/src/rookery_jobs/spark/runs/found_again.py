"""A DAG run whose winner another DAG run has fitted: it is found in MLflow by its own tags all the same."""

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run

from rookery_jobs import contract
from rookery_jobs.contract import RegistrationSpec
from rookery_jobs.spark.runs.parent import Parent, parent_of


def run_of_its_own(client: MlflowClient, spec: RegistrationSpec, winner: Run) -> str:
    """The id of the MLflow run that has the tags of this DAG run.

    It is the winner's, or if that is another DAG run's, one that names it by a tag and has its parameters and
    metrics. There is one such run per registration key: what an earlier try has begun is gone on with, and of
    several the one with the lowest id is kept.
    """
    tags, origin = winner.data.tags, spec.origin
    if (tags.get(contract.TAG_DAG), tags.get(contract.TAG_DAG_RUN)) == (origin.dag_id, origin.dag_run_id):
        return str(winner.info.run_id)
    found = _with_key(client, spec)
    parent = parent_of(client, spec.parent_run_id)
    if not found:
        _create(client, spec, winner, parent)
        found = _with_key(client, spec)
    kept, *others = sorted(found, key=lambda run: str(run.info.run_id))
    for run in others:
        client.delete_run(run.info.run_id)
    if kept.info.status != "FINISHED":
        parent.log_datasets(client, kept.info.run_id)
        _complete(client, kept.info.run_id, winner)
    return str(kept.info.run_id)


def _with_key(client: MlflowClient, spec: RegistrationSpec) -> list[Run]:
    query = f"tags.`{contract.TAG_REGISTRATION}` = '{spec.registration_key}'"
    return list(client.search_runs([spec.experiment_id], query))


def _create(client: MlflowClient, spec: RegistrationSpec, winner: Run, parent: Parent) -> None:
    origin, fitted_by = spec.origin, str(winner.info.run_id)
    tags = {
        contract.TAG_REGISTRATION: spec.registration_key,
        contract.TAG_FITTED_BY: fitted_by,
        contract.TAG_SWEEP: spec.sweep_id,
        contract.TAG_ALGORITHM: spec.point.algorithm,
        contract.MLFLOW_NOTE: f"The winner of a sweep ({winner.info.run_name}), chosen by the DAG "
        f"{origin.dag_id}, run {origin.dag_run_id}; run {fitted_by} has trained it.",
        **origin.tags,
        **parent.tags,
    }
    client.create_run(spec.experiment_id, tags=tags, run_name=winner.info.run_name)


def _complete(client: MlflowClient, run_id: str, winner: Run) -> None:
    metrics = [Metric(name, value, winner.info.end_time, 0) for name, value in winner.data.metrics.items()]
    params = [Param(name, value) for name, value in winner.data.params.items()]
    client.log_batch(run_id, metrics=metrics, params=params)
    client.set_terminated(run_id)
