"""The package of a user's own estimators, as it travels beside the job code."""

import io
import zipfile
from pathlib import Path

import pytest

from rookery.exceptions import PackageError
from rookery.workspace.job_code import installed_job_code, package, user_archive


@pytest.fixture
def dag_file(tmp_path: Path) -> str:
    """A DAG file with a package beside it, and one outside of its folder."""
    for folder in (tmp_path / "dags" / "mine", tmp_path / "outside"):
        (folder / "deep").mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "deep" / "model.py").write_text("A = 1\n")
    return str(tmp_path / "dags" / "dag.py")


def names(archive: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        return found.namelist()


def test_a_folder_is_the_same_bytes_every_time_without_what_python_makes(dag_file: str) -> None:
    first = user_archive("mine", dag_file)
    cache = Path(dag_file).parent / "mine" / "__pycache__"
    cache.mkdir()
    (cache / "model.pyc").write_bytes(b"x")
    assert user_archive("mine", dag_file) == first
    assert names(first) == ["mine/__init__.py", "mine/deep/model.py"]


def test_a_wheel_travels_as_it_is(dag_file: str) -> None:
    wheel = Path(dag_file).parent / "mine-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("mine/__init__.py", "")
        archive.writestr("mine-1.0.dist-info/METADATA", "")
    assert user_archive(wheel.name, dag_file) == wheel.read_bytes()


def test_its_content_is_part_of_the_codes_digest_and_without_one_there_is_none(dag_file: str) -> None:
    with_package = installed_job_code(user_archive("mine", dag_file))
    assert list(with_package.files) == ["rookery_jobs.zip", "package.zip", "run.py"]
    (Path(dag_file).parent / "mine" / "deep" / "model.py").write_text("A = 2\n")
    changed = installed_job_code(user_archive("mine", dag_file))
    assert len({with_package.digest, changed.digest, installed_job_code().digest}) == 3


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("../outside", "leads out of the folder of the DAG file"),
        ("/etc", "leads out of the folder of the DAG file"),
        (".", "leads out of the folder of the DAG file"),
        ("nowhere", "is neither a folder with a package nor a wheel"),
        ("dag.py", "is neither a folder with a package nor a wheel"),
        ("mine/deep", "is no package of Python"),
        ("linked", "leads out of the folder of the DAG file"),
        ("leaking", "has a link that leads out of it: secret.py"),
        ("compiled", "has compiled code, which cannot be imported from an archive: fast.so"),
        ("mine.whl", "has compiled code"),
    ],
)
def test_what_cannot_travel_is_refused(dag_file: str, named: str, said: str) -> None:
    dags = Path(dag_file).parent
    (dags / "dag.py").write_text("")
    (dags / "linked").symlink_to(dags.parent / "outside")
    for folder in ("leaking", "compiled"):
        (dags / folder).mkdir()
        (dags / folder / "__init__.py").write_text("")
    (dags / "leaking" / "secret.py").symlink_to(dags.parent / "outside" / "__init__.py")
    (dags / "compiled" / "fast.so").write_bytes(b"\x7fELF")
    with zipfile.ZipFile(dags / "mine.whl", "w") as archive:
        archive.writestr("mine/fast.cpython-311-x86_64-linux-gnu.so", "")
    with pytest.raises(PackageError, match=said):
        user_archive(named, dag_file)


def test_what_a_workspace_does_not_take_is_refused(dag_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LARGEST", 10)
    with pytest.raises(PackageError, match="a workspace takes files of 10 at most"):
        user_archive("mine", dag_file)
