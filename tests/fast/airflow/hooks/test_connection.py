"""A connection is cleaned where that is harmless, and refused in words where not; its secrets stay hidden."""

import base64
import json
from typing import Any

import pytest
from airflow.sdk._shared.secrets_masker import redact

from rookery.exceptions import ConnectionUnfitError
from rookery.hooks.databricks import workspace_client, workspace_url
from rookery.redaction import redacted
from tests.recorder import Recorder

ME = "GET /api/2.0/preview/scim/v2/Me"
TOKEN = "dapi-of-this-test-0123"  # noqa: S105
QUOTED = 'dapi-"quoted"-4567'


@pytest.fixture
def connect(databricks: Recorder, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Define the connection `unclean`, to the recorder unless said otherwise."""
    databricks.answers(ME, {"userName": "me@example.com"})

    def define(**changes: Any) -> None:
        address = {"host": "127.0.0.1", "port": databricks.server_port, "schema": "http"}
        connection = {"conn_type": "databricks", **address, "password": TOKEN, **changes}
        monkeypatch.setenv("AIRFLOW_CONN_UNCLEAN", json.dumps(connection))

    return define


@pytest.mark.parametrize(
    "changes",
    [
        {"password": f"{TOKEN}\n"},
        {"password": f"\ufeff {TOKEN}\r\n".removeprefix("\ufeff")},
        {"password": None, "extra": {"token": f" {TOKEN}\n"}},
        {"host": "127.0.0.1\n"},
        {"schema": "http\n"},
    ],
)
def test_a_blank_or_line_break_at_an_end_does_no_harm(
    connect: Any, databricks: Recorder, changes: dict[str, Any]
) -> None:
    connect(**changes)
    assert workspace_client("unclean").current_user.me().user_name == "me@example.com"
    assert databricks.calls[-1].headers["Authorization"] == f"Bearer {TOKEN}"
    assert workspace_url("unclean") == f"http://127.0.0.1:{databricks.server_port}"


def test_a_text_that_is_not_sent_may_have_line_breaks(connect: Any) -> None:
    connect(extra={"note": "first line\nsecond line"})
    assert workspace_client("unclean").current_user.me().user_name == "me@example.com"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "dapi-first\ndapi-second"}, "control character inside its password: write it anew"),
        ({"extra": {"token": "dapi-first\x00dapi-second"}}, "control character inside its extra.token"),
        ({"host": "127.0.0.1\nx"}, "control character inside its host"),
        ({"extra": {"proxies": {"http": "http://a\nb"}}}, "control character inside its extra.proxies.http"),
        ({"password": "dapi-first\u2026dapi-second"}, "a token with a character that is not ASCII"),
        ({"host": "me:dapi-first@127.0.0.1"}, "a user name or password in its host"),
    ],
)
def test_what_cannot_be_cleaned_is_refused_and_not_shown(
    connect: Any, databricks: Recorder, changes: dict[str, Any], said: str
) -> None:
    connect(**changes)
    with pytest.raises(ConnectionUnfitError, match="the Airflow connection 'unclean' ") as caught:
        workspace_client("unclean")
    assert said in str(caught.value)
    assert "dapi-" not in str(caught.value)
    assert databricks.calls == []


@pytest.mark.parametrize("hide", [redacted, redact], ids=["our door", "Airflow's logs"])
def test_a_connections_secrets_are_hidden_in_every_form(connect: Any, hide: Any) -> None:
    proxies = {"http": "http://me:proxy-password@127.0.0.1:1"}
    connect(login="client", password=QUOTED, extra={"token": TOKEN, "proxies": proxies})
    workspace_client("unclean")
    basic = base64.b64encode(f"client:{QUOTED}".encode()).decode().rstrip("=")
    for form in (TOKEN, QUOTED, json.dumps(QUOTED)[1:-1], basic, "proxy-password"):
        assert form not in str(hide(f"the answer was: {form}"))
