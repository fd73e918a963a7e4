"""What a model of MLflow's Spark flavor needs to be served: a Java for the Spark that its process starts.

A serving container on Databricks has one too: https://mlflow.org/docs/latest/python_api/mlflow.spark.html
"""

from pathlib import Path

from local_workspace.clusters.spark.java import find_java

_LOADER = "mlflow.spark"

# Spark's launcher asks for a module that a slim Java has not, and Spark does not need.
_JAVA = """#!/bin/sh
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" -XX:+UseSerialGC "$@"
"""


def spark_environment(model: Path, home: Path, python: str) -> dict[str, str]:
    """The variables for the process that serves a model: none, unless it is Spark that scores. What they name
    is put into the folder `home`."""
    if not _is_sparks(model):
        return {}
    java = home / "java" / "bin" / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    java.write_text(_JAVA.format(java=find_java()))
    java.chmod(0o700)
    return {
        "JAVA_HOME": str(home / "java"),
        "PYSPARK_PYTHON": python,
        # Spark's pages ask for no token.
        "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false pyspark-shell",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def _is_sparks(model: Path) -> bool:
    import yaml

    file = model / "MLmodel"
    described = yaml.safe_load(file.read_text()) if file.is_file() else None
    flavors = described.get("flavors") if isinstance(described, dict) else None
    python = flavors.get("python_function") if isinstance(flavors, dict) else None
    return isinstance(python, dict) and python.get("loader_module") == _LOADER
