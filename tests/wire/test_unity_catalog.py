"""Unity Catalog by Databricks' SDK: catalogs, schemas, volumes, and who may do what."""

import io
import itertools

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.catalog import PermissionsChange, Privilege, VolumeType

from rookery.exceptions import PlanError
from rookery.workspace import storage
from rookery.workspace.folders import folder_fact
from rookery.workspace.promotion import roles
from rookery.workspace.rights import require_right_to_register
from tests.wire.running_workspace import RunningWorkspace

ME, ANOTHER = "local.user@example.com", "another.user@example.com"
_numbers = itertools.count()


@pytest.fixture
def schema(workspace: RunningWorkspace) -> str:
    """A new schema in `main`; its full name."""
    created = workspace.client.schemas.create(f"wire-{next(_numbers)}", "main")
    return str(created.full_name)


def volume_in(workspace: RunningWorkspace, schema: str, name: str = "files") -> str:
    """The full name of a new volume."""
    created = workspace.client.volumes.create("main", schema.split(".")[1], name, VolumeType.MANAGED)
    return str(created.full_name)


def give_away(workspace: RunningWorkspace, schema: str, *privileges: Privilege) -> None:
    """Somebody else owns the schema; the workspace's user has only these privileges on it."""
    change = PermissionsChange(principal=ME, add=list(privileges))
    workspace.client.grants.update("schema", schema, changes=[change])
    workspace.client.schemas.update(schema, owner=ANOTHER)


def test_main_and_its_default_schema_are_there_from_the_start(workspace: RunningWorkspace) -> None:
    client = workspace.client
    assert client.metastores.current().default_catalog_name == "main"
    assert client.metastores.summary().metastore_id == client.metastores.current().metastore_id
    assert "main" in [each.name for each in client.catalogs.list()]
    assert "main.default" in [each.full_name for each in client.schemas.list("main")]
    assert client.schemas.get("main.default").owner == ME


def test_a_catalog_is_made_changed_and_removed_with_all_in_it(workspace: RunningWorkspace) -> None:
    catalogs = workspace.client.catalogs
    catalogs.create("Spare-Catalog", comment="first", properties={"a": "b"})
    assert catalogs.update("spare-catalog", comment="second").comment == "second"
    found = catalogs.get("SPARE-CATALOG")
    assert (found.name, found.comment, found.properties) == ("spare-catalog", "second", {"a": "b"})
    with pytest.raises(BadRequest, match="Catalog 'spare-catalog' already exists"):
        catalogs.create("spare-catalog")
    with pytest.raises(BadRequest, match="Catalog 'spare-catalog' is not empty"):
        catalogs.delete("spare-catalog")
    catalogs.delete("spare-catalog", force=True)
    with pytest.raises(NotFound, match=r"Catalog 'spare-catalog' does not exist\."):
        workspace.client.schemas.get("spare-catalog.default")


def test_lists_come_in_pages(workspace: RunningWorkspace, schema: str) -> None:
    names = [f"v{number}" for number in range(5)]
    for name in names:
        volume_in(workspace, schema, name)
    listed = workspace.client.volumes.list("main", schema.split(".")[1], max_results=2)
    assert [each.name for each in listed] == names


