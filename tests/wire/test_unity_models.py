"""Registered models of Unity Catalog by Databricks' SDK: who sees them, and what is granted on them."""

import itertools
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service.catalog import PermissionsChange, Privilege

from tests.wire.running_workspace import RunningWorkspace

ME, ANOTHER = "local.user@example.com", "another.user@example.com"
UC = "/api/2.0/mlflow/unity-catalog"
_numbers = itertools.count()


@pytest.fixture
def schema(workspace: RunningWorkspace) -> str:
    """A new schema in `main`; its full name."""
    return str(workspace.client.schemas.create(f"models-{next(_numbers)}", "main").full_name)


def model_in(workspace: RunningWorkspace, schema: str, name: str = "birds") -> str:
    """The full name of a new model."""
    created = workspace.client.registered_models.create(
        catalog_name="main", schema_name=schema.split(".")[1], name=name
    )
    return str(created.full_name)


def version_of(workspace: RunningWorkspace, model: str) -> int:
    """A new version, whose files are still to come."""
    body = {"name": model, "source": "dbfs:/databricks/mlflow-tracking/0/x/artifacts/model", "run_id": "x"}
    answer = workspace.call("POST", f"{UC}/model-versions/create", body)
    return int(answer.json()["model_version"]["version"])


def granted(workspace: RunningWorkspace, model: str) -> dict[str, list[Privilege]]:
    """What is granted on a model itself."""
    found = workspace.client.grants.get("function", model).privilege_assignments or []
    return {str(each.principal): list(each.privileges or []) for each in found}


def test_who_may_not_use_a_model_does_not_see_it(workspace: RunningWorkspace, schema: str) -> None:
    client, hidden, seen = workspace.client, model_in(workspace, schema), model_in(workspace, schema, "seen")
    body = {"name": hidden, "source": "dbfs:/x", "run_id": "of-hidden"}
    assert workspace.call("POST", f"{UC}/model-versions/create", body).is_success
    client.registered_models.update(hidden, owner=ANOTHER)
    client.grants.update(
        "schema", schema, changes=[PermissionsChange(principal=ME, add=[Privilege.USE_SCHEMA])]
    )
    listed = client.registered_models.list(catalog_name="main", schema_name=schema.split(".")[1])
    assert [each.full_name for each in listed] == [seen]
    found = workspace.call("GET", f"{UC}/registered-models/search", {"max_results": 1000}).json()
    names = [each["name"] for each in found["registered_models"]]
    assert seen in names
    assert hidden not in names
    found = workspace.call("GET", f"{UC}/model-versions/search", {"filter": "run_id = 'of-hidden'"}).json()
    assert found["model_versions"] == []
    with pytest.raises(PermissionDenied, match=f"User does not have EXECUTE on Routine or Model '{hidden}'"):
        client.registered_models.get(hidden)


def test_nothing_is_granted_on_a_model_that_is_not_there(workspace: RunningWorkspace, schema: str) -> None:
    grants, missing = workspace.client.grants, f"{schema}.none"
    change = PermissionsChange(principal=ANOTHER, add=[Privilege.EXECUTE])
    refusal = f"Routine or Model '{missing}' does not exist"
    with pytest.raises(NotFound, match=refusal):
        grants.update("function", missing, changes=[change])
    with pytest.raises(NotFound, match=refusal):
        grants.get("function", missing)


def test_grants_on_a_model_follow_its_name_and_end_with_it(workspace: RunningWorkspace, schema: str) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    change = PermissionsChange(principal=ANOTHER, add=[Privilege.EXECUTE])
    client.grants.update("function", model, changes=[change])
    client.registered_models.update(model, new_name="renamed")
    assert granted(workspace, f"{schema}.renamed") == {ANOTHER: [Privilege.EXECUTE]}
    assert granted(workspace, model_in(workspace, schema)) == {}
    client.registered_models.delete(f"{schema}.renamed")
    assert granted(workspace, model_in(workspace, schema, "renamed")) == {}


def test_a_schema_goes_by_force_with_models_that_somebody_else_owns(
    workspace: RunningWorkspace, schema: str
) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    version_of(workspace, model)
    client.registered_models.update(model, owner=ANOTHER)
    client.schemas.delete(schema, force=True)
    client.schemas.create(schema.split(".")[1], "main")
    assert version_of(workspace, model_in(workspace, schema)) == 1


