"""A cluster's steps from state to state, and the configuration of its driver."""

from pathlib import Path

import pytest
from databricks.sdk.service.compute import (
    EventType,
    TerminationReason,
    TerminationReasonCode,
    TerminationReasonType,
)

from local_workspace.clusters import termination
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.runtimes.offered import RUNTIMES, runtime_version
from local_workspace.clusters.spark.conf import driver_conf, properties
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock

SPEC = ClusterSpec(spark_version="19.x-cpu-ml-scala2.13", node_type_id="Standard_DS3_v2", num_workers=0)
USER = termination.user_request("somebody")
REASONS = [
    USER,
    termination.inactivity(20),
    termination.startup_failure(RuntimeError("x")),
    termination.driver_lost(-9, "log"),
    termination.driver_lost(termination.OUT_OF_MEMORY_EXIT_CODE, "log"),
    termination.server_gone("killed"),
]


@pytest.fixture
def records(tmp_path: Path) -> ClusterRecords:
    records = ClusterRecords(Store(tmp_path / "store.db"), ManualClock())
    records.add("c", SPEC)
    return records


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_every_reason_uses_words_that_the_sdk_knows(reason: termination.TerminationReason) -> None:
    read = TerminationReason.from_dict(reason.to_wire())
    assert isinstance(read.code, TerminationReasonCode)
    assert isinstance(read.type, TerminationReasonType)


def test_every_event_has_a_type_that_the_sdk_knows(records: ClusterRecords) -> None:
    records.set_running("c", {})
    records.set_terminating("c", USER)
    records.set_terminated("c")
    records.restart("c")
    assert [EventType(event["type"]) for event in records.get("c")["events"]]


def test_a_cluster_whose_end_began_does_not_become_running(records: ClusterRecords) -> None:
    assert records.set_terminating("c", USER)
    assert not records.set_running("c", {})
    assert records.get("c")["state"] == "TERMINATING"


def test_the_first_reason_stays(records: ClusterRecords) -> None:
    assert records.set_terminating("c", termination.inactivity(20))
    assert not records.set_terminating("c", USER)
    records.set_terminated("c")
    assert records.get("c")["termination_reason"]["code"] == "INACTIVITY"
    assert records.get("c")["state_message"] == "Inactive cluster terminated (inactive for 20 minutes)."


def test_a_cluster_deleted_for_good_is_gone_for_clients_at_once_and_for_the_store_at_its_end(
    records: ClusterRecords,
) -> None:
    records.set_terminating("c", USER)
    records.mark_deleted("c")
    with pytest.raises(InvalidParameterValue, match="Cluster c does not exist"):
        records.get("c")
    assert len(records.all()) == 1
    records.set_terminated("c")
    assert records.all() == []


def test_a_started_cluster_forgets_its_last_end(records: ClusterRecords) -> None:
    records.set_terminating("c", USER)
    records.set_terminated("c")
    records.restart("c")
    assert "termination_reason" not in records.get("c")
    assert "terminated_time" not in records.get("c")


def test_the_clients_conf_counts_unless_it_would_leave_this_machine_or_the_root(tmp_path: Path) -> None:
    theirs = {
        "spark.sql.ansi.enabled": "false",
        "spark.driver.bindAddress": "0.0.0.0",  # noqa: S104 - must not get through
        "spark.ui.enabled": "true",
        "spark.hadoop.fs.defaultFS": "file:///",
        "spark.local.dir": "/elsewhere",
    }
    conf = driver_conf(
        SPEC.model_copy(update={"spark_conf": theirs}), None, {"/": tmp_path / "dbfs"}, tmp_path / "c"
    )
    assert conf["spark.sql.ansi.enabled"] == "false"
    assert conf["spark.local.dir"] == str(tmp_path / "c" / "local")
    assert conf["spark.driver.bindAddress"] == "127.0.0.1"
    assert conf["spark.ui.enabled"] == "false"
    assert conf["spark.hadoop.fs.defaultFS"] == "dbfs:///"


def test_properties_keep_every_character() -> None:
    text = properties({"spark.a": "C:\\x\ny = z", "spark.link./Volumes a": "v"})
    assert text == "spark.a=C:\\\\x\\ny = z\nspark.link./Volumes\\ a=v\n"


@pytest.mark.parametrize(
    ("key", "number"),
    [("15.4.x-cpu-ml-scala2.12", "15.4"), ("18.x-cpu-ml-scala2.13", "18.0"), ("18.2.x-scala2.13", "18.2")],
)
def test_a_runtimes_number_is_read_from_its_key(key: str, number: str) -> None:
    assert key in RUNTIMES
    assert runtime_version(key) == number
