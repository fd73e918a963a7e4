"""Scopes of secrets, and references to them."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace.errors import InvalidParameterValue, ResourceAlreadyExists, ResourceDoesNotExist
from local_workspace.secrets.scopes import SecretScopes
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, 1, "dapi")


@pytest.fixture
def scopes(settings: Settings) -> Iterator[SecretScopes]:
    store = Store(settings.database)
    scopes = SecretScopes(settings, store, ManualClock())
    scopes.create("lab", "")
    scopes.put("lab", "password", b"gentoo-7")
    yield scopes
    store.close()


def test_a_value_is_in_one_file_that_only_its_owner_reads(scopes: SecretScopes, settings: Settings) -> None:
    assert scopes.get("lab", "password") == b"gentoo-7"
    assert stat.S_IMODE(settings.secrets.stat().st_mode) == 0o600
    others = [file for file in settings.root.rglob("*") if file.is_file() and file != settings.secrets]
    assert others
    assert not [file for file in others if b"gentoo-7" in file.read_bytes()]


def test_a_reference_is_replaced_wherever_it_stands(scopes: SecretScopes) -> None:
    values = {"a": "{{secrets/lab/password}}", "b": "user:{{ secrets/lab/password }}", "c": "{{x}}"}
    assert scopes.resolved(values) == {"a": "gentoo-7", "b": "user:gentoo-7", "c": "{{x}}"}
    with pytest.raises(ResourceDoesNotExist, match="scope: lab and key: none"):
        scopes.resolved({"a": "{{secrets/lab/none}}"})


def test_what_is_deleted_is_gone(scopes: SecretScopes, settings: Settings) -> None:
    scopes.delete_secret("lab", "password")
    with pytest.raises(ResourceDoesNotExist):
        scopes.get("lab", "password")
    scopes.put("lab", "other", b"chinstrap")
    scopes.delete("lab")
    with pytest.raises(ResourceDoesNotExist, match="Scope lab does not exist!"):
        scopes.keys("lab")
    assert b"chinstrap" not in settings.secrets.read_bytes()


def test_who_makes_a_scope_manages_it(scopes: SecretScopes, settings: Settings) -> None:
    assert scopes.acls("lab") == {settings.user_name: "MANAGE"}
    scopes.put_acl("lab", "readers", "READ")
    scopes.delete_acl("lab", settings.user_name)
    assert scopes.acls("lab") == {"readers": "READ"}
    with pytest.raises(InvalidParameterValue, match="READ, WRITE, MANAGE"):
        scopes.put_acl("lab", "readers", "ALL")


@pytest.mark.parametrize("name", ["", "a/b", "..\n", "x" * 129, "a b"])
def test_a_name_that_is_none_is_refused(scopes: SecretScopes, name: str) -> None:
    with pytest.raises(InvalidParameterValue, match="names may hold"):
        scopes.create(name, "")
    with pytest.raises(InvalidParameterValue, match="names may hold"):
        scopes.put("lab", name, b"")


def test_a_scope_is_made_once_and_values_have_a_limit(scopes: SecretScopes) -> None:
    with pytest.raises(ResourceAlreadyExists, match="Scope lab already exists!"):
        scopes.create("lab", "")
    with pytest.raises(InvalidParameterValue, match="at most 131072"):
        scopes.put("lab", "large", b"x" * 131_073)
