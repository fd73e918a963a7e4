"""Files that several clients and jobs change at the same time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_workspace.errors import ResourceAlreadyExists
from local_workspace.files.dbfs import DbfsFiles
from local_workspace.files.dbfs_handles import DbfsHandles
from local_workspace.files.workspace import FILE, WorkspaceFiles
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock

ME = "somebody@example.com"


@pytest.fixture
def dbfs(tmp_path: Path) -> DbfsFiles:
    return DbfsFiles(tmp_path / "dbfs", DbfsHandles(Store(tmp_path / "store.db"), ManualClock()))


def workspace_files(tmp_path: Path) -> WorkspaceFiles:
    return WorkspaceFiles(tmp_path / "workspace", Store(tmp_path / "store.db"), ManualClock(), ME)


@contextmanager
def files_that_come_and_go(folder: Path) -> Iterator[None]:
    """While inside, a thread makes and removes files in `folder`, as a Spark job does."""
    folder.mkdir(parents=True)
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            for name in "abcdefgh":
                (folder / name).touch()
            for name in "abcdefgh":
                (folder / name).unlink()

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_one_of_many_creates_gets_the_path(dbfs: DbfsFiles) -> None:
    together = threading.Barrier(8)

    def create(_: int) -> bool:
        together.wait()
        try:
            dbfs.open("/once", overwrite=False)
        except ResourceAlreadyExists:
            return False
        return True

    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(create, range(8))) == 1
        dbfs.delete("/once", recursive=False)


def test_a_folder_can_be_listed_while_a_job_writes_there(dbfs: DbfsFiles, tmp_path: Path) -> None:
    with files_that_come_and_go(tmp_path / "dbfs" / "busy"):
        for _ in range(300):
            assert all(entry["path"].startswith("/busy/") for entry in dbfs.list("/busy"))


def test_a_workspace_folder_can_be_listed_while_a_job_writes_there(tmp_path: Path) -> None:
    files = workspace_files(tmp_path)
    with files_that_come_and_go(tmp_path / "workspace" / "Shared" / "busy"):
        for _ in range(100):
            assert all(entry["path"].startswith("/Shared/busy/") for entry in files.list("/Shared/busy"))


def test_a_folder_can_be_deleted_by_two_at_once(dbfs: DbfsFiles, tmp_path: Path) -> None:
    folder = tmp_path / "dbfs" / "full"
    for _ in range(10):
        folder.mkdir()
        for number in range(100):
            (folder / str(number)).touch()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda path: dbfs.delete(path, recursive=True), ["/full"] * 2))
        assert not folder.exists()


def test_what_a_killed_server_had_half_written_is_nowhere(tmp_path: Path) -> None:
    files = workspace_files(tmp_path)
    files.write("/Shared/whole", b"x", FILE, None, overwrite=False)
    (tmp_path / "workspace-unfinished" / "half").touch()
    again = workspace_files(tmp_path)
    assert [entry["path"] for entry in again.list("/Shared")] == ["/Shared/whole"]
    assert list((tmp_path / "workspace-unfinished").iterdir()) == []
