"""Plans that a workspace of a kind cannot carry out: each is told with its place and what to do, by the same
questions that `resolve_plan`, `resolve_scoring` and `rookery check --conn` ask; nothing is created."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.service.catalog import PermissionsChange, Privilege, VolumeType

from rookery import BatchScoring, TrainingPlan
from rookery.plan.questions import scoring_questions, training_questions
from rookery.workspace.questions import Finding, ask
from rookery.workspace.run_names import RunNames
from tests.plans import PENGUINS
from tests.wire.rookery_command import connection, rookery
from tests.wire.running_workspace import PROJECT, RunningWorkspace

ME, ANOTHER = "local.user@example.com", "another.user@example.com"
NAMES = RunNames("here", "penguins", "manual__1", ME)
VOLUME = "/Volumes/main/default/plans"
IN_CATALOG = {"registered_model_name": "main.default.penguins"}
# A plan that either kind can carry out.
GOOD = {**PENGUINS, "data_root": VOLUME, "registry": IN_CATALOG}
SCORING = {
    "registered_model_name": "main.default.penguins",
    "data_root": VOLUME,
    "input_path": f"{VOLUME}/in",
    "output_path": f"{VOLUME}/out",
}
USE_VOLUME = "name a folder in a Volume, /Volumes/<catalog>/<schema>/<volume>/…"
USE_CATALOG = "a model in Unity Catalog is named catalog.schema.model"

# What is changed, where the mistake is, and what is said about it.
Case = tuple[dict[str, Any], str, str]
IN_BOTH: list[Case] = [
    ({"data_root": "/Volumes/main/default/none/x"}, "data_root", "by CREATE VOLUME main.default.none or in"),
    ({"data_root": "/Volumes/main/none/plans"}, "data_root", "Schema 'main.none' does not exist"),
    ({"data_root": "/Volumes/none/default/plans"}, "data_root", "Catalog 'none' does not exist"),
    ({"data_root": f"{VOLUME}/a.txt"}, "data_root", f"{VOLUME}/a.txt is a file; name a folder"),
    ({"data_root": f"{VOLUME}/a.txt/deeper"}, "data_root", f"{VOLUME}/a.txt is a file; name a folder"),
    (
        {"data_root": "/Volumes/main/lent/files"},
        "data_root",
        "GRANT WRITE VOLUME ON VOLUME `main`.`lent`.`files`",
    ),
    (
        {"data_root": "/Volumes/main/closed/files"},
        "data_root",
        "have READ VOLUME and WRITE VOLUME on main.closed.files",
    ),
    (
        {"registry": {"registered_model_name": "main.none.m"}},
        "registry.registered_model_name",
        "by CREATE SCHEMA main.none",
    ),
    (
        {"registry": {"registered_model_name": "none.x.m"}},
        "registry.registered_model_name",
        "by CREATE SCHEMA none.x",
    ),
    (
        {"registry": {"registered_model_name": "main.lent.m"}},
        "registry.registered_model_name",
        "GRANT CREATE MODEL ON SCHEMA",
    ),
    (
        {"registry": {"registered_model_name": "main.closed.m"}},
        "registry.registered_model_name",
        "USE SCHEMA on main.closed",
    ),
    (
        {"source": {"kind": "files", "path": f"{VOLUME}/none.csv"}},
        "source.path",
        f"there is no file or folder {VOLUME}/none.csv",
    ),
]
IN_UNITY: list[Case] = [
    ({"data_root": "dbfs:/rookery"}, "data_root", USE_VOLUME),
    ({"data_root": "dbfs:/a/b/c"}, "data_root", USE_VOLUME),
    (
        {"registry": {"registered_model_name": "Penguin Predictor"}},
        "registry.registered_model_name",
        USE_CATALOG,
    ),
    ({"source": {"kind": "files", "path": "dbfs:/in/x.csv"}}, "source.path", "name a path in a Volume"),
]
IN_CLASSIC: list[Case] = [
    ({"data_root": "dbfs:/plans/a.txt"}, "data_root", "dbfs:/plans/a.txt is a file; name a folder"),
    ({"data_root": "dbfs:/plans/a.txt/deeper/x"}, "data_root", "dbfs:/plans/a.txt is a file; name a folder"),
    (
        {"source": {"kind": "files", "path": "dbfs:/plans/none"}},
        "source.path",
        "there is no file or folder dbfs:/plans/none",
    ),
]
SCORED_IN_BOTH: list[Case] = [
    ({"output_path": f"{VOLUME}/a.txt"}, "output_path", "is a file; name a folder"),
    ({"input_path": "/Volumes/main/default/none/x"}, "input_path", "by CREATE VOLUME main.default.none"),
    ({"output_path": "/Volumes/main/lent/files/out"}, "output_path", "GRANT WRITE VOLUME ON VOLUME"),
    ({"registered_model_name": "main.none.m"}, "registered_model_name", "by CREATE SCHEMA main.none"),
]
SCORED_IN_UNITY: list[Case] = [
    ({"input_path": "dbfs:/in"}, "input_path", USE_VOLUME),
    ({"output_path": "dbfs:/out"}, "output_path", USE_VOLUME),
    ({"registered_model_name": "Penguin Predictor"}, "registered_model_name", USE_CATALOG),
]


def furnished(workspace: RunningWorkspace) -> RunningWorkspace:
    """With a volume of the user's, one that he may only read, and one that he may not even see."""
    client = workspace.client
    client.volumes.create("main", "default", "plans", VolumeType.MANAGED)
    client.files.upload(f"{VOLUME}/a.txt", io.BytesIO(b"a"))
    for schema, privileges in (("lent", [Privilege.USE_SCHEMA, Privilege.READ_VOLUME]), ("closed", [])):
        client.schemas.create(schema, "main")
        client.volumes.create("main", schema, "files", VolumeType.MANAGED)
        client.volumes.update(f"main.{schema}.files", owner=ANOTHER)
        if privileges:
            change = PermissionsChange(principal=ME, add=privileges)
            client.grants.update("schema", f"main.{schema}", changes=[change])
        client.schemas.update(f"main.{schema}", owner=ANOTHER)
    return workspace


