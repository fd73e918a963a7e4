"""The local workspace's APIs: its routes, what they do, and the tests that show it."""

import functools
import json
import subprocess
import sys
from dataclasses import dataclass

from local_workspace.api.not_offered import APIS, SERVICES

EXECUTES, RECORDED, EMPTY = "really executes", "recorded and shown", "an empty list: there is none"
# Prints the operations of a workspace that serves nothing: in a process of its own, as MLflow keeps its state
# in the process that imports it.
_ASK = """
import json, os, sys, tempfile
from pathlib import Path
from local_workspace.application import LocalWorkspace
from local_workspace.clock import SystemClock
from local_workspace.settings import Settings
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
    workspace = LocalWorkspace(Settings(Path(root), 1, "dapi"), SystemClock())
    print(json.dumps(sorted({path for path in workspace.description["paths"]})), flush=True)
    os._exit(0)  # MLflow, which is still being imported, is of no use
"""


@dataclass(frozen=True)
class Area:
    """Routes whose path begins so (after `/api/<version>/`), what they do, and a test of that."""

    prefix: str
    what: str
    effect: str
    test: str


def _wire(name: str) -> str:
    return f"tests/wire/test_{name}"


_COMPUTE = _wire("cluster_environment.py::")
_IDENTITY = _wire("identity.py::")
AREAS = (
    Area(
        "clusters",
        "Clusters",
        EXECUTES,
        _wire("clusters.py::test_a_deleted_cluster_has_ended_with_its_driver_and_can_start_again"),
    ),
    Area(
        "libraries",
        "Libraries of clusters",
        EXECUTES,
        _COMPUTE + "test_init_scripts_secrets_and_libraries_make_a_clusters_environment_until_it_restarts",
    ),
    Area(
        "policies",
        "Cluster policies",
        EXECUTES,
        _COMPUTE + "test_a_policy_and_a_pool_fill_in_a_request_and_refuse_another",
    ),
    Area(
        "policy-families",
        "Policy families",
        EXECUTES,
        _COMPUTE + "test_a_policy_and_a_pool_fill_in_a_request_and_refuse_another",
    ),
    Area(
        "instance-pools",
        "Instance pools",
        "their node type and capacity are heeded, the rest recorded",
        _COMPUTE + "test_a_policy_and_a_pool_fill_in_a_request_and_refuse_another",
    ),
    Area("jobs", "Jobs and runs", EXECUTES, _wire("jobs.py::test_a_script_is_executed_as_databricks_does")),
    Area(
        "contexts",
        "Execution contexts",
        EXECUTES,
        _wire("commands.py::test_commands_share_names_and_show_what_they_print"),
    ),
    Area("commands", "Commands", EXECUTES, _wire("commands.py::test_a_command_can_be_cancelled")),
    Area("dbfs", "DBFS", EXECUTES, _wire("dbfs.py::test_a_large_file_comes_back_as_it_was")),
    Area("fs", "Files", EXECUTES, _wire("files_api.py::test_a_file_goes_in_and_comes_back")),
    Area(
        "/signed-files",
        "Signed URLs",
        EXECUTES,
        _wire("databricks_mlflow.py::test_mlflow_tracks_on_databricks"),
    ),
    Area(
        "workspace",
        "Workspace files and notebooks",
        EXECUTES,
        _wire("workspace_files.py::test_a_source_import_is_a_notebook_with_its_first_line"),
    ),
    Area(
        "workspace-files",
        "Files of the command line",
        EXECUTES,
        _wire("workspace_files.py::test_the_command_line_puts_files_there_by_a_call_of_its_own"),
    ),
    Area(
        "workspace-conf",
        "Settings of the workspace",
        RECORDED,
        _IDENTITY + "test_settings_are_kept_and_what_there_is_none_of_is_an_empty_list",
    ),
    Area(
        "secrets", "Secrets", EXECUTES, _wire("secrets.py::test_a_notebook_reads_a_secret_and_never_shows_it")
    ),
    Area(
        "permissions",
        "Permissions",
        RECORDED,
        _wire("permissions.py::test_a_job_has_an_owner_and_gets_others_who_may_see_it"),
    ),
    Area(
        "preview/scim",
        "Users, groups, service principals",
        RECORDED,
        _IDENTITY + "test_groups_have_members_who_know_them",
    ),
    Area(
        "token", "Personal tokens", EXECUTES, _IDENTITY + "test_a_personal_token_gets_in_until_it_is_deleted"
    ),
    Area(
        "token-management",
        "Everybody's tokens",
        EXECUTES,
        _IDENTITY + "test_a_service_principal_is_given_a_personal_token",
    ),
    Area(
        "accounts/servicePrincipals",
        "Secrets of service principals",
        EXECUTES,
        _IDENTITY + "test_a_service_principal_calls_by_oauth_until_it_is_not_active_any_more",
    ),
    Area(
        "/oidc",
        "OAuth for machines",
        EXECUTES,
        _IDENTITY + "test_a_service_principal_calls_by_oauth_until_it_is_not_active_any_more",
    ),
    Area("/.well-known", "Discovery", EXECUTES, _IDENTITY + "test_the_sdk_learns_user_workspace_and_account"),
    Area(
        "unity-catalog",
        "Unity Catalog",
        EXECUTES,
        _wire("unity_catalog.py::test_a_volume_has_its_files_until_it_is_removed"),
    ),
    Area(
        "mlflow",
        "MLflow, as Databricks extends it",
        EXECUTES,
        _wire("databricks_mlflow.py::test_mlflow_registers_on_databricks"),
    ),
    Area(
        "serving-endpoints",
        "Serving endpoints",
        EXECUTES,
        _wire("serving.py::test_calls_are_limited_and_counted"),
    ),
    Area("/serving-endpoints", "Scoring", EXECUTES, _wire("serving.py::test_every_input_form_is_scored")),
    Area(
        "/data-plane",
        "Scoring by route-optimized endpoints",
        EXECUTES,
        _wire("data_plane.py::test_the_sdk_asks_an_endpoint_by_the_data_plane"),
    ),
    Area(
        "repos",
        "Git folders",
        EMPTY,
        _IDENTITY + "test_settings_are_kept_and_what_there_is_none_of_is_an_empty_list",
    ),
    Area(
        "sql",
        "Queries of SQL warehouses",
        EMPTY,
        _IDENTITY + "test_settings_are_kept_and_what_there_is_none_of_is_an_empty_list",
    ),
    Area(
        "global-init-scripts",
        "Global init scripts",
        EMPTY,
        _IDENTITY + "test_settings_are_kept_and_what_there_is_none_of_is_an_empty_list",
    ),
)


@functools.cache
def paths() -> tuple[str, ...]:
    """The path of every route of the workspace's own."""
    asked = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    return tuple(json.loads(asked.stdout.splitlines()[-1]))


def area_of(path: str) -> Area | None:
    """The area of a path: the one with the longest prefix."""
    name = path.split("/", 3)[3] if path.startswith("/api/") else path
    found = [area for area in AREAS if f"{name}/".startswith(f"{area.prefix}/")]
    return max(found, key=lambda area: len(area.prefix), default=None)


def rows() -> list[tuple[str, str, str, str]]:
    """A row for each area: what it is, how many routes it has, what they do, and the test."""
    counted = [area_of(path) for path in paths()]
    return [(area.what, str(counted.count(area)), area.effect, f"`{area.test}`") for area in AREAS]


def refused() -> list[tuple[str, str]]:
    """What is answered 501: the beginning of the path, and what is there on Databricks."""
    places = APIS | {f"/api/{service}/v1": what for service, what in SERVICES.items()}
    return [(f"`{place}`", what) for place, what in places.items()]
