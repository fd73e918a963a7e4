"""The job code is the same bytes every time, so that its digest names it."""

import io
import zipfile

from rookery.workspace.job_code import installed_job_code


def test_the_job_code_is_the_same_bytes_every_time() -> None:
    assert installed_job_code() == installed_job_code()


def test_the_archive_holds_the_package_and_nothing_made_by_python() -> None:
    with zipfile.ZipFile(io.BytesIO(installed_job_code().files["rookery_jobs.zip"])) as archive:
        names = archive.namelist()
        dates = {info.date_time for info in archive.infolist()}
    assert {"rookery_jobs/__init__.py", "rookery_jobs/train.py", "rookery_jobs/scorer/__init__.py"} <= set(
        names
    )
    assert names == sorted(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_the_script_is_uploaded_after_the_archive_it_needs_and_is_no_notebook() -> None:
    files = installed_job_code().files
    assert list(files) == ["rookery_jobs.zip", "run.py"]
    assert not files["run.py"].startswith(b"# Databricks notebook source")


def test_another_content_has_another_digest() -> None:
    code = installed_job_code()
    changed = code._replace(files={**code.files, "run.py": code.files["run.py"] + b"\n"})
    assert changed.digest != code.digest
    assert len(code.digest) == 16
