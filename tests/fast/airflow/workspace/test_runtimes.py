"""The runtime is the newest for machine learning: no beta, no GPU or Photon, Scala > 2.11, Spark > 3.4."""

import pytest

from rookery.exceptions import ClusterError
from rookery.workspace.runtimes import SparkVersion, choose_spark_version

# What `clusters/spark-versions` of a workspace answered in 2026, shortened; the beta runtime is invented.
OFFERED = [
    SparkVersion(*row.split(" / "))
    for row in """
13.3.x-cpu-ml-scala2.12 / 13.3 LTS ML (includes Apache Spark 3.4.1, Scala 2.12)
14.3.x-cpu-ml-scala2.12 / 14.3 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)
15.4.x-scala2.12 / 15.4 LTS (includes Apache Spark 3.5.0, Scala 2.12)
15.4.x-cpu-ml-scala2.12 / 15.4 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)
15.4.x-gpu-ml-scala2.12 / 15.4 LTS ML (includes Apache Spark 3.5.0, GPU, Scala 2.12)
15.4.x-cpu-ml-photon-scala2.12 / 15.4 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)
15.4.x-photon-scala2.12 / 15.4 LTS Photon (includes Apache Spark 3.5.0, Scala 2.12)
16.4.x-scala2.12 / 16.4 LTS (includes Apache Spark 3.5.2, Scala 2.12)
16.4.x-scala2.13 / 16.4 LTS (includes Apache Spark 3.5.2, Scala 2.13)
16.4.x-aarch64-scala2.12 / 16.4 LTS aarch64 (includes Apache Spark 3.5.2, Scala 2.12)
16.4.x-cpu-ml-scala2.12 / 16.4 LTS ML (includes Apache Spark 3.5.2, Scala 2.12)
17.3.x-cpu-ml-scala2.13 / 17.3 LTS ML (includes Apache Spark 4.0.0, Scala 2.13)
17.3.x-gpu-ml-scala2.13 / 17.3 LTS ML (includes Apache Spark 4.0.0, GPU, Scala 2.13)
18.x-cpu-ml-scala2.13 / 18 LTS ML (includes Apache Spark 4.1.0, Scala 2.13)
18.2.x-scala2.13 / 18.2 (includes Apache Spark 4.1.0, Scala 2.13)
19.x-scala2.13 / 19 (includes Apache Spark 4.2.0, Scala 2.13)
19.x-cpu-ml-scala2.13 / 19 ML (includes Apache Spark 4.2.0, Scala 2.13)
9.1.x-cpu-ml-scala2.12 / 9.1 LTS ML (includes Apache Spark 3.1.2, Scala 2.12)
apache-spark-2.4.x-esr-scala2.11 / Light 2.4 Extended Support (includes Apache Spark 2.4, Scala 2.11)
20.x-cpu-ml-scala2.13 / 20 ML Beta (includes Apache Spark 4.3.0, Scala 2.13)
""".strip().splitlines()
]


def _without(*prefixes: str) -> list[SparkVersion]:
    return [version for version in OFFERED if not version.key.startswith(prefixes)]


def _ml(key: str, name: str) -> SparkVersion:
    return SparkVersion(f"{key}-cpu-ml-scala2.13", f"{name} ML (includes Apache Spark 4.1.0, Scala 2.13)")


def test_the_newest_machine_learning_runtime_is_chosen() -> None:
    assert choose_spark_version(OFFERED) == "19.x-cpu-ml-scala2.13"


def test_long_term_support_runtimes_can_be_asked_for() -> None:
    assert choose_spark_version(OFFERED, long_term_support=True) == "18.x-cpu-ml-scala2.13"


def test_versions_are_compared_as_numbers_not_as_text() -> None:
    rows = [version for version in OFFERED if version.key.startswith(("9.1", "16.4"))]
    rows.append(SparkVersion("9.9.x-cpu-ml-scala2.13", "9.9 ML (includes Apache Spark 3.10.0, Scala 2.13)"))
    assert choose_spark_version(rows) == "16.4.x-cpu-ml-scala2.12"
    assert choose_spark_version(rows[-1:]) == "9.9.x-cpu-ml-scala2.13"


def test_a_major_only_runtime_is_newer_than_its_minor_ones() -> None:
    assert choose_spark_version([_ml("18.x", "18"), _ml("18.2.x", "18.2")]) == "18.x-cpu-ml-scala2.13"


def test_photon_and_gpu_builds_are_never_chosen_though_their_names_look_alike() -> None:
    only = [version for version in OFFERED if version.key.startswith("15.4")]
    assert choose_spark_version(only) == "15.4.x-cpu-ml-scala2.12"


def test_of_two_builds_the_one_for_the_newer_scala_is_chosen() -> None:
    name = "16.4 LTS ML (includes Apache Spark 3.5.2, Scala {})"
    builds = [SparkVersion(f"16.4.x-cpu-ml-scala{scala}", name.format(scala)) for scala in ("2.13", "2.12")]
    assert choose_spark_version(builds) == "16.4.x-cpu-ml-scala2.13"


def test_spark_3_4_1_does_not_count_as_newer_than_3_4() -> None:
    too_old = _without("14", "15", "16", "17", "18", "19")
    with pytest.raises(ClusterError, match=r"Spark > 3\.4 \(offered: 13\.3\.x-cpu-ml-scala2\.12"):
        choose_spark_version(too_old)


def test_a_workspace_that_offers_nothing_is_told_so() -> None:
    with pytest.raises(ClusterError, match="offered: none"):
        choose_spark_version([])
