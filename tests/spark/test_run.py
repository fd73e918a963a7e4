"""The script that every job run executes."""

import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from rookery_jobs import contract, run
from tests.spark.study import Study

SCRIPT = Path(run.__file__).read_text()


@pytest.fixture
def clean_interpreter(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a run does to its process, and keep its files in the test's folder."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(study.spark.sparkContext, "environment", dict(study.spark.sparkContext.environment))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def code_folder(parent: Path, digest: str, module: str = "") -> Path:
    """A code folder whose archive holds one module, `shipped`."""
    folder = parent / digest
    folder.mkdir()
    with zipfile.ZipFile(folder / run.ARCHIVE, "w") as archive:
        archive.writestr("shipped.py", module)
    return folder


def execute(*parameters: str) -> None:
    """Execute the script as Databricks does: compiled, as `__main__`, without `__file__`."""
    sys.argv = ["run.py", *parameters]
    exec(compile(SCRIPT, "run.py", "exec"), {"__name__": "__main__"})  # noqa: S102


@pytest.mark.usefixtures("clean_interpreter")
def test_the_script_runs_the_entry_point_that_its_parameters_name(
    fresh_study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    spec = fresh_study.snapshot_spec()
    execute(str(code_folder(tmp_path, "c0de")), "prepare", contract.spec_path(spec.snapshot_path))
    assert Path(contract.manifest_path(spec.snapshot_path)).exists()


@pytest.mark.usefixtures("clean_interpreter")
def test_sparks_workers_use_the_code_of_the_run_that_started_them(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shipped_version(_: object) -> str:
        import shipped  # type: ignore[import-not-found]

        return str(shipped.VERSION)

    seen: list[str] = []
    for version in ("one", "two", "one"):
        parent = tmp_path / f"{len(seen)}"
        parent.mkdir()
        # A run is a Spark application of its own to Python, though not to the JVM.
        monkeypatch.setattr(study.spark.sparkContext, "_python_includes", [])
        run.ship(study.spark, code_folder(parent, f"digest-{version}", f"VERSION = {version!r}"))
        seen += study.spark.sparkContext.parallelize([0], 1).map(shipped_version).collect()
    assert seen == ["one", "two", "one"]


def with_package(folder: Path, module: str) -> Path:
    with zipfile.ZipFile(folder / run.USER_ARCHIVE, "w") as archive:
        archive.writestr(f"{module}/__init__.py", "from .deep import VALUE\n")
        archive.writestr(f"{module}/deep.py", "VALUE = 7\n")
    return folder


@pytest.mark.usefixtures("clean_interpreter")
def test_a_package_of_the_users_is_there_for_the_run_and_for_sparks_workers(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def value(_: object) -> int:
        import users_own  # type: ignore[import-not-found]

        return int(users_own.VALUE)

    monkeypatch.setattr(study.spark.sparkContext, "_python_includes", [])
    run.ship(study.spark, with_package(code_folder(tmp_path, "with-package"), "users_own"))
    assert study.spark.sparkContext.parallelize([0], 1).map(value).collect() == [7]
    assert value(None) == 7


@pytest.mark.usefixtures("clean_interpreter")
def test_a_package_that_would_stand_before_the_runtimes_is_refused(study: Study, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has a module 'numpy', which the runtime has already: rename it"):
        run.ship(study.spark, with_package(code_folder(tmp_path, "with-numpy"), "numpy"))


def test_the_script_and_the_contract_name_the_same_files() -> None:
    assert (run.ARCHIVE, run.USER_ARCHIVE) == (contract.ARCHIVE, contract.USER_ARCHIVE)


@pytest.mark.usefixtures("clean_interpreter")
def test_a_code_folder_that_is_not_mounted_is_the_scripts_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = code_folder(tmp_path, "c0de")
    monkeypatch.chdir(folder)
    copy = run.local_copy(Path("/Workspace/Users/someone/rookery_code/c0de"))
    assert copy.read_bytes() == (folder / run.ARCHIVE).read_bytes()
    assert copy.name == "rookery_jobs-c0de.zip"


@pytest.mark.usefixtures("clean_interpreter")
def test_a_copy_that_another_left_with_other_content_is_replaced(tmp_path: Path) -> None:
    folder = code_folder(tmp_path, "c0de")
    (tmp_path / "rookery_jobs-c0de.zip").write_bytes(b"not this")
    assert run.local_copy(folder).read_bytes() == (folder / run.ARCHIVE).read_bytes()
    assert sorted(path.name for path in tmp_path.glob("tmp*")) == []


def test_an_unknown_entry_is_refused_before_anything_else() -> None:
    with pytest.raises(
        ValueError, match="unknown entry 'contract'; there are prepare, train, register, score"
    ):
        run.main(["/Workspace/code", "contract"])
