"""A version is served with its own packages where they are installed, and where not, that is said."""

from importlib.metadata import version
from pathlib import Path

import pytest

from local_workspace.clusters.runtimes import environments
from local_workspace.clusters.runtimes.environments import OWN, place_of
from local_workspace.clusters.runtimes.pairs import PAIRS
from local_workspace.serving.packages import packages_of

MLFLOW, NUMPY = version("mlflow"), version("numpy")
OLD = "mlflow==3.0.1\nnumpy==2.3.4\nsetuptools<81\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "FOLDER", tmp_path / "runtimes")


def model(folder: Path, requirements: str) -> Path:
    (folder / "requirements.txt").write_text(requirements)
    return folder


@pytest.mark.parametrize(
    "requirements",
    [
        f"mlflow=={MLFLOW}\nnumpy=={NUMPY}\n",
        f"# made by hand\n--extra-index-url https://a.test\nMLflow>={MLFLOW}  # at least\n\n",
        f"mlflow=={MLFLOW}\nlinks-only; sys_platform == 'nothing'\n",
    ],
)
def test_a_model_of_this_workspaces_own_packages_is_served_with_them(
    tmp_path: Path, requirements: str
) -> None:
    served = packages_of(model(tmp_path, requirements))
    assert (served.python, served.message) == (OWN.python, "")


def test_a_model_that_asks_for_nothing_is_served_with_what_there_is(tmp_path: Path) -> None:
    assert packages_of(tmp_path).message == ""


def test_a_model_whose_packages_are_not_installed_is_served_with_others_and_that_is_said(
    tmp_path: Path,
) -> None:
    served = packages_of(model(tmp_path, OLD))
    assert served.python == OWN.python
    assert served.message.startswith(f"Served with packages of this workspace (mlflow=={MLFLOW}, numpy==")
    assert "instead of the model's own (mlflow==3.0.1, numpy==2.3.4" in served.message
    assert served.message.endswith("`make runtimes RUNTIME=17.3` installs its own.")


@pytest.mark.parametrize("requirement", ["no-such-package", "a @ https://a.test/a.whl", "not a requirement"])
def test_what_is_not_there_at_all_is_named(tmp_path: Path, requirement: str) -> None:
    assert f"the model's own ({requirement})" in packages_of(model(tmp_path, requirement)).message


def test_a_model_is_served_with_the_packages_of_an_installed_runtime(tmp_path: Path) -> None:
    place = place_of(PAIRS["17.3"])
    packages = place.prefix / "lib" / "python3.11" / "site-packages"
    for name, number in (("mlflow", "3.0.1"), ("numpy", "2.3.4"), ("setuptools", "80.9.0")):
        described = packages / f"{name}-{number}.dist-info"
        described.mkdir(parents=True)
        (described / "METADATA").write_text(f"Name: {name}\nVersion: {number}\n")
    assert "instead of" in packages_of(model(tmp_path, OLD)).message
    place.lend_this_package()
    place.mark_ready()
    served = packages_of(model(tmp_path, OLD))
    assert (served.python, served.message) == (place.python, "")
