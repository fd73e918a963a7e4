"""The names in MLflow: tags of a point's run and of a registered version, artifacts, metrics.

Unity Catalog refuses keys with one of `. , - = / :`
(https://docs.databricks.com/aws/en/database-objects/tags).
"""

TAG_KIND = "rookery_kind"
TAG_SWEEP = "rookery_sweep_id"
TAG_POINT = "rookery_point_id"
TAG_SHARD = "rookery_shard"
TAG_SNAPSHOT = "rookery_snapshot"
TAG_CODE = "rookery_code"
TAG_ALGORITHM = "rookery_algorithm"
TAG_DAG = "rookery_dag_id"
TAG_DAG_RUN = "rookery_dag_run_id"
TAG_AS_OF = "rookery_as_of"
TAG_GENERATION = "rookery_generation"
TAG_ERROR = "rookery_error"
TAG_MODEL = "rookery_model"
TAG_FITTED_BY = "rookery_fitted_by"
TAG_CLAIM = "rookery_claim"
TAG_BEAT = "rookery_beat"
TAG_GATES = "rookery_gates"
TAG_GRID = "rookery_grid"
TAG_INTERVAL_START = "rookery_data_interval_start"
TAG_INTERVAL_END = "rookery_data_interval_end"
TAG_SERVED_BY = "rookery_served_by"
TAG_REGISTRATION = "rookery_registration"
TAG_SNAPSHOT_PATH = "rookery_snapshot_path"
TAG_EXAMPLES = "rookery_examples"
TAG_DECISION = "rookery_decision"

KIND_SWEEP = "sweep"
"""TAG_KIND of the run that the new points of a sweep have for a parent; it is no point itself."""

MLFLOW_PARENT = "mlflow.parentRunId"
MLFLOW_NOTE = "mlflow.note.content"
MLFLOW_RUN_NAME = "mlflow.runName"
MLFLOW_ORIGIN = ("mlflow.user", "mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit")
"""MLflow's own tags, which its pages show (https://mlflow.org/docs/latest/ml/tracking/tracking-api). Those of
MLFLOW_ORIGIN a sweep's run hands on to the runs of its points."""

PARAM_ALGORITHM = "algorithm"
PARAM_AS_OF = "as_of"
DURATION_METRIC = "duration_seconds"
"""What MLflow's table of runs is sorted by, beside hyperparameters and metrics: it cannot be by tags. The
duration is that of fitting and measuring a point."""

TEST_METRIC_PREFIX = "test_"
"""Before the names of the metrics that `register` measures on the test rows."""

MODEL_ARTIFACT = "model"
"""How the artifact path of a run's model begins. TAG_MODEL has the whole path, once the model is logged."""


def model_version_tag(key: str) -> str:
    """The tag of the winner's MLflow run whose value is the version registered for this registration key."""
    return f"rookery_model_version_{key}"
