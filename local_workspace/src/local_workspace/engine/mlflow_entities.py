"""What is in MLflow's stores, asked in this process."""

from local_workspace.engine.mlflow_server import MlflowServer, databricks_errors
from local_workspace.errors import ResourceDoesNotExist


class MlflowEntities:
    """Whether an experiment, a run or a model version exists; `ResourceDoesNotExist` if not."""

    def __init__(self, server: MlflowServer) -> None:
        self._server = server

    def require_experiment(self, experiment_id: str) -> None:
        """An experiment by its id, a deleted one included."""
        if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) <= 18):
            raise ResourceDoesNotExist(f"No experiment with the id {experiment_id!r} exists.")
        with databricks_errors():
            self._server.tracking_store.get_experiment(experiment_id)

    def require_run(self, experiment_id: str, run_id: str) -> None:
        """A run of an experiment."""
        with databricks_errors():
            found = self._server.tracking_store.get_run(run_id)
        if found.info.experiment_id != experiment_id:
            raise ResourceDoesNotExist(f"Run {run_id!r} does not belong to experiment {experiment_id!r}.")

    def require_version(self, name: str, version: str) -> None:
        """A version of a registered model."""
        with databricks_errors():
            self._server.registry_store.get_model_version(name, version)
