"""A DAG run whose winner another DAG run has fitted: it is found in MLflow by its own tags all the same."""

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag

from rookery_jobs import contract
from rookery_jobs.contract import RegistrationSpec


def run_of_its_own(client: MlflowClient, spec: RegistrationSpec, winner: Run) -> str:
    """The id of the MLflow run that has the tags of this DAG run.

    It is the winner's, or if that is another DAG run's, one that names it by a tag and has its parameters and
    metrics; such a run is made once per registration key.
    """
    if all(winner.data.tags.get(name) == value for name, value in spec.origin.tags.items()):
        return str(winner.info.run_id)
    query = f"tags.`{contract.TAG_REGISTRATION}` = '{spec.registration_key}'"
    found = client.search_runs([spec.experiment_id], query, max_results=1)
    return str(found[0].info.run_id) if found else _made(client, spec, winner)


def _made(client: MlflowClient, spec: RegistrationSpec, winner: Run) -> str:
    tags = {
        contract.TAG_SWEEP: spec.sweep_id,
        contract.TAG_FITTED_BY: str(winner.info.run_id),
        contract.TAG_ALGORITHM: spec.point.algorithm,
        **spec.origin.tags,
    }
    run_id = str(client.create_run(spec.experiment_id, tags=tags, run_name=winner.info.run_name).info.run_id)
    metrics = [Metric(name, value, winner.info.end_time, 0) for name, value in winner.data.metrics.items()]
    params = [Param(name, value) for name, value in winner.data.params.items()]
    # The key comes last: a run that has it is complete.
    done = [RunTag(contract.TAG_REGISTRATION, spec.registration_key)]
    client.log_batch(run_id, metrics=metrics, params=params)
    client.log_batch(run_id, tags=done)
    client.set_terminated(run_id)
    return run_id
