"""One Airflow connection, every Databricks API: the bridge from the provider's hook to the SDK's client."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from rookery.hooks.connection import clean, hide

if TYPE_CHECKING:
    from airflow.providers.databricks.hooks.databricks import DatabricksHook
    from databricks.sdk import WorkspaceClient
    from urllib3.util.retry import Retry

_AUTH_TYPE = "airflow-connection"

# The SDK first asks the host for a document that we do not need, and past the connection's proxies: where
# those are the only way out, it must not wait long for it.
_DISCOVERY_SECONDS = 1

# What the SDK does not repeat: a GET that failed inside the server. At once, then after 1, 2 and 4 seconds.
_REPEATED_STATES = (500, 502, 504)
_REPEATED_TIMES = 4
_REPEATED_AFTER = 0.5


def workspace_client(
    databricks_conn_id: str, *, http_timeout_seconds: float = 60, retry_timeout_seconds: int = 300
) -> WorkspaceClient:
    """A client that authenticates as the Airflow connection says, in every way the provider knows
    (token, OAuth, Azure service principal or managed identity, federation).

    The provider's hook keeps and renews the token; neither ~/.databrickscfg nor DATABRICKS_* or ARM_*
    variables of the worker have a say.
    """
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config
    from databricks.sdk.credentials_provider import credentials_strategy

    hook = _provider_hook(databricks_conn_id)

    def connection_credentials(_: Config) -> Callable[[], dict[str, str]]:
        return lambda: _authorization(hook)

    config = Config(
        host=_url(hook),
        credentials_strategy=credentials_strategy(_AUTH_TYPE, [])(connection_credentials),
        auth_type=_AUTH_TYPE,
        product="rookery",
        product_version=version("rookery"),
        http_timeout_seconds=http_timeout_seconds,
        retry_timeout_seconds=_DISCOVERY_SECONDS,
    )
    config.retry_timeout_seconds = retry_timeout_seconds
    client = WorkspaceClient(config=config)
    session = client.api_client._api_client._session
    session.proxies.update(hook.proxies or {})
    for adapter in session.adapters.values():
        adapter.max_retries = _retries_of_reads()  # type: ignore[attr-defined]
    return client


def _retries_of_reads() -> Retry:
    from urllib3.util.retry import Retry

    return Retry(
        total=_REPEATED_TIMES,
        connect=0,
        read=False,
        redirect=False,
        status_forcelist=_REPEATED_STATES,
        allowed_methods=("GET", "HEAD"),
        backoff_factor=_REPEATED_AFTER,
        raise_on_status=False,
        respect_retry_after_header=False,
    )


def workspace_url(databricks_conn_id: str) -> str:
    """The workspace's address as the connection gives it, without a trailing slash."""
    return _url(_provider_hook(databricks_conn_id))


def _provider_hook(databricks_conn_id: str) -> DatabricksHook:
    from airflow.providers.databricks.hooks.databricks import DatabricksHook

    hook = DatabricksHook(databricks_conn_id, caller="rookery")
    # The hook keeps the connection that it has read, and works with it as it is then.
    clean(hook.databricks_conn)
    return hook


def _url(hook: DatabricksHook) -> str:
    # Scheme and port are only in the provider's own way of putting an address together.
    endpoint_url: Callable[[str], str] = hook._endpoint_url
    return endpoint_url("").rstrip("/")


def _authorization(hook: DatabricksHook) -> dict[str, str]:
    # The provider has no public way to ask for a token;
    # tests/fast/airflow/hooks/test_databricks.py watches this one.
    token = str(hook._get_token(raise_error=True)).strip()
    hide(token)
    return {"Authorization": f"Bearer {token}", **hook._get_aad_headers()}
