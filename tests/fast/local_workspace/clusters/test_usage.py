"""When a cluster counts as idle."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.usage import Usage
from local_workspace.store import Document, Store
from tests.fast.local_workspace.manual_clock import ManualClock

MINUTES = 20
SPEC = ClusterSpec(spark_version="19.x-cpu-ml-scala2.13", autotermination_minutes=MINUTES)


class UsedMeanwhile(ClusterRecords):
    """Records of clusters that a run has used just after they were listed."""

    def all(self) -> list[Document]:
        """Every cluster, as it was before its use."""
        listed = super().all()
        self.touch("c")
        return listed


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    """With one cluster `c` that runs."""
    store = Store(tmp_path / "store.db")
    records = ClusterRecords(store, clock)
    records.add("c", SPEC)
    records.set_running("c", {})
    yield store
    store.close()


def idle(usage: Usage) -> list[str]:
    found: list[str] = []
    usage.end_idle(lambda document: found.append(document["cluster_id"]))
    return found


def test_a_cluster_is_idle_when_no_run_has_used_it_for_its_minutes(store: Store, clock: ManualClock) -> None:
    usage = Usage(ClusterRecords(store, clock), clock)
    clock.pass_seconds(MINUTES * 60 - 1)
    assert idle(usage) == []
    clock.pass_seconds(1)
    assert idle(usage) == ["c"]


def test_a_cluster_with_a_run_is_not_idle_nor_is_it_just_after(store: Store, clock: ManualClock) -> None:
    usage = Usage(ClusterRecords(store, clock), clock)
    with usage.by("c", run_id=1):
        clock.pass_seconds(10 * MINUTES * 60)
        assert idle(usage) == []
    assert idle(usage) == []


def test_a_cluster_whose_run_has_just_ended_is_not_idle(store: Store, clock: ManualClock) -> None:
    clock.pass_seconds(MINUTES * 60)
    assert idle(Usage(UsedMeanwhile(store, clock), clock)) == []
    assert idle(Usage(ClusterRecords(store, clock), clock)) == []
    clock.pass_seconds(MINUTES * 60)
    assert idle(Usage(ClusterRecords(store, clock), clock)) == ["c"]
