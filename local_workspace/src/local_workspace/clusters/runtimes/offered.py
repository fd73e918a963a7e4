"""The Databricks runtimes that a cluster may name.

The list is the `clusters/spark-versions` answer of a real workspace, shortened; the last entry is invented,
so that a client that takes the newest runtime without looking for "Beta" is found out.
"""

import re

from local_workspace.errors import InvalidParameterValue

RUNTIMES: dict[str, str] = {
    "13.3.x-scala2.12": "13.3 LTS (includes Apache Spark 3.4.1, Scala 2.12)",
    "13.3.x-cpu-ml-scala2.12": "13.3 LTS ML (includes Apache Spark 3.4.1, Scala 2.12)",
    "14.3.x-scala2.12": "14.3 LTS (includes Apache Spark 3.5.0, Scala 2.12)",
    "14.3.x-cpu-ml-scala2.12": "14.3 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)",
    "15.4.x-scala2.12": "15.4 LTS (includes Apache Spark 3.5.0, Scala 2.12)",
    "15.4.x-cpu-ml-scala2.12": "15.4 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)",
    "15.4.x-gpu-ml-scala2.12": "15.4 LTS ML (includes Apache Spark 3.5.0, GPU, Scala 2.12)",
    "15.4.x-cpu-ml-photon-scala2.12": "15.4 LTS ML (includes Apache Spark 3.5.0, Scala 2.12)",
    "15.4.x-photon-scala2.12": "15.4 LTS Photon (includes Apache Spark 3.5.0, Scala 2.12)",
    "16.4.x-scala2.12": "16.4 LTS (includes Apache Spark 3.5.2, Scala 2.12)",
    "16.4.x-scala2.13": "16.4 LTS (includes Apache Spark 3.5.2, Scala 2.13)",
    "16.4.x-aarch64-scala2.12": "16.4 LTS aarch64 (includes Apache Spark 3.5.2, Scala 2.12)",
    "16.4.x-cpu-ml-scala2.12": "16.4 LTS ML (includes Apache Spark 3.5.2, Scala 2.12)",
    "17.3.x-cpu-ml-scala2.13": "17.3 LTS ML (includes Apache Spark 4.0.0, Scala 2.13)",
    "17.3.x-gpu-ml-scala2.13": "17.3 LTS ML (includes Apache Spark 4.0.0, GPU, Scala 2.13)",
    "18.x-cpu-ml-scala2.13": "18 LTS ML (includes Apache Spark 4.1.0, Scala 2.13)",
    "18.2.x-scala2.13": "18.2 (includes Apache Spark 4.1.0, Scala 2.13)",
    "19.x-scala2.13": "19 (includes Apache Spark 4.2.0, Scala 2.13)",
    "19.x-cpu-ml-scala2.13": "19 ML (includes Apache Spark 4.2.0, Scala 2.13)",
    "9.1.x-cpu-ml-scala2.12": "9.1 LTS ML (includes Apache Spark 3.1.2, Scala 2.12)",
    "apache-spark-2.4.x-extended-support-scala2.11": (
        "Light 2.4 Extended Support (includes Apache Spark 2.4, Scala 2.11)"
    ),
    "20.x-cpu-ml-scala2.13": "20 ML Beta (includes Apache Spark 4.3.0, Scala 2.13)",
}


def check_runtime(spark_version: str) -> None:
    """Refuse a key that is not in the list, with Databricks' own text."""
    if spark_version not in RUNTIMES:
        raise InvalidParameterValue(f"Invalid spark version {spark_version}.")


def runtime_version(spark_version: str) -> str:
    """`DATABRICKS_RUNTIME_VERSION` of a key: 15.4 of 15.4.x-cpu-ml-scala2.12, 18.0 of 18.x-..."""
    found = re.search(r"(\d+)(?:\.(\d+))?\.x-", spark_version)
    if found is None:
        raise InvalidParameterValue(f"Invalid spark version {spark_version}.")
    return f"{found[1]}.{found[2] or 0}"
