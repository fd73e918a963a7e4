"""Who may do what in Unity Catalog, and what is left after a restart."""

from pathlib import Path

import pytest

from local_workspace.errors import PermissionDenied, SecurableNotFound
from local_workspace.settings import Settings
from local_workspace.store import Store
from local_workspace.unity.kinds import CATALOG, SCHEMA, VOLUME, Kind
from local_workspace.unity.unity import UnityCatalog
from tests.fast.local_workspace.manual_clock import ManualClock

ME, ANOTHER, GROUP = "local.user@example.com", "another@example.com", "account users"
MODEL = "main.default.model"


def opened(root: Path) -> UnityCatalog:
    """Unity Catalog on a root, new or as it was left."""
    settings = Settings(root, 1, "token")
    return UnityCatalog(settings, Store(settings.database), ManualClock())


@pytest.fixture
def unity(tmp_path: Path) -> UnityCatalog:
    return opened(tmp_path)


def grant(unity: UnityCatalog, kind: Kind, name: str, privilege: str, principal: str = ME) -> None:
    unity.change_grants(kind, name, [(principal, [privilege], [])])


def test_the_owner_of_a_schema_may_register_models_there(unity: UnityCatalog) -> None:
    unity.require_privilege("CREATE_MODEL", "main.default")


@pytest.mark.parametrize("principal", [ME, GROUP])
@pytest.mark.parametrize("privilege", ["CREATE_MODEL", "CREATE_FUNCTION", "ALL_PRIVILEGES"])
def test_a_grant_gives_what_ownership_does_not(unity: UnityCatalog, privilege: str, principal: str) -> None:
    unity.update(SCHEMA, "main.default", {"owner": ANOTHER})
    with pytest.raises(PermissionDenied, match=r"User does not have USE SCHEMA on Schema 'main\.default'\."):
        unity.require_privilege("CREATE_MODEL", "main.default")
    with pytest.raises(PermissionDenied, match="USE SCHEMA"):
        unity.require_privilege("EXECUTE", MODEL)
    # The owner of the catalog may still give the right to use its schemas, to himself as well.
    grant(unity, SCHEMA, "main.default", "USE_SCHEMA", principal)
    unity.require_privilege("EXECUTE", MODEL)
    with pytest.raises(PermissionDenied, match=r"User does not have CREATE MODEL on Schema"):
        unity.require_privilege("CREATE_MODEL", "main.default")
    grant(unity, CATALOG, "main", privilege, principal)
    unity.require_privilege("CREATE_MODEL", "main.default")


def test_a_grant_to_somebody_else_is_of_no_use(unity: UnityCatalog) -> None:
    unity.update(SCHEMA, "main.default", {"owner": ANOTHER})
    grant(unity, SCHEMA, "main.default", "ALL_PRIVILEGES", ANOTHER)
    with pytest.raises(PermissionDenied):
        unity.get(SCHEMA, "main.default")


def test_who_has_given_everything_away_manages_nothing(unity: UnityCatalog) -> None:
    unity.update(SCHEMA, "main.default", {"owner": ANOTHER})
    unity.update(CATALOG, "main", {"owner": ANOTHER})
    for change in (
        lambda: unity.delete_catalog("main", force=True),
        lambda: unity.update(SCHEMA, "main.default", {"owner": ME}),
        lambda: grant(unity, SCHEMA, "main.default", "ALL_PRIVILEGES"),
    ):
        with pytest.raises(PermissionDenied, match="User is not an owner of"):
            change()


def test_a_user_who_manages_nothing_sees_only_his_own_grants(unity: UnityCatalog) -> None:
    grant(unity, SCHEMA, "main.default", "USE_SCHEMA")
    grant(unity, SCHEMA, "main.default", "CREATE_MODEL", ANOTHER)
    assert set(unity.grants(SCHEMA, "main.default")[-1][2]) == {ME, ANOTHER}
    unity.update(SCHEMA, "main.default", {"owner": ANOTHER})
    unity.update(CATALOG, "main", {"owner": ANOTHER})
    assert set(unity.grants(SCHEMA, "main.default")[-1][2]) == {ME}


def test_the_outermost_thing_that_is_missing_is_named(unity: UnityCatalog) -> None:
    for name, missing in (("no.no", "Catalog 'no'"), ("main.no", "Schema 'main.no'")):
        with pytest.raises(SecurableNotFound, match=f"{missing} does not exist"):
            unity.require_schema(name)


def test_a_volume_made_anew_has_neither_grants_nor_files_of_the_one_before(unity: UnityCatalog) -> None:
    unity.create_volume("main.default", "v", {})
    grant(unity, VOLUME, "main.default.v", "READ_VOLUME", ANOTHER)
    unity.delete_volume("main.default.v")
    unity.create_volume("main.default", "v", {})
    assert unity.grants(VOLUME, "main.default.v")[-1][2] == {}


def test_all_is_as_it_was_after_a_restart(tmp_path: Path) -> None:
    unity = opened(tmp_path)
    unity.create_volume("main.default", "v", {"comment": "kept"})
    grant(unity, SCHEMA, "main.default", "USE_SCHEMA", ANOTHER)
    unity.create_catalog("spare", {})
    again = opened(tmp_path)
    assert again.get(VOLUME, "main.default.v")["comment"] == "kept"
    assert again.grants(SCHEMA, "main.default")[-1][2] == {ANOTHER: ["USE_SCHEMA"]}
    assert [each["name"] for each in again.inside(CATALOG, "")] == ["main", "spare"]