def test_aliases_of_a_version_are_told_to_who_asks(workspace: RunningWorkspace, schema: str) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    assert [version_of(workspace, model) for _ in range(2)] == [1, 2]
    for alias, number in (("champion", 1), ("best", 1), ("challenger", 2)):
        client.registered_models.set_alias(model, alias, number)
    for found in (
        client.model_versions.get(model, 1, include_aliases=True),
        client.model_versions.get_by_alias(model, "best", include_aliases=True),
    ):
        assert {(each.alias_name, each.version_num) for each in found.aliases or []} == {
            ("champion", 1),
            ("best", 1),
        }
    assert not client.model_versions.get(model, 1).aliases


def test_aliases_of_a_model_are_told_to_who_asks(workspace: RunningWorkspace, schema: str) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    version_of(workspace, model)
    client.registered_models.set_alias(model, "champion", 1)
    assert not client.registered_models.get(model).aliases
    (alias,) = client.registered_models.get(model, include_aliases=True).aliases or []
    assert (alias.alias_name, alias.version_num) == ("champion", 1)


def test_a_page_of_grants_has_room_for_all_of_one_principal(workspace: RunningWorkspace, schema: str) -> None:
    grants = workspace.client.grants
    for most in (-1, 1, 149):
        for ask in (grants.get, grants.get_effective):
            with pytest.raises(BadRequest):
                ask("schema", schema, max_results=most)
    assert grants.get("schema", schema, max_results=150).next_page_token is None


def test_an_update_changes_what_it_names(workspace: RunningWorkspace, schema: str) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    version_of(workspace, model)
    client.model_versions.update(model, 1, comment="said")
    assert client.model_versions.update(model, 1).comment == "said"
    client.registered_models.update(model, comment="of the model")
    assert client.registered_models.update(model, owner=ME).comment == "of the model"
    client.schemas.update(schema, comment="of the schema")
    assert client.schemas.update(schema, owner=ME).comment == "of the schema"


@pytest.mark.parametrize("name", ["a b", "a.b", "a/b", "", "x" * 256, "a\tb"])
def test_names_are_refused_alike_for_all_kinds_of_objects(
    workspace: RunningWorkspace, schema: str, name: str
) -> None:
    short = schema.split(".")[1]
    bodies: dict[str, dict[str, Any]] = {
        "catalogs": {"name": name},
        "schemas": {"catalog_name": "main", "name": name},
        "volumes": {"catalog_name": "main", "schema_name": short, "name": name, "volume_type": "MANAGED"},
        "models": {"catalog_name": "main", "schema_name": short, "name": name},
    }
    for kind, body in bodies.items():
        answer = workspace.call("POST", f"/api/2.1/unity-catalog/{kind}", body)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), kind


def test_what_is_in_something_that_is_missing_is_refused(workspace: RunningWorkspace, schema: str) -> None:
    client = workspace.client
    with pytest.raises(NotFound, match=r"Catalog 'none' does not exist\."):
        client.schemas.create("x", "none")
    with pytest.raises(NotFound, match=r"Schema 'main\.none' does not exist\."):
        client.registered_models.create(catalog_name="main", schema_name="none", name="x")
    with pytest.raises(NotFound, match=r"Schema 'main\.none' does not exist\."):
        list(client.registered_models.list(catalog_name="main", schema_name="none"))
    with pytest.raises(NotFound):
        client.registered_models.set_alias(model_in(workspace, schema), "champion", 7)
    with pytest.raises(BadRequest):
        list(client.registered_models.list(catalog_name="main"))


def test_who_may_add_versions_registers_one_without_the_right_to_create_models(
    workspace: RunningWorkspace, schema: str
) -> None:
    client, model = workspace.client, model_in(workspace, schema)
    change = PermissionsChange(principal=ME, add=[Privilege.USE_SCHEMA, Privilege.EXECUTE])
    client.grants.update("schema", schema, changes=[change])
    # Younger than the SDK, which does not know it.
    body = {"changes": [{"principal": ME, "add": ["CREATE_MODEL_VERSION"]}]}
    assert workspace.call("PATCH", f"/api/2.1/unity-catalog/permissions/function/{model}", body).is_success
    client.registered_models.update(model, owner=ANOTHER)
    client.schemas.update(schema, owner=ANOTHER)
    answer = workspace.call("POST", f"{UC}/registered-models/create", {"name": model})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")
    assert version_of(workspace, model) == 1
    answer = workspace.call("POST", f"{UC}/registered-models/create", {"name": f"{model}s"})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")
