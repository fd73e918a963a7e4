"""Only a model that Spark scores is given a Java."""

import subprocess
from pathlib import Path

import pytest

from local_workspace.serving.spark_flavor import spark_environment

SPARKS = "flavors:\n  python_function:\n    loader_module: mlflow.spark\n"


def model(folder: Path, described: str) -> Path:
    folder.mkdir()
    (folder / "MLmodel").write_text(described)
    return folder


def test_a_model_of_the_spark_flavor_has_a_java_that_takes_what_sparks_launcher_says(tmp_path: Path) -> None:
    own = spark_environment(model(tmp_path / "model", SPARKS), tmp_path / "home", "/usr/bin/python3")
    assert own["PYSPARK_PYTHON"] == "/usr/bin/python3"
    java = Path(own["JAVA_HOME"]) / "bin" / "java"
    asked = [str(java), "--add-modules=jdk.incubator.vector", "-version"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert "version" in answer.stderr


@pytest.mark.parametrize("described", [SPARKS.replace("spark", "pyfunc.model"), "flavors: {}", "[]", ""])
def test_another_model_has_none(tmp_path: Path, described: str) -> None:
    assert spark_environment(model(tmp_path / "model", described), tmp_path / "home", "python") == {}
    assert spark_environment(tmp_path / "nothing", tmp_path / "home", "python") == {}
