"""Which versions a registered model has, by its name in Unity Catalog."""

from rookery.hooks.databricks import workspace_client
from rookery.workspace.registered_models import has_version, newest_version
from tests.recorder import Recorder


def test_the_newest_version_in_unity_catalog_is_asked_there(databricks: Recorder) -> None:
    name = "main.birds.penguins"
    client = workspace_client("databricks_default")
    assert newest_version(client, name) is None
    versions = [{"version": number, "status": "READY"} for number in (9, 10)]
    pending = {"version": 11, "status": "PENDING_REGISTRATION"}
    databricks.answers(
        f"GET /api/2.1/unity-catalog/models/{name}/versions", {"model_versions": [*versions, pending]}
    )
    databricks.answers(f"GET /api/2.1/unity-catalog/models/{name}/versions/9", {"version": 9})
    assert newest_version(client, name) == "10"
    assert (has_version(client, name, "9"), has_version(client, name, "8")) == (True, False)
