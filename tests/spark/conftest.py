"""Tests that run the job code on a Spark of their own, with an MLflow store in a file. They need Java 17."""

import dataclasses
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from pyspark.sql import SparkSession

from local_workspace.clusters.spark.java import find_java
from tests.spark.study import Study, new_study

# Spark's launcher asks for a module that a reduced Java runtime may not have, and needs not. The second
# compiler and the parallel collectors cost more than they save in the minutes that this Java lives.
_JAVA = """#!/bin/sh
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "$@"
"""


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    home = tmp_path_factory.mktemp("java")
    java = home / "bin" / "java"
    java.parent.mkdir()
    java.write_text(_JAVA.format(java=find_java()))
    java.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(home))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.delenv("SPARK_HOME", raising=False)
        # A prompt, as on a cluster: PySpark takes a process of pytest-xdist, which has none, for a doctest,
        # and leaves it in the middle of `mlflow.spark.save_model`.
        patch.setattr(sys, "ps1", "In : ", raising=False)
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
        settings = builder.config("spark.sql.shuffle.partitions", 2).config("spark.driver.memory", "1g")
        session = settings.config("spark.sql.warehouse.dir", str(home / "warehouse")).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database that has its tables, to copy: making them takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data root for all tests that only read snapshots: `prepare` makes each of them once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def study(
    spark: SparkSession,
    empty_store: Path,
    prepared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Study:
    """An MLflow store of the test's own, and the snapshots of all."""
    shutil.copy(empty_store, tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / empty_store.name}")
    return new_study(spark, prepared_data, tmp_path / "artifacts")


@pytest.fixture
def fresh_study(study: Study, tmp_path: Path) -> Study:
    """The same with a data root of the test's own."""
    return dataclasses.replace(study, data=tmp_path / "data")


@pytest.fixture(scope="module")
def shared_study(
    spark: SparkSession, empty_store: Path, prepared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Study]:
    """One MLflow store for the tests of a module, which do not disturb each other."""
    folder = tmp_path_factory.mktemp("study")
    shutil.copy(empty_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder / empty_store.name}")
        yield new_study(spark, prepared_data, folder / "artifacts")
