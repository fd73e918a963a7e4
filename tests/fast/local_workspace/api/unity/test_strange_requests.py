"""Requests of Unity Catalog that no client sends."""

import json
import random
from pathlib import Path

from starlette.routing import Router
from starlette.testclient import TestClient

from local_workspace.api.unity.catalogs import catalog_routes
from local_workspace.api.unity.grants import grant_routes
from local_workspace.api.unity.model_versions import model_version_info_routes
from local_workspace.api.unity.models import model_routes
from local_workspace.api.unity.schemas import schema_routes
from local_workspace.api.unity.tables import table_routes
from local_workspace.api.unity.volumes import volume_routes
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.settings import Settings
from local_workspace.store import Store
from local_workspace.unity.unity import UnityCatalog
from tests.fast.local_workspace.guarded_app import guarded_app
from tests.fast.local_workspace.manual_clock import ManualClock

TOKEN = "dapi-right"  # noqa: S105
VALUES = [
    *(None, 0, -1, 2**70, 1.5, True, "", "x", "main", "default", "a.b", "main.default", "MANAGED", "SCHEMA"),
    *("\ud800", "\0", "é", "/", "..", "x" * 300, [], ["x"], {}, {"x": 1}, [{"principal": "x", "add": ["x"]}]),
]
FIELDS = [
    *("name", "catalog_name", "schema_name", "volume_type", "comment", "properties", "owner", "new_name"),
    *(
        "alias",
        "version_num",
        "force",
        "max_results",
        "page_token",
        "changes",
        "principal",
        "storage_location",
        "full_name",
    ),
]
NAMES = [
    "main",
    "main.default",
    "main.default.v",
    "",
    "..",
    "%2e%2e",
    "%00",
    "%ff",
    "x",
    "a.b.c.d",
    "x" * 300,
]
COLLECTIONS = [
    "catalogs",
    "schemas",
    "tables",
    "volumes",
    "permissions/schema",
    "permissions/x",
    "permissions/function",
]
ROUTES = [
    *((method, each) for method in ("GET", "POST") for each in COLLECTIONS),
    *(
        (method, f"{each}/{name}")
        for method in ("GET", "PATCH", "DELETE")
        for each in COLLECTIONS
        for name in NAMES
    ),
    *(
        (method, f"models/main.default.m/{rest}")
        for method in ("GET", "PUT", "PATCH", "DELETE")
        for rest in ("versions", "versions/1", "versions/x", "aliases/a", "aliases/%00")
    ),
]


def test_no_request_makes_the_workspace_fail(tmp_path: Path) -> None:
    settings, clock = Settings(tmp_path, 8765, TOKEN), ManualClock()
    store = Store(settings.database)
    unity = UnityCatalog(settings, store, clock)
    models = ModelCatalog(settings, store, clock, unity)
    unity.has_models(models)
    routes = [
        *catalog_routes(unity),
        *schema_routes(unity),
        *table_routes(unity),
        *volume_routes(unity),
        *grant_routes(unity),
        *model_routes(models),
        *model_version_info_routes(models),
    ]
    client = TestClient(guarded_app(Router(routes), settings, store, clock), base_url="http://127.0.0.1:8765")
    dice = random.Random(11)  # noqa: S311 - to play the same requests again
    answered = 0
    for _ in range(8):
        for method, path in ROUTES:
            body = {field: dice.choice(VALUES) for field in dice.sample(FIELDS, 5)}
            headers = {"authorization": f"Bearer {TOKEN}"}
            url = f"/api/2.1/unity-catalog/{path}"
            answer = client.request(method, url, headers=headers, content=json.dumps(body).encode())
            # 501: what Unity Catalog has there, and this workspace has not.
            assert answer.status_code < 500 or answer.status_code == 501, (method, path, body)
            answered += answer.is_success
    assert answered > 0
