"""What a logged model says that it needs."""

import subprocess
import sys
import textwrap
from pathlib import Path

import mlflow
import pytest

from rookery.workspace.job_code import installed_job_code
from rookery_jobs import scorer
from rookery_jobs.contract import ARCHIVE
from rookery_jobs.spark.model_artifact import requirements


@pytest.mark.parametrize(("runtime", "needed"), [("2.13.1", True), ("2.21.3", False), ("3.17.2", False)])
def test_mlflow_of_old_runtimes_gets_the_package_that_it_imports_without_saying_so(
    monkeypatch: pytest.MonkeyPatch, runtime: str, needed: bool
) -> None:
    monkeypatch.setattr(mlflow, "__version__", runtime)
    assert f"mlflow=={runtime}" in requirements()
    assert ("setuptools<81" in requirements()) == needed


def test_the_scorer_travels_with_its_subpackages_also_from_inside_a_zip(tmp_path: Path) -> None:
    files = installed_job_code().files
    (tmp_path / ARCHIVE).write_bytes(files[ARCHIVE])
    script = f"""
        import sys
        sys.path.insert(0, {str(tmp_path / ARCHIVE)!r})
        import importlib.resources, pathlib
        from rookery_jobs.spark import model_artifact
        assert ".zip" in model_artifact.__file__, model_artifact.__file__
        model_artifact.copy_scorer_code(pathlib.Path({str(tmp_path / "code")!r}))
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True, timeout=300)
    copied = {path.relative_to(tmp_path / "code") for path in (tmp_path / "code").rglob("*.py")}
    package = Path(scorer.__file__).parent
    assert copied == {path.relative_to(package) for path in package.rglob("*.py")}
    assert Path("algorithms/logistic_regression.py") in copied
