"""What a logged model says that it needs."""

import mlflow
import pytest

from rookery_jobs.model_artifact import requirements


@pytest.mark.parametrize(("runtime", "needed"), [("2.13.1", True), ("2.21.3", False), ("3.17.2", False)])
def test_mlflow_of_old_runtimes_gets_the_package_that_it_imports_without_saying_so(
    monkeypatch: pytest.MonkeyPatch, runtime: str, needed: bool
) -> None:
    monkeypatch.setattr(mlflow, "__version__", runtime)
    assert f"mlflow=={runtime}" in requirements()
    assert ("setuptools<81" in requirements()) == needed
