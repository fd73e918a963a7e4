"""Files and folders by the Files API."""

from email.utils import formatdate

import pytest

from tests.fast.local_workspace.api.files.files_api import FilesApi


def test_a_file_comes_back_as_it_was_sent(api: FilesApi) -> None:
    content = bytes(range(256)) * 8192
    assert api.call("PUT", "files/Volumes/a/é %23 b.bin", content=content).status_code == 204
    assert (api.folder / "a" / "é # b.bin").read_bytes() == content
    answer = api.call("GET", "files/Volumes/a/é %23 b.bin")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    head = api.call("HEAD", "files/Volumes/a/é %23 b.bin")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(content)))
    assert head.headers["last-modified"] == answer.headers["last-modified"]


def test_an_empty_file_is_a_file(api: FilesApi) -> None:
    assert api.call("PUT", "files/Volumes/empty", content=b"").status_code == 204
    assert api.call("GET", "files/Volumes/empty").content == b""


def test_a_file_is_replaced_unless_the_client_says_no(api: FilesApi) -> None:
    for query, content in (("", b"1"), ("", b"2"), ("?overwrite=true", b"3")):
        assert api.call("PUT", f"files/Volumes/f{query}", content=content).status_code == 204
    answer = api.call("PUT", "files/Volumes/f?overwrite=false", content=b"4")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "ALREADY_EXISTS")
    assert (api.folder / "f").read_bytes() == b"3"
    assert api.call("PUT", "files/Volumes/new?overwrite=false", content=b"5").status_code == 204
    assert (api.folder / "new").read_bytes() == b"5"
    assert list(api.uploads.iterdir()) == []


def test_a_stale_checksum_goes_with_its_file(api: FilesApi) -> None:
    (api.folder / ".f.crc").write_text("of the file before")
    api.call("PUT", "files/Volumes/f", content=b"1")
    assert not (api.folder / ".f.crc").exists()
    (api.folder / ".f.crc").touch()
    assert [each["name"] for each in api.call("GET", "directories/Volumes").json()["contents"]] == ["f"]
    api.call("DELETE", "files/Volumes/f")
    assert list(api.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("range_", "expected"), [("bytes=2-3", b"23"), ("bytes=7-", b"789"), ("bytes=-2", b"89")]
)
def test_a_part_of_a_file_can_be_read(api: FilesApi, range_: str, expected: bytes) -> None:
    api.call("PUT", "files/Volumes/f", content=b"0123456789")
    answer = api.call("GET", "files/Volumes/f", headers={"range": range_})
    assert (answer.status_code, answer.content) == (206, expected)
    assert answer.headers["content-length"] == str(len(expected))


def test_a_file_that_has_changed_is_not_read_on(api: FilesApi) -> None:
    api.call("PUT", "files/Volumes/f", content=b"0123456789")
    modified = (api.folder / "f").stat().st_mtime
    for seconds, status in ((0, 206), (-60, 412)):
        seen = {"range": "bytes=5-", "if-unmodified-since": formatdate(modified + seconds, usegmt=True)}
        assert api.call("GET", "files/Volumes/f", headers=seen).status_code == status


def test_what_is_not_there_is_not_found(api: FilesApi) -> None:
    api.call("PUT", "directories/Volumes/folder")
    api.call("PUT", "files/Volumes/file", content=b"")
    for method, path in [
        ("GET", "files/Volumes/none"),
        ("GET", "files/Volumes/folder"),
        ("DELETE", "files/Volumes/none"),
        ("GET", "files/Volumes/file/below"),
        ("GET", "directories/Volumes/none"),
        ("GET", "directories/Volumes/file"),
        ("DELETE", "directories/Volumes/none"),
    ]:
        answer = api.call(method, path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND"), path
    assert api.call("HEAD", "directories/Volumes/none").status_code == 404
    assert api.call("HEAD", "directories/Volumes/folder").status_code == 200


def test_a_folder_is_made_once_or_twice_but_not_over_a_file(api: FilesApi) -> None:
    for _ in range(2):
        assert api.call("PUT", "directories/Volumes/a/b/").status_code == 204
    api.call("PUT", "files/Volumes/a/f", content=b"")
    for path in ("a/f", "a/f/below"):
        answer = api.call("PUT", f"directories/Volumes/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (409, "ALREADY_EXISTS")
    for path in ("a", "a/f/below"):
        assert api.call("PUT", f"files/Volumes/{path}", content=b"").status_code == 409


def test_only_an_empty_folder_is_removed(api: FilesApi) -> None:
    api.call("PUT", "files/Volumes/a/f", content=b"")
    answer = api.call("DELETE", "directories/Volumes/a")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "DIRECTORY_NOT_EMPTY")
    (api.folder / "a" / "f").rename(api.folder / "elsewhere")
    (api.folder / "a" / ".f.crc").touch()
    assert api.call("DELETE", "directories/Volumes/a").status_code == 204
    assert not (api.folder / "a").exists()


def test_a_folder_is_listed_in_pages(api: FilesApi) -> None:
    for name in "dbca":
        api.call("PUT", f"files/Volumes/v/{name}", content=name.encode())
    api.call("PUT", "directories/Volumes/v/e")
    seen, token = [], ""
    while True:
        page = api.call("GET", f"directories/Volumes/v?page_size=2&page_token={token}").json()
        seen += page["contents"]
        token = page.get("next_page_token", "")
        if not token:
            break
    assert [each["path"] for each in seen] == [f"/Volumes/v/{name}" for name in "abcde"]
    assert [each["is_directory"] for each in seen] == [False] * 4 + [True]
    assert seen[0]["file_size"] == 1
    assert api.call("GET", "directories/Volumes/v?page_token=no").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "Volumes/../token",
        "Volumes/%2e%2e/token",
        "Volumes/a/..%2f..%2ftoken",
        "Volumes/link/token",
        "Volumes/x%00y",
    ],
)
def test_no_path_leads_out_of_its_tree(api: FilesApi, path: str) -> None:
    (api.folder.parent / "token").write_text("secret")
    (api.folder / "link").symlink_to(api.folder.parent)
    for method, kind in [("GET", "files"), ("PUT", "files"), ("DELETE", "files"), ("GET", "directories")]:
        assert 400 <= api.call(method, f"{kind}/{path}").status_code < 500
    assert api.call("POST", "create-download-url", json={"path": "/Volumes/link/token"}).status_code == 400
    assert (api.folder.parent / "token").read_text() == "secret"


def test_a_path_of_no_tree_is_refused_in_databricks_words(api: FilesApi) -> None:
    answer = api.call("GET", "files/Workspace/x")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "BAD_REQUEST")
    assert answer.json()["message"] == "Invalid path: unsupported first path component: Workspace"
