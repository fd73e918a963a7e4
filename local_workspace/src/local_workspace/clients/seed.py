"""Fills a workspace from a folder, by its API: files by where they are, and JSON files of requests.

workspace/…             workspace files and notebooks     dbfs/…    files of DBFS
Volumes/a/b/c/…         files of volumes, which are made with their catalogs and schemas if need be
secrets.json            {"scope": {"key": "value"}}
requests.json           [{"method": "POST", "path": "/api/2.0/…", "body": {…}}, …], in this order
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

_BLOCK = 700_000
_FILES = "workspace", "dbfs", "Volumes"


class SeedError(Exception):
    """The folder is none of seeds, or the workspace refuses something of it."""


def seed(folder: Path, url: str, token: str) -> list[str]:
    """Put what is in `folder` into the workspace at `url`; what was put. Raises `SeedError`."""
    known = [*_FILES, "secrets.json", "requests.json"]
    if not folder.is_dir():
        raise SeedError(f"{folder} is no folder")
    if unknown := sorted(each.name for each in folder.iterdir() if each.name not in known):
        raise SeedError(f"{folder} has {', '.join(unknown)}: a folder of seeds has only {', '.join(known)}")
    headers = {"authorization": f"Bearer {token}"}
    # No proxy of the environment stands between this machine and itself.
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60.0) as client:
        return list(_Seeds(folder, client).put())


class _Seeds:
    """One folder, on its way into one workspace."""

    def __init__(self, folder: Path, client: httpx.Client) -> None:
        self._folder = folder
        self._client = client

    def put(self) -> Iterator[str]:
        """Put all of it; the names of what was put."""
        for file, path in self._files("workspace"):
            self._workspace_file(file, path)
            yield path
        for file, path in self._files("dbfs"):
            self._dbfs_file(file, path)
            yield f"dbfs:{path}"
        for file, path in self._files("Volumes"):
            self._volume(path)
            self._call(
                "PUT", f"/api/2.0/fs/files/Volumes{quote(path)}?overwrite=true", content=file.read_bytes()
            )
            yield f"/Volumes{path}"
        yield from self._secrets()
        yield from self._requests()

    def _files(self, name: str) -> Iterator[tuple[Path, str]]:
        """Every file below, and its path there."""
        top = self._folder / name
        for file in sorted(top.rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield file, f"/{file.relative_to(top).as_posix()}"

    def _workspace_file(self, file: Path, path: str) -> None:
        self._post("/api/2.0/workspace/mkdirs", {"path": path.rpartition("/")[0] or "/"})
        content = base64.b64encode(file.read_bytes()).decode()
        self._post(
            "/api/2.0/workspace/import",
            {"path": path, "format": "AUTO", "content": content, "overwrite": True},
        )

    def _dbfs_file(self, file: Path, path: str) -> None:
        handle = self._post("/api/2.0/dbfs/create", {"path": path, "overwrite": True})["handle"]
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                data = base64.b64encode(block).decode()
                self._post("/api/2.0/dbfs/add-block", {"handle": handle, "data": data})
        self._post("/api/2.0/dbfs/close", {"handle": handle})

    def _volume(self, path: str) -> None:
        """Make the catalog, the schema and the volume of a file, those that are not there."""
        parts = path.split("/")[1:4]
        if len(parts) < 3 or len(path.split("/")) < 5:
            raise SeedError(f"Volumes{path} is in no volume: that is Volumes/<catalog>/<schema>/<volume>/…")
        catalog, schema, volume = parts
        unity = "/api/2.1/unity-catalog"
        self._unless_there(f"{unity}/catalogs/{catalog}", f"{unity}/catalogs", {"name": catalog})
        in_catalog = {"name": schema, "catalog_name": catalog}
        self._unless_there(f"{unity}/schemas/{catalog}.{schema}", f"{unity}/schemas", in_catalog)
        in_schema = {"name": volume, "schema_name": schema, "catalog_name": catalog, "volume_type": "MANAGED"}
        self._unless_there(f"{unity}/volumes/{catalog}.{schema}.{volume}", f"{unity}/volumes", in_schema)

    def _unless_there(self, where: str, path: str, body: dict[str, str]) -> None:
        if self._client.get(where).status_code == httpx.codes.NOT_FOUND:
            self._post(path, body)

    def _secrets(self) -> Iterator[str]:
        file = self._folder / "secrets.json"
        scopes = json.loads(file.read_text()) if file.exists() else {}
        there = {each["name"] for each in self._call("GET", "/api/2.0/secrets/scopes/list").get("scopes", ())}
        for scope, values in scopes.items():
            if scope not in there:
                self._post("/api/2.0/secrets/scopes/create", {"scope": scope})
            for key, value in values.items():
                self._post("/api/2.0/secrets/put", {"scope": scope, "key": key, "string_value": value})
                yield f"{{{{secrets/{scope}/{key}}}}}"

    def _requests(self) -> Iterator[str]:
        file = self._folder / "requests.json"
        for asked in json.loads(file.read_text()) if file.exists() else ():
            self._call(asked["method"], asked["path"], json=asked.get("body", {}))
            yield f"{asked['method']} {asked['path']}"

    def _post(self, path: str, body: object) -> dict[str, Any]:
        return self._call("POST", path, json=body)

    def _call(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, **content)
        if not answer.is_success:
            raise SeedError(f"{method} {path} was refused with {answer.status_code}: {answer.text[:500]}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found
