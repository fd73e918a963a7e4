"""Paths and links that try to lead elsewhere, sent as no client would send them."""

import http.client
import io
import os
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from databricks.sdk.errors import BadRequest, NotFound
from databricks.sdk.service.catalog import VolumeType

from tests.wire.running_workspace import RunningWorkspace

UPS = (
    *("..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%2f..", "%2e%2e%2f%2e%2e", "..%5c..", "..;"),
    *("..%00", "%00", "x%00/..", "%c0%ae%c0%ae", "%ff%fe", "%ud800", "..%252f..", ".", "%2e", "x" * 300),
)
ROUTES = ("files", "directories")
TEXT = "nobody else's"


@pytest.fixture(scope="module")
def volume(workspace: RunningWorkspace) -> str:
    """The path of a volume with a file, beside one that has a secret."""
    for name in ("hostile", "other"):
        workspace.client.volumes.create("main", "default", name, VolumeType.MANAGED)
    workspace.client.files.upload("/Volumes/main/default/hostile/a", io.BytesIO(b"a"))
    workspace.client.files.upload("/Volumes/main/default/other/secret", io.BytesIO(TEXT.encode()))
    return "/Volumes/main/default/hostile"


@pytest.fixture(scope="module")
def artifacts(workspace: RunningWorkspace) -> str:
    """The path of a run's artifacts, in an experiment whose other run has a secret."""
    experiments = workspace.client.experiments
    ids = [str(getattr(experiments.create_run(experiment_id="0").run, "info").run_id) for _ in range(2)]  # noqa: B009
    paths = [f"/WorkspaceInternal/Mlflow/Artifacts/0/Runs/{run}/artifacts" for run in ids]
    workspace.client.files.upload(f"{paths[0]}/a", io.BytesIO(b"a"))
    workspace.client.files.upload(f"{paths[1]}/secret", io.BytesIO(TEXT.encode()))
    return paths[0]


def raw(workspace: RunningWorkspace, method: str, target: str, body: bytes | None = None) -> tuple[int, str]:
    """A request to exactly this target: other clients would tidy it up first."""
    connection = http.client.HTTPConnection("127.0.0.1", workspace.port, timeout=60)
    try:
        headers = {"authorization": f"Bearer {workspace.token}"}
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def require_nothing_told(workspace: RunningWorkspace, told: str) -> None:
    assert workspace.token not in told
    assert TEXT not in told


@pytest.mark.parametrize("tree", ["volume", "artifacts"])
def test_no_path_leads_out_of_its_tree(
    workspace: RunningWorkspace, tree: str, request: pytest.FixtureRequest
) -> None:
    home = request.getfixturevalue(tree)
    rests = [
        rest
        for up in UPS
        for rest in (
            *(f"{up}/secret", f"{up}/other/secret", f"a/{up}/{up}/other/secret"),
            *(f"{up}/" * 6 + "token", f"/{up}//{up}//{up}/token", f"{up}"),
        )
    ]
    for method, route, rest in product(("GET", "HEAD", "PUT", "DELETE", "POST"), ROUTES, rests):
        status, told = raw(workspace, method, f"/api/2.0/fs/{route}{home}/{rest}", b"")
        assert status < 500, (method, route, rest, told)
        require_nothing_told(workspace, told)
        if method in {"GET", "HEAD"} and "252" not in rest and "%5c" not in rest:
            assert status >= 400 or rest in {".", "%2e"}, (method, route, rest)
    assert (workspace.root / "token").read_text().strip() == workspace.token
    downloaded = workspace.client.files.download("/Volumes/main/default/other/secret").contents
    assert downloaded is not None
    assert downloaded.read() == TEXT.encode()


def test_no_credential_is_for_a_path_outside(
    workspace: RunningWorkspace, volume: str, artifacts: str
) -> None:
    run = artifacts.split("/")[-2]
    for up in ("..", "../..", "a/../..", "%2e%2e", "x/%2e%2e/%2e%2e", "\0", "..\\..", "/../.."):
        for path in (f"{up}/secret", f"{volume}/{up}/other/secret"):
            for call in ("create-download-url", "create-upload-url"):
                answer = workspace.call("POST", f"/api/2.0/fs/{call}", {"path": f"{volume}/{path}"})
                assert answer.status_code < 500
                require_nothing_told(workspace, answer.text)
                if answer.is_success:
                    assert urlsplit(answer.json()["url"]).path.startswith(f"/signed-files{volume}/")
        body = {"run_id": run, "path": [f"{up}/secret"]}
        for call in ("read", "write"):
            answer = workspace.call("POST", f"/api/2.0/mlflow/artifacts/credentials-for-{call}", body)
            assert answer.status_code < 500
            for info in answer.json().get("credential_infos", []):
                assert urlsplit(info["signed_uri"]).path.startswith(f"/signed-files{artifacts}/")