def test_a_volume_has_its_files_until_it_is_removed(workspace: RunningWorkspace, schema: str) -> None:
    client = workspace.client
    name = volume_in(workspace, schema, "Files-Of-Mine")
    assert name == f"{schema}.files-of-mine"
    # As the client has spelt it.
    path = f"/Volumes/main/{schema.split('.')[1]}/Files-Of-Mine"
    client.files.upload(f"{path}/deep/a.txt", io.BytesIO(b"a text"))
    assert [each.path for each in client.files.list_directory_contents(path)] == [f"{path}/deep"]
    client.volumes.update(name, new_name="moved", comment="was another")
    moved = f"{schema}.moved"
    assert client.volumes.read(moved).comment == "was another"
    with pytest.raises(NotFound):
        client.files.get_metadata(f"{path}/deep/a.txt")
    downloaded = client.files.download(f"/Volumes/{moved.replace('.', '/')}/deep/a.txt").contents
    assert downloaded is not None
    assert downloaded.read() == b"a text"
    with pytest.raises(BadRequest, match="is not empty"):
        client.schemas.delete(schema)
    client.volumes.delete(moved)
    with pytest.raises(NotFound, match=f"Volume '{moved}' does not exist"):
        list(client.files.list_directory_contents(f"/Volumes/{moved.replace('.', '/')}"))
    client.schemas.delete(schema)
    assert not (workspace.root / "dbfs/Volumes" / schema.replace(".", "/")).exists()


@pytest.mark.parametrize("path", ["/Volumes", "/Volumes/main", "/Volumes/main/default"])
def test_what_names_no_volume_has_no_files(workspace: RunningWorkspace, path: str) -> None:
    with pytest.raises(BadRequest, match="names no volume"):
        list(workspace.client.files.list_directory_contents(path))


@pytest.mark.parametrize(
    "rest",
    ["../../../../token", "%2e%2e/%2e%2e/%2e%2e/%2e%2e/token", "..%2f..%2f..%2f..%2ftoken", "%2e%2e/other/x"],
)
def test_no_path_leads_out_of_its_volume(workspace: RunningWorkspace, schema: str, rest: str) -> None:
    volume_in(workspace, schema)
    volume_in(workspace, schema, "other")
    path = f"/Volumes/{schema.replace('.', '/')}/files/{rest}"
    for method, route in (("GET", "files"), ("PUT", "files"), ("GET", "directories")):
        answer = workspace.call(method, f"/api/2.0/fs/{route}{path}")
        assert 400 <= answer.status_code < 500
        assert workspace.token not in answer.text


def test_a_link_in_a_volume_does_not_lead_out_of_it(workspace: RunningWorkspace, schema: str) -> None:
    volume_in(workspace, schema)
    folder = workspace.root / "dbfs/Volumes" / schema.replace(".", "/") / "files"
    (folder / "link").symlink_to(workspace.root / "token")
    answer = workspace.call("GET", f"/api/2.0/fs/files/Volumes/{schema.replace('.', '/')}/files/link")
    assert answer.status_code == 400
    assert workspace.token not in answer.text


def test_who_does_not_own_and_was_granted_nothing_is_refused(
    workspace: RunningWorkspace, schema: str
) -> None:
    client = workspace.client
    volume_in(workspace, schema)
    give_away(workspace, schema)
    with pytest.raises(PermissionDenied, match=f"User does not have USE SCHEMA on Schema '{schema}'"):
        client.schemas.get(schema)
    with pytest.raises(PermissionDenied, match="User does not have USE SCHEMA"):
        client.files.upload(f"/Volumes/{schema.replace('.', '/')}/files/x", io.BytesIO(b"x"))
    assert schema not in [each.full_name for each in client.schemas.list("main")]


def test_a_grant_on_a_schema_holds_for_what_is_in_it(workspace: RunningWorkspace, schema: str) -> None:
    client = workspace.client
    volume = volume_in(workspace, schema)
    client.volumes.update(volume, owner=ANOTHER)
    give_away(workspace, schema, Privilege.USE_SCHEMA, Privilege.READ_VOLUME)
    assert client.volumes.read(volume).name == "files"
    path = f"/Volumes/{volume.replace('.', '/')}/x"
    with pytest.raises(PermissionDenied, match=f"does not have WRITE VOLUME on Volume '{volume}'"):
        client.files.upload(path, io.BytesIO(b"x"))
    with pytest.raises(PermissionDenied, match=f"does not have CREATE VOLUME on Schema '{schema}'"):
        volume_in(workspace, schema, "another")
    effective = client.grants.get_effective("volume", volume, principal=ME).privilege_assignments
    assert effective is not None
    (mine,) = effective
    assert mine.privileges is not None
    assert {str(each.privilege and each.privilege.value) for each in mine.privileges} == {
        *("USE_SCHEMA", "READ_VOLUME")
    }
    assert {each.inherited_from_name for each in mine.privileges} == {schema}


