"""The tags of a point's MLflow run and of a registered version."""

TAG_SWEEP = "rookery.sweep_id"
TAG_POINT = "rookery.point_id"
TAG_SNAPSHOT = "rookery.snapshot"
TAG_CODE = "rookery.code"
TAG_ALGORITHM = "rookery.algorithm"
TAG_DAG = "rookery.dag_id"
TAG_DAG_RUN = "rookery.dag_run_id"
TAG_AS_OF = "rookery.as_of"
TAG_GENERATION = "rookery.generation"
TAG_ERROR = "rookery.error"
TAG_MODEL = "rookery.model"
TAG_REGISTRATION = "rookery.registration"

MODEL_ARTIFACT = "model"
"""Where a run keeps its model: the artifact path, and the value of TAG_MODEL once it is logged."""


def model_version_tag(key: str) -> str:
    """The tag of the winner's MLflow run whose value is the version registered for this registration key."""
    return f"rookery.model_version.{key}"
