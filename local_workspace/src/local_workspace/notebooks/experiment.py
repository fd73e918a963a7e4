"""A notebook's own MLflow experiment, which has the notebook's path: where runs go if the code names none."""

from typing import Any

from mlflow.tracking import MlflowClient
from mlflow.tracking.default_experiment import registry
from mlflow.tracking.default_experiment.abstract_context import DefaultExperimentProvider

# By this the workspace knows that the experiment is the notebook's own.
TAGS = {"mlflow.experimentType": "NOTEBOOK"}


def use_experiment_of(notebook_path: str) -> None:
    """From now on, runs in this process go to the experiment of this notebook, which is made when needed."""

    class NotebookExperimentProvider(DefaultExperimentProvider):
        """Asked by MLflow when a run begins and no experiment was named."""

        def in_context(self) -> bool:
            """This process is a notebook's."""
            return True

        def get_experiment_id(self) -> str:
            """The id of the experiment."""
            client = MlflowClient()
            known = client.get_experiment_by_name(notebook_path)
            return str(known.experiment_id if known else client.create_experiment(notebook_path, tags=TAGS))

    providers: Any = registry._default_experiment_provider_registry
    providers.register(NotebookExperimentProvider)
