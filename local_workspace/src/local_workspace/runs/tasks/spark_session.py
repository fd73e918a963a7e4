"""`spark` and `sc` of a job run, in its own process: a session of its own in the cluster's driver."""

import os
from typing import Any
from urllib.parse import urlsplit

from local_workspace.clusters.spark.session import session_class


def attach() -> tuple[Any, Any]:
    """A session and context of this run's own in the driver that the environment names."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    gateway = launch_gateway()  # type: ignore[no-untyped-call]
    for secret in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
        del os.environ[secret]
    SparkContext._ensure_initialized(gateway=gateway)
    jvm = gateway.jvm
    shared = jvm.org.apache.spark.SparkContext.getOrCreate()
    java_context = jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(shared)
    context = SparkContext(gateway=gateway, jsc=java_context, conf=SparkConf(_jconf=shared.conf()))
    java_sessions = session_class(jvm)
    java_session = java_sessions.builder().getOrCreate().newSession()
    session = SparkSession(context, jsparkSession=java_session)
    SparkSession._instantiatedSession = session
    java_sessions.setActiveSession(java_session)
    session.conf.set("spark.databricks.workspaceUrl", urlsplit(os.environ["DATABRICKS_HOST"]).netloc)
    _never_stop(SparkContext, SparkSession)
    return session, context


def _never_stop(*classes: type) -> None:
    """The driver belongs to the cluster: a script that stops its session must not stop those of others."""
    for each in classes:
        each.stop = lambda self: None  # type: ignore[attr-defined]  # noqa: ARG005
