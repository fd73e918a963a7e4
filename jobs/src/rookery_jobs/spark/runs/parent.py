"""What runs of points have from the run of their sweep, their parent: whose they are, and the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlflow import MlflowClient
from mlflow.entities import DatasetInput

from rookery_jobs.contract import MLFLOW_ORIGIN, MLFLOW_PARENT


@dataclass(frozen=True)
class Parent:
    """MLflow's own tags for a new run, and the datasets that it has."""

    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: Sequence[DatasetInput] = ()

    def log_datasets(self, client: MlflowClient, run_id: str) -> None:
        """Have a run say what data it is on."""
        if self.datasets:
            client.log_inputs(run_id, list(self.datasets))


NO_PARENT = Parent()
"""For sweeps that an earlier version of Rookery has begun."""


def parent_of(client: MlflowClient, run_id: str | None) -> Parent:
    """What the run of a sweep hands on, if there is one."""
    if run_id is None:
        return NO_PARENT
    run = client.get_run(run_id)
    handed_on = {name: run.data.tags[name] for name in MLFLOW_ORIGIN if name in run.data.tags}
    return Parent({MLFLOW_PARENT: run_id, **handed_on}, run.inputs.dataset_inputs if run.inputs else ())
