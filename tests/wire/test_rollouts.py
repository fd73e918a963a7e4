"""A version takes over at a real endpoint while a client asks all the time, or is given up."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rookery.exceptions import EndpointError
from rookery.workspace import storage
from rookery.workspace.endpoints import deployments
from rookery.workspace.endpoints.deployments import Deployment
from rookery.workspace.endpoints.states import Served
from rookery.workspace.promotion import roles
from rookery.workspace.promotion.champions import champion_of
from rookery.workspace.promotion.rollouts import Rollout
from rookery_jobs.contract import TAG_EXAMPLES, Examples
from tests.wire.multiplier import register_broken, register_multiplier
from tests.wire.rookery_command import connection, rookery
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.test_traffic import answer, asked_all_the_time

MODEL, ENDPOINT = "Multiplier That Takes Over", "takes-over"
TIMEOUT = timedelta(minutes=10)


@pytest.fixture(scope="module")
def first(workspace: RunningWorkspace) -> Iterator[str]:
    """The first version, which doubles: it is the champion, and serves."""
    version = registered(workspace, "2", answers=2.0)
    deploy(workspace, version)
    assert rollout(workspace, version).check() is not None
    assert rollout(workspace, version).take_over([]) is None
    yield version
    workspace.client.serving_endpoints.delete(ENDPOINT)


@pytest.fixture(scope="module")
def second(workspace: RunningWorkspace, first: str) -> str:
    """A version that triples, and has taken over by steps while a client asked."""
    version = registered(workspace, "3", answers=3.0)
    with asked_all_the_time(workspace, ENDPOINT) as statuses:
        deploy(workspace, version)
        assert answer(workspace, ENDPOINT) == 2.0
        rolling = rollout(workspace, version)
        assert rolling.take_over([50]) == first
        rolling.finish()
        assert answer(workspace, ENDPOINT) == 3.0
    assert set(statuses) == {200}
    return version


def registered(workspace: RunningWorkspace, factor: str, answers: float) -> str:
    """A version that multiplies by the factor, and must answer so to 1."""
    version = register_multiplier(workspace, MODEL, factor)
    path = f"dbfs:/rollouts/{version}.json"
    storage.write_text(workspace.client, path, Examples(({"x": 1.0},), (answers,)).to_json())
    workspace.client.model_registry.set_model_version_tag(MODEL, version, TAG_EXAMPLES, path)
    return version


def served(version: str, model: str = MODEL) -> Served:
    return Served(model, version, "Small", scale_to_zero_enabled=True)


def deploy(workspace: RunningWorkspace, version: str, model: str = MODEL) -> None:
    """Have it deployed, beside what serves, and wait."""
    wanted = Deployment(
        ENDPOINT,
        served(version, model),
        "here/penguins/manual__1",
        "here",
        "penguins",
        datetime.now(UTC),
        True,
    )
    deployments.deploy(
        workspace.client, wanted, over_later=True, timeout=TIMEOUT, require_wanted=lambda: None
    )
    deployments.wait_until_served(workspace.client, ENDPOINT, wanted.served, is_retry=False, timeout=TIMEOUT)


def rollout(workspace: RunningWorkspace, version: str) -> Rollout:
    return Rollout(workspace.client, ENDPOINT, served(version), "double", TIMEOUT)


def versions(workspace: RunningWorkspace) -> list[str]:
    config = workspace.client.serving_endpoints.get(ENDPOINT).config
    return [str(each.entity_version) for each in (config and config.served_entities) or []]


@pytest.mark.matrix
def test_a_version_takes_over_by_steps_and_is_the_champion(
    workspace: RunningWorkspace, first: str, second: str
) -> None:
    assert versions(workspace) == [second]
    assert champion_of(workspace.client, MODEL, ENDPOINT) == second
    assert roles.version_with(workspace.client, MODEL, roles.PREVIOUS) == first


def test_a_version_that_answers_otherwise_is_given_up_unseen(
    workspace: RunningWorkspace, second: str
) -> None:
    wrong = registered(workspace, "5", answers=7.0)
    with asked_all_the_time(workspace, ENDPOINT) as statuses:
        deploy(workspace, wrong)
        rolling = rollout(workspace, wrong)
        with pytest.raises(EndpointError, match=r"answers 1 of 1 test rows otherwise.*5.0 in place of 7.0"):
            rolling.check()
        assert answer(workspace, ENDPOINT) == 3.0
        assert rolling.give_up() == f"version {second} serves alone again, and stays the champion"
    assert set(statuses) == {200}
    assert versions(workspace) == [second]


@pytest.mark.matrix
def test_a_version_that_cannot_be_loaded_leaves_the_one_that_serves(
    workspace: RunningWorkspace, second: str
) -> None:
    broken = register_broken(workspace, "Broken That Takes Over")
    with asked_all_the_time(workspace, ENDPOINT) as statuses:
        with pytest.raises(EndpointError, match="UPDATE_FAILED"):
            deploy(workspace, broken, "Broken That Takes Over")
        assert answer(workspace, ENDPOINT) == 3.0
    assert set(statuses) == {200}
    assert versions(workspace) == [second]


def test_the_command_serves_the_champion_before_again_by_the_same_steps(
    workspace: RunningWorkspace, first: str, second: str, tmp_path: Path
) -> None:
    with asked_all_the_time(workspace, ENDPOINT) as statuses:
        ended = roll_back(workspace, tmp_path, "penguins")
    assert (ended.returncode, set(statuses)) == (0, {200}), ended.stderr
    *told, last = ended.stdout.splitlines()
    assert (
        last
        == f"{ENDPOINT} serves version {first} of {MODEL} in place of version {second}; it is the champion"
    )
    assert any("1 test rows are answered as by the model that was registered" in line for line in told)
    assert (versions(workspace), champion_of(workspace.client, MODEL, ENDPOINT)) == ([first], first)
    assert roles.version_with(workspace.client, MODEL, roles.PREVIOUS) == second
    assert answer(workspace, ENDPOINT) == 2.0


@pytest.mark.matrix
@pytest.mark.usefixtures("second")
def test_the_command_leaves_an_endpoint_that_is_another_dags(
    workspace: RunningWorkspace, first: str, tmp_path: Path
) -> None:
    before = versions(workspace)
    ended = roll_back(workspace, tmp_path, "geese", "--to", first)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "belongs to the DAG penguins" in ended.stderr
    assert versions(workspace) == before


@pytest.mark.matrix
@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "999"], f"'{MODEL}' has no version 999"),
        (["--to", "latest"], f"'{MODEL}' has no version 'latest': a version is a number"),
        (["--conn", "elsewhere"], "Airflow has no connection 'elsewhere'"),
    ],
)
def test_the_command_says_in_a_line_what_is_not_there(
    workspace: RunningWorkspace, tmp_path: Path, arguments: list[str], words: str
) -> None:
    before = versions(workspace)
    ended = roll_back(workspace, tmp_path, "penguins", *arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines()[-1].startswith(f"rookery: {words}")
    assert "Traceback" not in ended.stderr
    assert versions(workspace) == before


def roll_back(
    workspace: RunningWorkspace, folder: Path, dag_id: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """`rookery rollback` of a DAG whose model and endpoint are those of this module."""
    file = folder / f"{dag_id}.py"
    file.write_text(f'''"""An Airflow DAG."""
import pendulum
from rookery import CsvSource, Endpoint, Features, RandomSplit, Registry, Sweep, TrainingPlan, training_dag

{dag_id} = training_dag(
    TrainingPlan(
        source=CsvSource(url="https://example.org/x.csv"),
        features=Features(numeric=["x"]),
        label="y",
        split=RandomSplit(seed=1),
        sweep=[Sweep(algorithm="LinearRegression", grid={{"maxIter": [5]}})],
        metric="rmse",
        registry=Registry(registered_model_name="{MODEL}"),
        endpoint=Endpoint(name="{ENDPOINT}"),
    ),
    dag_id="{dag_id}", schedule=None, start_date=pendulum.datetime(2026, 1, 1),
)
''')
    given = {"AIRFLOW_CONN_DATABRICKS_DEFAULT": connection(workspace)}
    return rookery(["rollback", file, *arguments], folder / "home", **given)
