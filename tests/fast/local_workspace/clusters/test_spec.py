"""What a request for a cluster may say."""

from typing import Any

import pytest
from databricks.sdk.service.compute import DataSecurityMode
from pydantic import ValidationError

from local_workspace.clusters.spark.conf import check_spark_conf
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue

PROFILE = {"spark.databricks.cluster.profile": "singleNode"}
SPEC = {"spark_version": "19.x-cpu-ml-scala2.13", "node_type_id": "Standard_DS3_v2"}
CLASSIC = {"num_workers": 0, "spark_conf": PROFILE}


def checked(**fields: Any) -> None:
    ClusterSpec.model_validate(SPEC | fields).check()


WITH_WORKERS = [{"num_workers": 1}, {"autoscale": {"min_workers": 1, "max_workers": 2}}]


@pytest.mark.parametrize(
    "fields", [*WITH_WORKERS, CLASSIC, {"kind": "CLASSIC_PREVIEW", "is_single_node": True}]
)
def test_a_cluster_can_run_spark_tasks(fields: dict[str, Any]) -> None:
    checked(**fields)


@pytest.mark.parametrize("conf", [{}, {"spark.master": "local[*]"}, {next(iter(PROFILE)): "serverless"}])
def test_no_workers_without_the_single_node_profile_could_run_nothing(conf: dict[str, str]) -> None:
    with pytest.raises(InvalidParameterValue, match="num_workers can be 0 for single node clusters only"):
        checked(num_workers=0, spark_conf=conf)


@pytest.mark.parametrize(
    "fields",
    [
        CLASSIC | {"num_workers": 1},
        {"num_workers": 2, "spark_conf": {"spark.master": "local[*]"}},
        {"kind": "CLASSIC_PREVIEW", "is_single_node": True, "num_workers": 2},
        {"autoscale": {"min_workers": 1, "max_workers": 2}, "spark_conf": PROFILE},
    ],
)
def test_workers_and_a_single_node_exclude_each_other(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameterValue, match=r"single node cluster has no workers.*num_workers to 0"):
        checked(**fields)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0, 2, "min_workers must be at least 1"), (2, 2, "greater than min_workers"), (3, 2, "got 2 with")],
)
def test_limits_between_which_nothing_can_scale_are_refused(low: int, high: int, text: str) -> None:
    with pytest.raises(InvalidParameterValue, match=text):
        checked(autoscale={"min_workers": low, "max_workers": high})


def test_a_fixed_number_of_workers_and_limits_are_not_both_given() -> None:
    with pytest.raises(InvalidParameterValue, match="num_workers and autoscale cannot both be set"):
        checked(num_workers=2, autoscale={"min_workers": 1, "max_workers": 2})


@pytest.mark.parametrize("mode", [mode.value for mode in DataSecurityMode])
def test_every_security_mode_of_the_sdk_is_known(mode: str) -> None:
    checked(**CLASSIC, data_security_mode=mode)


@pytest.mark.parametrize(
    "fields", [{"data_security_mode": "SINGLE"}, {"kind": "CLASSIC"}, {"runtime_engine": "FAST"}]
)
def test_unknown_choices_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(fields))):
        checked(**CLASSIC, **fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spark.driver.extraJavaOptions", "-Da=b"),
        ("spark.driver.extraClassPath", "/jars/*"),
        ("spark.executor.extraClassPath", "/jars/*"),
        ("spark.executor.cores", "4"),
        ("spark.executor.memory", "much"),
        ("spark.local.dir", "/elsewhere"),
        ("spark.ui.enabled", "true"),
        ("spark.scheduler.mode", "FIFO"),
        ("spark.sql.warehouse.dir", "dbfs:/elsewhere"),
        ("spark.driver.host", "0.0.0.0"),  # noqa: S104 - is refused
        ("spark.hadoop.fs.defaultFS", "file:///"),
    ],
)
def test_a_property_that_would_not_be_heeded_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidParameterValue, match=name.replace(".", r"\.")):
        check_spark_conf({name: value})


def test_a_property_with_the_value_that_it_has_anyway_is_taken() -> None:
    check_spark_conf({"spark.ui.enabled": "false", "spark.scheduler.mode": "FAIR"})
