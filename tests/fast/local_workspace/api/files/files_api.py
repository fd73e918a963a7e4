"""The Files API over one folder, behind the guard, without a server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from httpx import Response
from starlette.routing import Router
from starlette.testclient import TestClient

from local_workspace.api.files.directories import directory_routes
from local_workspace.api.files.files import file_routes
from local_workspace.api.files.signed import signed_routes
from local_workspace.api.files.urls import url_routes
from local_workspace.files.paths import below
from local_workspace.files.trees.trees import Access, Tree, Trees
from local_workspace.files.trees.uploads import Uploads
from local_workspace.settings import Settings
from local_workspace.signed_urls import SignedUrls
from local_workspace.store import Store
from tests.fast.local_workspace.guarded_app import guarded_app
from tests.fast.local_workspace.manual_clock import ManualClock

TOKEN = "dapi-right"  # noqa: S105
ORIGIN = "http://127.0.0.1:8765"


@dataclass(frozen=True)
class FilesApi:
    """`/Volumes` is `folder`; time passes as the test says."""

    folder: Path
    uploads: Path
    clock: ManualClock
    client: TestClient

    def call(self, method: str, path: str, **more: Any) -> Response:
        """A request with the token; `path` follows `/api/2.0/fs/`."""
        headers = {"authorization": f"Bearer {TOKEN}"} | more.pop("headers", {})
        answer: Response = self.client.request(method, f"/api/2.0/fs/{path}", headers=headers, **more)
        return answer

    def signed(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        """A request without a token."""
        answer: Response = self.client.request(method, url, headers=dict(headers or {}), **more)
        return answer

    def url(self, kind: str, path: str, **fields: str) -> str:
        """A signed URL of this workspace: `kind` is download or upload."""
        answer = self.call("POST", f"create-{kind}-url", json={"path": path} | fields)
        assert answer.is_success, answer.text
        assert answer.json()["headers"] == []
        return str(answer.json()["url"])


def files_api(root: Path, check: Callable[[str, Access], None] = lambda *_: None) -> FilesApi:
    """The API on a new root; `check` may refuse a path."""
    clock, folder = ManualClock(), root / "volumes"
    folder.mkdir(parents=True, exist_ok=True)

    def locate(path: str, access: Access) -> Path:
        check(path, access)
        return below(folder, path.removeprefix("/Volumes") or "/")

    settings = Settings(root, urlsplit(ORIGIN).port or 0, TOKEN)
    store = Store(settings.database)
    signed_urls = SignedUrls(store, clock)
    trees, uploads = Trees([Tree("/Volumes", locate, has_checksums=True)]), Uploads(settings.uploads, clock)
    routes = [
        *file_routes(trees, uploads),
        *directory_routes(trees),
        *url_routes(trees, uploads, signed_urls),
        *signed_routes(trees, uploads, signed_urls),
    ]
    client = TestClient(guarded_app(Router(routes), settings, store, clock), base_url=ORIGIN)
    return FilesApi(folder, settings.uploads, clock, client)
