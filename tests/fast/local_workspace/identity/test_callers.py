"""Tokens end when they say they do."""

from pathlib import Path

import pytest

from local_workspace.identity.callers import SECONDS_OF_AN_ACCESS_TOKEN, Callers
from local_workspace.identity.errors import InvalidClient
from local_workspace.identity.kinds import SERVICE_PRINCIPALS
from local_workspace.identity.principals import Principals
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock

USER = "local.user@example.com"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.db")


@pytest.fixture
def principals(tmp_path: Path, store: Store) -> Principals:
    return Principals(Settings(tmp_path, 1, "dapi-own"), store)


@pytest.fixture
def callers(tmp_path: Path, store: Store, clock: ManualClock, principals: Principals) -> Callers:
    return Callers(Settings(tmp_path, 1, "dapi-own"), store, clock, principals)


def test_a_personal_token_is_good_for_its_lifetime(callers: Callers, clock: ManualClock) -> None:
    token, _ = callers.personal.issue(USER, 60)
    clock.pass_seconds(59)
    assert callers.caller(token.encode()) == USER
    clock.pass_seconds(1)
    assert callers.caller(token.encode()) is None
    assert callers.personal.all() == []


def test_tokens_without_an_end_stay_good(callers: Callers, clock: ManualClock) -> None:
    token, _ = callers.personal.issue(USER, None)
    clock.pass_seconds(10**9)
    assert callers.caller(token.encode()) == callers.caller(b"dapi-own") == USER
    assert callers.caller("tökén".encode("latin-1")) is None


def test_an_access_token_is_good_for_an_hour(
    callers: Callers, principals: Principals, clock: ManualClock
) -> None:
    robot = principals.create(SERVICE_PRINCIPALS, {"displayName": "robot"})
    secret, _ = callers.new_client_secret(robot["id"], 7200)
    token, seconds = callers.access_token(robot["applicationId"], secret, "all-apis")
    assert seconds == SECONDS_OF_AN_ACCESS_TOKEN
    clock.pass_seconds(seconds)
    assert callers.caller(token.encode()) is None
    assert callers.access_token(robot["applicationId"], secret, "all-apis")
    clock.pass_seconds(seconds)
    with pytest.raises(InvalidClient):
        callers.access_token(robot["applicationId"], secret, "all-apis")


def test_a_secret_is_good_for_its_own_client_alone(callers: Callers, principals: Principals) -> None:
    one, two = (principals.create(SERVICE_PRINCIPALS, {"displayName": name}) for name in ("one", "two"))
    secret, _ = callers.new_client_secret(one["id"], None)
    with pytest.raises(InvalidClient):
        callers.access_token(two["applicationId"], secret, "all-apis")
