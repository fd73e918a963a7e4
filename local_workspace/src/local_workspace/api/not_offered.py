"""APIs of Databricks that this workspace does not have: answered 501, with words that name them."""

import re
from typing import Any

from starlette.routing import Route

from local_workspace.api.wire import routes
from local_workspace.messages import Message

# The beginning of the path below /api/<version>/ (with parameters), and what is there.
APIS = {
    "access-control": "check of access",
    "accounts": "accounts",
    "agents": "agents",
    "ai-functions": "AI functions",
    "ai-search": "AI search",
    "alerts": "SQL alerts",
    "app-spaces": "Databricks Apps",
    "apps": "Databricks Apps",
    "apps-settings": "Databricks Apps",
    "automl": "AutoML",
    "bundle": "deployments of bundles",
    "clean-rooms": "clean rooms",
    "credentials-manager": "credentials manager",
    "custom-llms": "custom LLMs",
    "dashboards": "dashboards",
    "data-sharing": "data sharing",
    "database": "database instances",
    "domains": "domains",
    "entity-tag-assignments": "tags of tables and columns",
    "external-function": "external functions",
    "feature-engineering": "feature engineering",
    "feature-store": "feature store",
    "genie": "Genie",
    "git-credentials": "Git credentials",
    "global-init-scripts": "global init scripts",
    "identity": "identities of an account",
    "instance-profiles": "instance profiles",
    "ip-access-lists": "IP access lists",
    "knowledge-assistants": "knowledge assistants",
    "lakeview": "dashboards",
    "lineage-tracking": "lineage",
    "marketplace-consumer": "marketplace",
    "marketplace-exchange": "marketplace",
    "marketplace-provider": "marketplace",
    "mlflow/registry-webhooks": "webhooks of the registry",
    "notification-destinations": "notification destinations",
    "online-tables": "online tables",
    "permissionmigration": "migration of permissions",
    "pipelines": "pipelines",
    "policies": "compliance with policies",
    "postgres": "Postgres projects",
    "preview/accounts": "access control of accounts",
    "preview/sql": "SQL queries, alerts and dashboards",
    "quality-monitoring": "quality monitors",
    "quality-monitors": "quality monitors",
    "queries": "SQL queries",
    "redash-v2": "SQL queries, alerts and dashboards",
    "repos": "Git folders",
    "rfa": "requests for access",
    "sandbox-exec": "sandboxes",
    "sandbox-files": "sandboxes",
    "sandboxes": "sandboxes",
    "serving-endpoints/pt": "provisioned throughput",
    "serving-endpoints/{name}/ai-gateway": "AI gateway",
    "serving-endpoints/{name}/notifications": "notifications of endpoints",
    "serving-endpoints/{name}/telemetry-config": "telemetry of endpoints",
    "settings": "settings of that kind",
    "settings-metadata": "settings of that kind",
    "sql": "SQL warehouses",
    "supervisor-agents": "supervisor agents",
    "tag-policies": "tag policies",
    "token-management": "such change of a token",
    "unity-catalog": "other parts of Unity Catalog",
    "vector-search": "vector search",
    "warehouses": "SQL warehouses",
}
# Those with a version of their own, /api/<service>/v1/.
SERVICES = {
    "data-classification": "data classification",
    "data-quality": "data quality monitors",
    "disaster-recovery": "disaster recovery",
    "environments": "base environments",
    "networking": "network connections",
    "warehouses": "SQL warehouses",
}

# Lists of what is not there: true, and what clients of other things ask for in passing.
_EMPTY: dict[str, dict[str, Any]] = {
    "repos": {"repos": []},
    "sql/history/queries": {"res": [], "has_next_page": False},
    "global-init-scripts": {"scripts": []},
}


def what_is_not_offered(path: str) -> str | None:
    """What Databricks has at a path for which there is no route here; None if it has nothing there either."""
    return next((what for pattern, what in _PATTERNS if pattern.match(path)), None)


def _pattern(place: str) -> re.Pattern[str]:
    """Of a place and all paths below it; `{name}` is any segment."""
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", place) + "(/|$)")


_PATTERNS = [
    *((_pattern(f"/api/{{version}}/{api}"), what) for api, what in APIS.items()),
    *((_pattern(f"/api/{service}/v1"), what) for service, what in SERVICES.items()),
]


def empty_list_routes() -> list[Route]:
    """The lists of which there is nothing."""
    return [route for path, answer in _EMPTY.items() for route in _empty(path, answer)]


def _empty(path: str, answer: dict[str, Any]) -> list[Route]:
    return routes("GET", path, Message, lambda _: answer)
