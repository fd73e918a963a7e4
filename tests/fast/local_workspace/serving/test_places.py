"""Where served versions listen."""

from pathlib import Path

from local_workspace.serving.places import LONGEST_SOCKET_PATH, ServingPlaces
from local_workspace.settings import Settings


def test_a_deep_root_has_its_sockets_elsewhere_and_leaves_nothing_there(tmp_path: Path) -> None:
    root = tmp_path / ("deep" * 30)
    root.mkdir()
    places = ServingPlaces(Settings(root, 1, "dapi"))
    places.clear()
    socket = places.new("m").socket
    assert len(str(socket)) <= LONGEST_SOCKET_PATH
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    places.remove()
    assert not socket.parent.exists()
