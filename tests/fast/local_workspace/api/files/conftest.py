"""A Files API for each test."""

from pathlib import Path

import pytest

from tests.fast.local_workspace.api.files.files_api import FilesApi, files_api


@pytest.fixture
def api(tmp_path: Path) -> FilesApi:
    return files_api(tmp_path)
