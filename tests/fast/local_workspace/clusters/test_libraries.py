"""Lists of libraries: what becomes of them when clusters come and go, without a cluster."""

from pathlib import Path

import pytest

from local_workspace.clusters.libraries.environment import ClusterEnvironment
from local_workspace.clusters.libraries.libraries import ClusterLibraries, Place
from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.runtimes.environments import OWN
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue
from local_workspace.processes.processes import Processes
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import clusters_in, local_files
from tests.fast.local_workspace.manual_clock import ManualClock
from tests.wire.polling import until
from tests.wire.wheels import wheel

SPEC = ClusterSpec(spark_version="19.x-scala2.13")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, 1, "dapi")


@pytest.fixture
def libraries(settings: Settings) -> ClusterLibraries:
    store = Store(settings.database)
    return ClusterLibraries(store, local_files(settings, store, ManualClock()), Processes(store))


@pytest.fixture
def library(settings: Settings) -> Library:
    file = settings.workspace_files / "Shared" / "tiny-1.0-py3-none-any.whl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(wheel("tiny", "1.0", ""))
    return Library(whl=f"/Workspace/Shared/{file.name}")


def place(settings: Settings, spec: ClusterSpec = SPEC) -> Place:
    return Place(ClusterEnvironment(settings.root / "c" / "environment", OWN), spec, lambda: None)


def status(libraries: ClusterLibraries) -> list[str]:
    return [each["status"] for each in libraries.statuses("c")]


def settled(libraries: ClusterLibraries) -> list[str]:
    until(lambda: libraries.are_settled("c"), "the end of the installing")
    return status(libraries)


def test_what_is_asked_for_of_a_terminated_cluster_waits_for_its_start(
    libraries: ClusterLibraries, library: Library, settings: Settings
) -> None:
    libraries.install("c", [library])
    libraries.install("c", [library])
    assert status(libraries) == ["PENDING"]
    there = place(settings)
    there.environment.create()
    libraries.cluster_started("c", there)
    assert settled(libraries) == ["INSTALLED"]
    assert (there.environment.packages / "tiny.py").exists()
    libraries.uninstall("c", [library])
    assert status(libraries) == ["UNINSTALL_ON_RESTART"]
    libraries.cluster_ended("c")
    assert status(libraries) == []


def test_a_cluster_whose_environment_is_gone_has_failed_libraries_and_may_have_others(
    libraries: ClusterLibraries, library: Library, settings: Settings
) -> None:
    there = place(settings)
    libraries.cluster_started("c", there)
    libraries.install("c", [library])
    assert settled(libraries) == ["FAILED"]
    there.environment.create()
    libraries.install("c", [library])
    assert settled(libraries) == ["INSTALLED"]


def test_after_a_killed_server_a_cluster_is_to_have_its_libraries_installed_anew(
    settings: Settings,
) -> None:
    store, clock = Store(settings.database), ManualClock()
    records = ClusterRecords(store, clock)
    records.add("c", SPEC)
    records.set_running("c", {})
    installed = {"library": {"whl": "/a.whl"}, "status": "INSTALLED", "messages": []}
    gone = {"library": {"whl": "/b.whl"}, "status": "UNINSTALL_ON_RESTART", "messages": []}
    store.collection("cluster_libraries").put("c", {"cluster_id": "c", "statuses": [installed, gone]})
    clusters = clusters_in(settings, store, clock)
    clusters.start()
    assert clusters.libraries.statuses("c") == [installed | {"status": "PENDING"}]
    clusters.stop(deadline=0.0)


@pytest.mark.parametrize(
    ("spec", "refused"),
    [
        (SPEC, True),
        (ClusterSpec(spark_version="14.3.x-scala2.12"), False),
        (
            ClusterSpec(
                spark_version="19.x-scala2.13",
                spark_conf={"spark.databricks.driver.dbfsLibraryInstallationAllowed": "true"},
            ),
            False,
        ),
    ],
)
def test_runtimes_from_15_on_take_no_library_from_dbfs(spec: ClusterSpec, refused: bool) -> None:
    assert bool(Library(whl="dbfs:/a.whl").refusal(spec)) == refused
    assert not Library(whl="/Volumes/a/b/c/a.whl").refusal(spec)


@pytest.mark.parametrize("fields", [{"jar": "dbfs:/a.jar"}, {}, {"whl": "a", "requirements": "b"}])
def test_what_is_no_library_of_python_is_refused(libraries: ClusterLibraries, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidParameterValue, match="Cluster c: a library"):
        libraries.install("c", [Library.model_validate(fields)])
    assert status(libraries) == []
