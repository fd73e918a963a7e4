"""Where Spark keeps its SparkSession: from Spark 4 on, the one with a driver of its own is `classic`.

Nothing but the standard library: job runs begin with it, under the Python of any runtime.
"""

from typing import Any


def session_class(java: Any) -> Any:
    """The class SparkSession of a driver, through a Py4J gateway to it."""
    version = str(java.org.apache.spark.SparkContext.getOrCreate().version())
    sql = java.org.apache.spark.sql
    return sql.SparkSession if version.startswith("3.") else sql.classic.SparkSession