def test_grants_are_given_taken_away_and_listed(workspace: RunningWorkspace, schema: str) -> None:
    grants = workspace.client.grants
    both = [Privilege.USE_SCHEMA, Privilege.CREATE_MODEL]
    grants.update("schema", schema, changes=[PermissionsChange(principal=ANOTHER, add=both)])
    grants.update("schema", schema, changes=[PermissionsChange(principal=ANOTHER, remove=both[:1])])
    found = grants.get("schema", schema).privilege_assignments
    assert [(each.principal, each.privileges) for each in found or []] == [(ANOTHER, both[1:])]
    change = PermissionsChange(principal=ANOTHER, add=[Privilege.USE_CATALOG])
    with pytest.raises(BadRequest, match="Privilege USE_CATALOG is not applicable"):
        grants.update("schema", schema, changes=[change])
    assert grants.get("schema", schema).privilege_assignments == found


def version_of(workspace: RunningWorkspace, model: str) -> int:
    """A new version of a model, whose files are still to come, as MLflow's clients begin one."""
    body = {"name": model, "source": "dbfs:/databricks/mlflow-tracking/0/x/artifacts/model", "run_id": "x"}
    answer = workspace.call("POST", "/api/2.0/mlflow/unity-catalog/model-versions/create", body)
    return int(answer.json()["model_version"]["version"])


def test_a_model_is_the_same_to_the_sdk_and_to_mlflow(workspace: RunningWorkspace, schema: str) -> None:
    models, versions = workspace.client.registered_models, workspace.client.model_versions
    created = models.create(catalog_name="main", schema_name=schema.split(".")[1], name="Birds")
    name = str(created.full_name)
    assert (name, created.owner) == (f"{schema}.birds", ME)
    assert version_of(workspace, name) == 1
    models.set_alias(name, "champion", 1)
    assert versions.get_by_alias(name, "champion").version == 1
    assert [each.version for each in versions.list(name)] == [1]
    assert versions.update(name, 1, comment="said").comment == "said"
    assert models.update(name, comment="of the model").comment == "of the model"
    listed = models.list(catalog_name="main", schema_name=schema.split(".")[1], max_results=1)
    assert [each.full_name for each in listed] == [name]
    models.delete_alias(name, "champion")
    with pytest.raises(NotFound, match="alias 'champion' does not exist"):
        versions.get_by_alias(name, "champion")
    versions.delete(name, 1)
    with pytest.raises(NotFound):
        versions.get(name, 1)
    models.delete(name)
    with pytest.raises(NotFound, match=f"Routine or Model '{name}' does not exist"):
        models.get(name)


def test_a_schema_goes_with_its_models_only_by_force(workspace: RunningWorkspace, schema: str) -> None:
    client = workspace.client
    created = client.registered_models.create(catalog_name="main", schema_name=schema.split(".")[1], name="m")
    with pytest.raises(BadRequest, match=r"has 0 tables\(s\), 1 functions\(s\), 0 volumes\(s\)"):
        client.schemas.delete(schema)
    client.schemas.delete(schema, force=True)
    client.schemas.create(schema.split(".")[1], "main")
    with pytest.raises(NotFound):
        client.registered_models.get(str(created.full_name))


