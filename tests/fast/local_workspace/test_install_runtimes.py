"""Runtimes are installed on request only, and what this Python cannot run is refused in words."""

import sys
from pathlib import Path

import pytest

from local_workspace import install_runtimes
from local_workspace.clusters.runtimes import environments
from local_workspace.clusters.runtimes.environments import OWN, Environment, environment_of, installed, run_by
from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.clusters.runtimes.pairs import PAIRS, pair_of

KEY = "17.3.x-cpu-ml-scala2.13"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server's environment in which no runtime is installed."""
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(install_runtimes, "FOLDER", tmp_path)
    return tmp_path


def made(runtime: str) -> Environment:
    """An environment as an installation leaves it, but for the packages."""
    place = environments.place_of(PAIRS[runtime])
    (place.prefix / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    place.lend_this_package()
    place.mark_ready()
    return place


def test_every_pair_is_of_a_runtime_that_is_offered() -> None:
    named = {pair.runtime for key in RUNTIMES if (pair := pair_of(key))}
    assert named == set(PAIRS)
    for key, name in RUNTIMES.items():
        if pair := pair_of(key):
            assert f"Apache Spark {pair.spark}," in name


@pytest.mark.parametrize("key", [KEY, "18.2.x-scala2.13", "20.x-cpu-ml-scala2.13"])
def test_a_runtime_whose_pair_is_not_installed_is_run_by_the_servers_own(key: str) -> None:
    assert environment_of(key) == OWN
    assert installed() == []


def test_a_cluster_says_which_spark_it_is_and_how_it_could_have_its_own() -> None:
    assert run_by(KEY, OWN) == (
        f"Runtime {KEY} is run here by {OWN.in_words}: "
        "its own Spark 4.0.0 and MLflow 3.0.1 are not installed (`make runtimes RUNTIME=17.3` does that)."
    )
    beta = "20.x-cpu-ml-scala2.13"
    assert run_by(beta, OWN) == f"Runtime {beta} is run here by {OWN.in_words}."


def test_an_installed_pair_runs_its_runtime_alone() -> None:
    place = made("17.3")
    assert environment_of(KEY) == place
    assert environment_of("19.x-cpu-ml-scala2.13") == OWN
    assert installed() == [place]


def test_an_installation_that_was_interrupted_or_is_of_other_versions_does_not_count() -> None:
    place = made("17.3")
    (place.prefix / "ready").write_text("Pair(runtime='17.3', spark='4.0.1')")
    assert environment_of(KEY) == OWN
    place.mark_ready()
    (place.packages / "local_workspace").unlink()
    assert environment_of(KEY) == OWN


def test_what_is_installed_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    package = made("17.3").packages / "pyspark-4.0.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Name: pyspark\nVersion: 4.0.0\n")
    (package.with_name("mlflow-3.0.1.dist-info")).mkdir()
    (package.with_name("mlflow-3.0.1.dist-info") / "METADATA").write_text("Name: mlflow\nVersion: 3.0.1\n")
    assert install_runtimes.main("/no/uv", ["17.3"]) == 0
    assert capsys.readouterr().out.startswith(
        "Runtime 17.3 is installed: Spark 4.0.0, MLflow 3.0.1, Python 3."
    )


def test_a_runtime_that_there_is_not_is_refused_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert install_runtimes.main("/no/uv", ["17.4"]) == 2
    assert "There is no runtime 17.4 to install; there are 15.4, 16.4" in capsys.readouterr().out


def test_a_runtime_that_this_python_cannot_run_is_refused_in_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 13, 1))
    assert install_runtimes.main("/no/uv", ["15.4"]) == 1
    said = capsys.readouterr().out
    assert "Runtime 15.4 (Spark 3.5.0, MLflow 2.13.1) does not run under this Python 3.13" in said
    assert "Python 3.12 or older" in said
