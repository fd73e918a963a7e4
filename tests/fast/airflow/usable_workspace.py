"""The answers of a workspace that can carry out a plan, in which nothing of it is there yet."""

from tests.recorder import Recorder

ME = "GET /api/2.0/preview/scim/v2/Me"
NODE_TYPES = "GET /api/2.1/clusters/list-node-types"
RUNTIMES = "GET /api/2.1/clusters/spark-versions"
OBJECT = "GET /api/2.0/workspace/get-status"
DBFS = "GET /api/2.0/dbfs/get-status"
MODEL = "GET /api/2.0/mlflow/databricks/registered-models/get"
ENDPOINT = "GET /api/2.0/serving-endpoints/predict-penguin"

NODE_TYPE = {
    "node_type_id": "Standard_DS3_v2",
    "memory_mb": 14336,
    "num_cores": 4.0,
    "description": "Standard_DS3_v2",
    "instance_type_id": "Standard_DS3_v2",
    "category": "General Purpose",
}
RUNTIME = {"key": "18.x-cpu-ml-scala2.13", "name": "18 LTS ML (includes Apache Spark 4.1.0, Scala 2.13)"}


def answer_everything(databricks: Recorder) -> None:
    """Teach the recorder; what it is not taught it answers with RESOURCE_DOES_NOT_EXIST."""
    databricks.answers(ME, {"userName": "me@example.com"})
    databricks.answers(NODE_TYPES, {"node_types": [NODE_TYPE]})
    databricks.answers(RUNTIMES, {"versions": [RUNTIME]})