@pytest.fixture(scope="module")
def classic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorkspace]:
    running = RunningWorkspace.start(tmp_path_factory.mktemp("classic") / "root")
    running.client.dbfs.put("/plans/a.txt", contents="YQ==", overwrite=True)
    yield furnished(running)
    running.end_quietly()


@pytest.fixture(scope="module")
def unity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorkspace]:
    running = RunningWorkspace.start(tmp_path_factory.mktemp("unity") / "root", "--kind", "unity")
    yield furnished(running)
    running.end_quietly()


def of_training(workspace: RunningWorkspace, **changes: Any) -> list[Finding]:
    """What speaks against a training plan."""
    plan = TrainingPlan.model_validate({**GOOD, **changes})
    return [each for each in ask(workspace.client, training_questions(plan, NAMES)) if not each.ok]


def of_scoring(workspace: RunningWorkspace, **changes: Any) -> list[Finding]:
    """What speaks against a scoring plan."""
    plan = BatchScoring.model_validate({**SCORING, **changes})
    return [each for each in ask(workspace.client, scoring_questions(plan, ME)) if not each.ok]


def require_one(found: list[Finding], place: str, said: str) -> None:
    assert [".".join(each.place) for each in found] == [place], found
    assert said in found[0].text


@pytest.mark.parametrize("kind", ["classic", "unity"])
def test_the_plan_itself_is_fine_in_either_kind(kind: str, request: pytest.FixtureRequest) -> None:
    workspace = request.getfixturevalue(kind)
    assert of_training(workspace) == []
    assert of_scoring(workspace) == []


@pytest.mark.parametrize("case", IN_BOTH, ids=lambda case: str(case[0]))
@pytest.mark.parametrize("kind", ["classic", "unity"])
def test_what_neither_kind_has_is_told(kind: str, case: Case, request: pytest.FixtureRequest) -> None:
    changes, place, said = case
    require_one(of_training(request.getfixturevalue(kind), **changes), place, said)


@pytest.mark.parametrize("case", IN_UNITY, ids=lambda case: str(case[0]))
def test_what_a_new_account_has_not_is_told(unity: RunningWorkspace, case: Case) -> None:
    changes, place, said = case
    require_one(of_training(unity, **changes), place, said)


@pytest.mark.parametrize("case", IN_CLASSIC, ids=lambda case: str(case[0]))
def test_what_dbfs_cannot_have_is_told(classic: RunningWorkspace, case: Case) -> None:
    changes, place, said = case
    require_one(of_training(classic, **changes), place, said)


@pytest.mark.parametrize("case", SCORED_IN_BOTH, ids=lambda case: str(case[0]))
@pytest.mark.parametrize("kind", ["classic", "unity"])
def test_a_scoring_plan_is_told_alike(kind: str, case: Case, request: pytest.FixtureRequest) -> None:
    changes, place, said = case
    require_one(of_scoring(request.getfixturevalue(kind), **changes), place, said)


@pytest.mark.parametrize("case", SCORED_IN_UNITY, ids=lambda case: str(case[0]))
def test_a_scoring_plan_of_a_grown_account_is_told_in_a_new_one(unity: RunningWorkspace, case: Case) -> None:
    changes, place, said = case
    require_one(of_scoring(unity, **changes), place, said)


def test_the_example_of_the_other_kind_is_told_by_the_command_and_leaves_nothing(
    unity: RunningWorkspace, tmp_path: Path
) -> None:
    before = sorted(str(file.relative_to(unity.root)) for file in (unity.root / "dbfs").rglob("*"))
    file = PROJECT / "dags" / "penguin_predictor.py"
    ended = rookery(
        ["check", file, "--conn", "--json"], tmp_path, AIRFLOW_CONN_DATABRICKS_DEFAULT=connection(unity)
    )
    assert ended.returncode == 1, ended.stderr
    told = {each["place"]: each["text"] for each in json.loads(ended.stdout)["mistakes"]}
    assert list(told) == ["data_root", "registry.registered_model_name"]
    assert told["data_root"].endswith(USE_VOLUME)
    assert told["registry.registered_model_name"].endswith(USE_CATALOG)
    assert sorted(str(each.relative_to(unity.root)) for each in (unity.root / "dbfs").rglob("*")) == before
    assert list(unity.client.clusters.list()) == []