def test_a_signed_url_does_what_it_says_and_nothing_else(workspace: RunningWorkspace, volume: str) -> None:
    asked = workspace.call("POST", "/api/2.0/fs/create-download-url", {"path": f"{volume}/a"}).json()["url"]
    url = urlsplit(asked)
    good = f"{url.path}?{url.query}"
    assert raw(workspace, "GET", good) == (200, "a")
    assert raw(workspace, "GET", good) == (200, "a")
    expires = url.query.partition("expires=")[2].partition("&")[0]
    for method, target in (
        *((method, good) for method in ("PUT", "DELETE", "POST", "HEAD", "PATCH")),
        *(("GET", good.replace("/hostile/a", path)) for path in ("/other/secret", "/hostile/b", "/hostile")),
        *(("GET", good.replace("/hostile/a", f"/hostile/{up}/other/secret")) for up in UPS[:8]),
        ("GET", good.replace(f"expires={expires}", f"expires={int(expires) + 60}")),
        ("GET", good.replace(f"expires={expires}", "expires=")),
        ("GET", good + "&upload=" + "0" * 32 + "&part=1"),
        ("GET", url.path),
        ("GET", f"{url.path}?expires={expires}&signature=0"),
        ("GET", good[:-1] + ("0" if good[-1] != "0" else "1")),
    ):
        status, told = raw(workspace, method, target, b"x")
        assert status in {403, 404, 405}, (method, target, status)
        require_nothing_told(workspace, told)
    late = {"path": f"{volume}/a", "expire_time": "2001-01-01T00:00:00Z"}
    url = urlsplit(workspace.call("POST", "/api/2.0/fs/create-download-url", late).json()["url"])
    status, told = raw(workspace, "GET", f"{url.path}?{url.query}")
    assert (status, "Request has expired" in told) == (403, True)
    asked = workspace.call("POST", "/api/2.0/fs/create-upload-url", {"path": f"{volume}/new"}).json()["url"]
    url = urlsplit(asked)
    assert raw(workspace, "PUT", f"{url.path}?{url.query}", b"x")[0] == 201
    assert raw(workspace, "GET", f"{url.path}?{url.query}")[0] == 403


def strange(folder: Path) -> None:
    """What a job run may leave in a folder: links out, to nowhere and in a circle, a pipe, no Unicode."""
    (folder / "plain").write_text("plain")
    (folder / "out").symlink_to(folder.parents[4] / "token")
    (folder / "nowhere").symlink_to(folder / "not there")
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "itself").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")).touch()


def test_strange_files_of_a_volume_are_refused_or_left_out(workspace: RunningWorkspace) -> None:
    client, path = workspace.client, "/Volumes/main/default/strange"
    client.volumes.create("main", "default", "strange", VolumeType.MANAGED)
    strange(workspace.root / "dbfs/Volumes/main/default/strange")
    names = {str(each.name) for each in client.files.list_directory_contents(path)}
    assert {"plain", "pipe"} <= names
    assert not names & {"nowhere", "circle"}
    for name in ("out", "nowhere", "circle", "pipe"):
        for call in (client.files.get_metadata, client.files.download):
            with pytest.raises((BadRequest, NotFound)):
                call(f"{path}/{name}")
    client.volumes.delete("main.default.strange")
    assert (workspace.root / "token").read_text().strip() == workspace.token


def test_strange_files_of_dbfs_are_refused_or_left_out(workspace: RunningWorkspace) -> None:
    dbfs, folder = workspace.client.dbfs, workspace.root / "dbfs/left/strange/of/mine"
    folder.mkdir(parents=True)
    strange(folder)
    names = {str(each.path).rpartition("/")[2] for each in dbfs.list("/left/strange/of/mine")}
    assert {"plain", "pipe"} <= names
    assert not names & {"nowhere", "circle"}
    for name in ("out", "nowhere", "circle", "pipe"):
        answer = workspace.call("GET", f"/api/2.0/dbfs/read?path=/left/strange/of/mine/{name}&length=9")
        assert 400 <= answer.status_code < 500, name
        assert workspace.token not in answer.text
    dbfs.delete("/left/strange", recursive=True)
    assert not folder.exists()
