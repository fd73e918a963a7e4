"""Versions as Unity Catalog tells of them, by MLflow's own client."""

import time
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run, RunData, RunInfo, RunTag
from mlflow.exceptions import MlflowException

from rookery_jobs import contract
from rookery_jobs.contract import Origin, Point, RegistrationSpec, registration_key
from rookery_jobs.spark import versions
from tests.recorder import Recorder, Reply

NAME = "main.birds.penguins"
RUN_ID = "0123456789abcdef0123456789abcdef"
KEY = registration_key(dag_id="d", dag_run_id="r", sweep_id="s", mlflow_run_id=RUN_ID)
SPEC = RegistrationSpec(
    registration_key=KEY,
    registered_model_name=NAME,
    gates=(),
    sweep_id="s",
    snapshot_path="dbfs:/snapshot",
    snapshot_digest="s",
    code_digest="c",
    experiment_id="1",
    point=Point("p", "LogisticRegression", {}),
    mlflow_run_id=RUN_ID,
    tmp_path="dbfs:/tmp",
    origin=Origin("d", "r", None, 1),
)
SEARCH = "GET /api/2.0/mlflow/unity-catalog/model-versions/search"
GET = "GET /api/2.0/mlflow/unity-catalog/model-versions/get"


@pytest.fixture
def catalog(databricks: Recorder, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    monkeypatch.setenv("DATABRICKS_HOST", f"http://127.0.0.1:{databricks.server_port}")
    monkeypatch.setenv("DATABRICKS_TOKEN", "token")
    return databricks


def registered(**tags: str) -> str | None:
    client = MlflowClient(tracking_uri="databricks", registry_uri="databricks-uc")
    info = RunInfo(RUN_ID, "1", "user", "FINISHED", 0, int(time.time()), "active")
    run = Run(info, RunData(tags=[RunTag(name, value) for name, value in tags.items()]))
    return versions.registered(client, SPEC, run)


def version(number: int, run_id: str = RUN_ID, status: str = "READY") -> dict[str, Any]:
    tags = [{"key": contract.TAG_REGISTRATION, "value": KEY}]
    return {"name": NAME, "version": str(number), "run_id": run_id, "status": status, "tags": tags}


@pytest.mark.parametrize("code", ["RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"])
def test_a_model_that_is_not_there_yet_has_no_version(catalog: Recorder, code: str) -> None:
    missing = Reply(404, {"error_code": code, "message": f"Registered Model {NAME!r} does not exist"})
    catalog.answers(SEARCH, missing)
    catalog.answers(GET, missing)
    assert registered(**{contract.model_version_tag(KEY): "3"}) is None


def test_a_registry_that_does_not_answer_is_not_taken_for_an_empty_one(catalog: Recorder) -> None:
    catalog.answers(SEARCH, Reply(403, {"error_code": "PERMISSION_DENIED", "message": "no USE CATALOG"}))
    with pytest.raises(MlflowException, match="no USE CATALOG"):
        registered()


def test_a_version_on_a_later_page_is_found(catalog: Recorder) -> None:
    others = {"model_versions": [version(9, run_id="f" * 32)], "next_page_token": "2"}
    catalog.answers(SEARCH, others, {"model_versions": [version(3)]})
    catalog.answers(GET, {"model_version": version(3)})
    assert registered() == "3"
    searches = [call.query for call in catalog.calls if SEARCH.endswith(call.path)]
    assert [query.get("page_token") for query in searches] == [None, ["2"]]


@pytest.mark.parametrize("tags", [{}, {contract.model_version_tag(KEY): "3"}])
@pytest.mark.parametrize("status", ["PENDING_REGISTRATION", "FAILED_REGISTRATION"])
def test_a_version_that_is_not_ready_is_none(catalog: Recorder, status: str, tags: dict[str, str]) -> None:
    catalog.answers(SEARCH, {"model_versions": [version(3, status=status)]})
    catalog.answers(GET, {"model_version": version(3, status=status)})
    assert registered(**tags) is None
