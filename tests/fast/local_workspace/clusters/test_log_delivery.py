"""Where the logs of a cluster are delivered, and where they are not."""

from pathlib import Path

import pytest

from local_workspace.clusters.logs.conf import ClusterLogConf
from local_workspace.clusters.logs.delivery import LogDelivery
from local_workspace.clusters.one_place import Place
from local_workspace.files.local_files import LocalFiles
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import local_files
from tests.fast.local_workspace.manual_clock import ManualClock

DBFS = ClusterLogConf(dbfs=Place(destination="dbfs:/logs/"))
VOLUME = ClusterLogConf(volumes=Place(destination="/Volumes/main/default/logs/of/clusters"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "root", 1, "dapi")


@pytest.fixture
def files(settings: Settings) -> LocalFiles:
    settings.dbfs.mkdir(parents=True)
    return local_files(settings, Store(settings.database), ManualClock())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a cluster that has run an init script."""
    folder = tmp_path / "cluster"
    (folder / "init_scripts").mkdir(parents=True)
    (folder / "init_scripts" / "0.log").write_text("of the script")
    (folder / "driver.log").write_text("of the driver")
    return folder


def delivered(place: Path) -> dict[str, str]:
    return {str(file.relative_to(place)): file.read_text() for file in place.rglob("*") if file.is_file()}


def test_the_driver_and_the_init_scripts_have_a_folder_each(
    settings: Settings, files: LocalFiles, folder: Path
) -> None:
    delivery = LogDelivery("c1", folder, files, has_dbfs=True)
    assert delivery.deliver(DBFS, now=5) == {"last_attempted": 5}
    (folder / "driver.log").write_text("of the driver, later")
    delivery.deliver(DBFS, now=6)
    assert delivered(settings.dbfs / "logs" / "c1") == {
        "driver/log4j-active.log": "of the driver, later",
        "init_scripts/c1_127_0_0_1/0.log": "of the script",
    }


def test_a_volume_must_be_there(settings: Settings, files: LocalFiles, folder: Path) -> None:
    delivery = LogDelivery("c1", folder, files, has_dbfs=False)
    assert "There is no volume" in delivery.deliver(VOLUME, now=5)["last_exception"]
    (settings.volumes / "main" / "default" / "logs").mkdir(parents=True)
    assert delivery.deliver(VOLUME, now=6) == {"last_attempted": 6}
    assert len(delivered(settings.volumes / "main" / "default" / "logs" / "of" / "clusters" / "c1")) == 2


def test_a_workspace_without_dbfs_delivers_nothing_there(
    settings: Settings, files: LocalFiles, folder: Path
) -> None:
    status = LogDelivery("c1", folder, files, has_dbfs=False).deliver(DBFS, now=5)
    assert status["last_exception"] == "Public DBFS root is disabled. Access is denied on path: dbfs:/logs"
    assert delivered(settings.dbfs) == {}


def test_a_link_that_leads_out_of_dbfs_is_not_followed(
    settings: Settings, files: LocalFiles, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (settings.dbfs / "logs").mkdir()
    (settings.dbfs / "logs" / "c1").symlink_to(outside)
    status = LogDelivery("c1", folder, files, has_dbfs=True).deliver(DBFS, now=5)
    assert "leads out of its root" in status["last_exception"]
    assert delivered(outside) == {}