def test_a_model_is_not_created_without_the_right_to(workspace: RunningWorkspace, schema: str) -> None:
    give_away(workspace, schema, Privilege.USE_SCHEMA)
    refusal = f"User does not have CREATE MODEL on Schema '{schema}'"
    with pytest.raises(PermissionDenied, match=refusal):
        workspace.client.registered_models.create(
            catalog_name="main", schema_name=schema.split(".")[1], name="m"
        )
    body = {"name": f"{schema}.m"}
    answer = workspace.call("POST", "/api/2.0/mlflow/unity-catalog/registered-models/create", body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_who_has_given_a_model_away_marks_its_versions_only_by_manage(
    workspace: RunningWorkspace, schema: str
) -> None:
    client, name = workspace.client, f"{schema}.birds"
    client.registered_models.create(catalog_name="main", schema_name=schema.split(".")[1], name="birds")
    assert version_of(workspace, name) == 1
    everything_else = PermissionsChange(principal=ME, add=[Privilege.ALL_PRIVILEGES])
    client.grants.update("function", name, changes=[everything_else])
    client.registered_models.update(name, owner=ANOTHER)
    assert client.registered_models.get(name).owner == ANOTHER
    with pytest.raises(PermissionDenied, match=f"User does not have MANAGE on Routine or Model '{name}'"):
        roles.give(client, name, "1", roles.CHALLENGER)
    with pytest.raises(PlanError, match=f"{ME} lacks MANAGE.*GRANT MANAGE ON FUNCTION"):
        require_right_to_register(client, name, ME)
    client.grants.update("schema", schema, changes=[PermissionsChange(principal=ME, add=[Privilege.MANAGE])])
    assert require_right_to_register(client, name, ME).endswith("a version will be added")
    roles.give(client, name, "1", roles.CHALLENGER)
    assert roles.version_with(client, name, roles.CHALLENGER) == "1"


def test_the_preflight_of_a_plan_is_refused_as_registering_would_be(
    workspace: RunningWorkspace, schema: str
) -> None:
    client, model = workspace.client, f"{schema}.birds"
    told = require_right_to_register(client, model, ME)
    assert told == f"{model} will be created in Unity Catalog"
    give_away(workspace, schema, Privilege.USE_SCHEMA)
    with pytest.raises(PlanError, match=f"{ME} lacks CREATE MODEL") as caught:
        require_right_to_register(client, model, ME)
    assert f"GRANT CREATE MODEL ON SCHEMA `main`.`{schema.split('.')[1]}` TO `{ME}`" in str(caught.value)
    change = PermissionsChange(principal="account users", add=[Privilege.CREATE_MODEL])
    client.grants.update("schema", schema, changes=[change])
    told = require_right_to_register(client, model, ME)
    assert told.endswith(f"if {ME} is a member of account users")
    client.registered_models.create(catalog_name="main", schema_name=schema.split(".")[1], name="birds")
    told = require_right_to_register(client, model, ME)
    assert told == f"{model} is there in Unity Catalog; a version will be added"


def test_the_files_of_a_plan_are_kept_in_a_volume(workspace: RunningWorkspace, schema: str) -> None:
    client, volume = workspace.client, volume_in(workspace, schema)
    root = f"/Volumes/{volume.replace('.', '/')}"
    assert folder_fact(f"{root}/rookery", client) == f"the Volume {volume} is there"
    assert storage.data_files(client, f"{root}/none", "csv") == ()
    assert storage.size(client, f"{root}/a/x.csv") is None
    content = io.BytesIO(b"a,b\n" + b"1,2\n" * 1_000_000)
    assert storage.put(client, f"{root}/a/x.csv", content)
    assert not storage.put(client, f"{root}/a/x.csv", content)
    storage.write_text(client, f"{root}/a/b/said.json", "{}")
    assert storage.read_text(client, f"{root}/a/b/said.json") == "{}"
    assert [(each.path, each.size) for each in storage.data_files(client, f"{root}/a", "csv")] == [
        (f"{root}/a/x.csv", 4_000_004)
    ]
    refusal = "Volume 'main.default.none' does not exist; create the Volume once, by CREATE VOLUME"
    with pytest.raises(PlanError, match=refusal):
        folder_fact("/Volumes/main/default/none/rookery", client)
