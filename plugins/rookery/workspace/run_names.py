"""The names of what one DAG run creates in the workspace: the same for every try, and readable."""

import hashlib
from dataclasses import dataclass

from rookery.workspace.leases import LONGEST_TAG
from rookery_jobs.contract import slug

# Databricks limits the name of a cluster to 100 characters.
_CLUSTER_NAME = 100


@dataclass(frozen=True)
class RunNames:
    """Names that follow from the Airflow installation, the DAG, the run, and the workspace user whose
    connection is used. Of two installations on one workspace only job code and experiments are shared, in
    which equal work has equal names."""

    installation: str
    dag_id: str
    run_id: str
    user_name: str

    @property
    def owner(self) -> str:
        """The value of the tag `rookery_owner` on everything that the run creates."""
        return _shortened(f"{self.installation}/{self.dag_id}/{self.run_id}", LONGEST_TAG)

    @property
    def cluster_name(self) -> str:
        return _shortened(f"rookery {self.installation} {self.dag_id} {self.run_id}", _CLUSTER_NAME)

    def data_root(self, planned: str) -> str:
        """The installation's folder in a plan's data root."""
        return f"{planned.rstrip('/')}/{self.installation}"

    @property
    def code_root(self) -> str:
        """The workspace folder with one folder of job code per digest; no DAG's experiment can be there."""
        return f"/Users/{self.user_name}/rookery_code"

    @property
    def experiment_path(self) -> str:
        """The MLflow experiment that all runs of the DAG share."""
        return f"/Users/{self.user_name}/rookery/{slug(self.dag_id)}"


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[: limit - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
