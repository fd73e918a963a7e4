"""Open DBFS files."""

import threading
from pathlib import Path

import pytest

from local_workspace.errors import ResourceDoesNotExist
from local_workspace.files.dbfs_handles import DbfsHandles
from local_workspace.store import Store


class SetClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        """What the test has set."""
        return self.seconds

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Time passes at once."""
        self.seconds += seconds
        return event.is_set()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def handles(tmp_path: Path, clock: SetClock) -> DbfsHandles:
    return DbfsHandles(Store(tmp_path / "store.db"), clock)


def test_ten_idle_minutes_close_a_handle(tmp_path: Path, handles: DbfsHandles, clock: SetClock) -> None:
    (tmp_path / "file").touch()
    handle = handles.open(tmp_path / "file")
    clock.seconds = 599
    handles.append(handle, b"a")
    clock.seconds = 1198
    handles.append(handle, b"b")
    clock.seconds = 1799
    with pytest.raises(ResourceDoesNotExist):
        handles.append(handle, b"c")
    assert (tmp_path / "file").read_bytes() == b"ab"


def test_handles_are_not_given_again_after_a_restart(tmp_path: Path, clock: SetClock) -> None:
    first = DbfsHandles(Store(tmp_path / "store.db"), clock).open(tmp_path / "file")
    second = DbfsHandles(Store(tmp_path / "store.db"), clock)
    assert second.open(tmp_path / "other") != first
    with pytest.raises(ResourceDoesNotExist):
        second.close(first)


def test_a_file_deleted_meanwhile_is_not_made_again(tmp_path: Path, handles: DbfsHandles) -> None:
    handle = handles.open(tmp_path / "deleted")
    with pytest.raises(ResourceDoesNotExist, match="deleted or moved"):
        handles.append(handle, b"a")
    assert not (tmp_path / "deleted").exists()


def test_a_folder_made_in_the_place_of_a_file_is_not_written(tmp_path: Path, handles: DbfsHandles) -> None:
    (tmp_path / "file").touch()
    handle = handles.open(tmp_path / "file")
    (tmp_path / "file").unlink()
    (tmp_path / "file").mkdir()
    with pytest.raises(ResourceDoesNotExist, match="deleted or moved"):
        handles.append(handle, b"a")
