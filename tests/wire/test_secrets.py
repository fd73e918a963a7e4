"""Secrets through the SDK, and where they arrive: a run's process, a cluster's environment and Spark conf."""

import base64
import io
import secrets as random
from typing import Any

import pytest
from databricks.sdk.errors import ResourceAlreadyExists, ResourceDoesNotExist
from databricks.sdk.service.jobs import NotebookTask, SubmitTask
from databricks.sdk.service.workspace import AclPermission, ImportFormat, Language

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import SINGLE_NODE, finished, printed, shared_cluster, task_run_id

SECRET = f"gentoo-{random.token_hex(8)}"


@pytest.fixture
def scope(workspace: RunningWorkspace) -> str:
    """A scope with one secret, `password`."""
    name = f"scope-{random.token_hex(4)}"
    workspace.client.secrets.create_scope(name)
    workspace.client.secrets.put_secret(name, "password", string_value=SECRET)
    return name


def test_the_sdk_keeps_reads_lists_and_deletes_secrets(workspace: RunningWorkspace, scope: str) -> None:
    api = workspace.client.secrets
    assert base64.b64decode(api.get_secret(scope, "password").value or "").decode() == SECRET
    assert [(secret.key, bool(secret.last_updated_timestamp)) for secret in api.list_secrets(scope)] == [
        ("password", True)
    ]
    assert scope in [each.name for each in api.list_scopes()]
    api.put_acl(scope, "users", AclPermission.READ)
    assert api.get_acl(scope, "users").permission is AclPermission.READ
    with pytest.raises(ResourceAlreadyExists):
        api.create_scope(scope)
    api.delete_secret(scope, "password")
    with pytest.raises(ResourceDoesNotExist):
        api.get_secret(scope, "password")
    api.delete_scope(scope)
    assert scope not in [each.name for each in api.list_scopes()]


def test_a_notebook_reads_a_secret_and_never_shows_it(workspace: RunningWorkspace, scope: str) -> None:
    path = f"/Shared/secret-{random.token_hex(4)}"
    source = f"""value = dbutils.secrets.get("{scope}", "password")
print(value, len(value), [s.key for s in dbutils.secrets.list("{scope}")])"""
    workspace.client.workspace.upload(
        path, io.BytesIO(source.encode()), format=ImportFormat.SOURCE, language=Language.PYTHON
    )
    task = SubmitTask(
        task_key="main",
        existing_cluster_id=shared_cluster(workspace),
        notebook_task=NotebookTask(notebook_path=path),
    )
    run = finished(workspace, workspace.client.jobs.submit(run_name="secret", tasks=[task]).run_id)
    page = workspace.call("GET", (run.run_page_url or "").removeprefix(workspace.origin)).text
    assert f"[REDACTED] {len(SECRET)} [&#39;password&#39;]" in page
    folder = workspace.root / "runs" / str(task_run_id(run))
    assert not [file for file in folder.rglob("*") if file.is_file() and SECRET in file.read_text()]


def test_a_clusters_references_become_secrets_and_are_shown_as_references(
    workspace: RunningWorkspace, scope: str
) -> None:
    reference = f"{{{{secrets/{scope}/password}}}}"
    spec: dict[str, Any] = SINGLE_NODE | {
        "spark_conf": SINGLE_NODE["spark_conf"] | {"spark.my.password": reference},
        "spark_env_vars": {"MY_PASSWORD": reference},
    }
    clusters = workspace.client.clusters
    cluster_id = str(clusters.create_and_wait(cluster_name="with secrets", **spec).cluster_id)
    source = f"""
import hashlib, os
values = os.environ["MY_PASSWORD"], spark.conf.get("spark.my.password")
print([hashlib.sha256(v.encode()).hexdigest() == hashlib.sha256(b"{SECRET}").hexdigest() for v in values])
"""
    assert printed(workspace, source, cluster_id=cluster_id) == "[True, True]"
    shown = clusters.get(cluster_id)
    assert (
        (shown.spark_env_vars or {})["MY_PASSWORD"]
        == (shown.spark_conf or {})["spark.my.password"]
        == reference
    )
    assert SECRET not in (workspace.root / "clusters" / cluster_id / "driver.log").read_text()
    clusters.permanent_delete(cluster_id)
    missing = spec | {"spark_env_vars": {"A": f"{{{{secrets/{scope}/none}}}}"}}
    with pytest.raises(Exception, match="Secret does not exist with scope"):
        clusters.create_and_wait(cluster_name="without", **missing)
