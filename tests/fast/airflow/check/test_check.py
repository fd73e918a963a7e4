"""`rookery check` says what a plan will do, and every mistake in it, before anything is created."""

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pendulum
import pytest
from airflow.sdk import DAG

from rookery.check.schedule import schedule_of
from rookery.cli import main
from rookery.form.allowed import allowed_by
from tests.fast.airflow import usable_workspace as usable
from tests.fast.airflow.conftest import PROJECT
from tests.recorder import Recorder, Reply

EXAMPLE = PROJECT / "dags" / "penguin_predictor.py"

IMPORTS = '''"""Airflow DAG of a test."""
import pendulum
from rookery import CsvSource, Endpoint, Features, RandomSplit, Registry, Sweep, TrainingPlan, training_dag

'''
PLAN = """plan = TrainingPlan(
    source=CsvSource(url="data/birds.csv"),
    features=Features(categorical=["Island"], numeric=["BodyMass"]),
    label="Species",
    split=RandomSplit(seed=42),
    sweep=[Sweep(algorithm="LogisticRegression", grid={"maxIter": [5, 10]})],
    registry=Registry(registered_model_name="Birds"),
    endpoint=Endpoint(name="predict-penguin"),
)
"""
TRAINING = 'training_dag(plan, dag_id="birds", start_date=pendulum.datetime(2026, 1, 1))\n'
FIVE_MISTAKES = (
    PLAN.replace("data/birds.csv", "file:///etc/passwd")
    .replace("Species", "Island")
    .replace("algorithm=", "algoritm=")
    .replace("predict-penguin", "predict penguin")
    .replace("    registry=", '    metric="acuracy",\n    registry=')
)


class Ended(NamedTuple):
    """What the command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Check:
    """Runs `rookery check` on files of a project of the test's own."""

    def __init__(self, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._dags = project / "dags"
        self._dags.mkdir()
        self.data = project / "data"
        self.data.mkdir()
        (self.data / "birds.csv").write_text(
            "Island,BodyMass,Species\n" + "Biscoe,4450,1\nDream,3800,0\n" * 3
        )
        self._capsys = capsys

    def text(self, content: str, *options: str, name: str = "birds.py") -> Ended:
        path = self._dags / name
        path.write_text(content)
        return self.file(path, *options)

    def file(self, path: Path, *options: str) -> Ended:
        status = main(["check", str(path), *options])
        return Ended(status, *self._capsys.readouterr())


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    return Check(tmp_path, capsys)


def value(ended: Ended, label: str) -> str:
    """What is printed behind a label, on one line."""
    lines = iter(ended.lines)
    first = next(line for line in lines if line.startswith(f"  {label}  "))
    found = [first.removeprefix(f"  {label}").strip()]
    for line in lines:
        if not line.startswith(" " * 10):
            break
        found.append(line.strip())
    return " ".join(found)


def test_an_estimator_by_dotted_path_is_told_to_be_served_by_spark_and_its_package_is_looked_at(
    check: Check,
) -> None:
    own = PLAN.replace(
        'Sweep(algorithm="LogisticRegression", grid={"maxIter": [5, 10]})',
        'Sweep(algorithm="mine.Estimator", objective="classification", grid={"depth": [2, 3]})',
    ).replace("    registry=", '    package="mine",\n    registry=')
    ended = check.text(IMPORTS + own + TRAINING)
    assert ended.status == 1
    assert "package: 'mine' is neither a folder with a package nor a wheel" in " ".join(ended.out.split())
    package = check.data.parent / "dags" / "mine"
    package.mkdir()
    (package / "__init__.py").write_text("")
    ended = check.text(IMPORTS + own + TRAINING)
    assert ended.status == 0
    assert value(ended, "mine.Estimator") == (
        "2 points: depth 2, 3  (served by MLflow's Spark flavor, with Java)"
    )
    assert value(ended, "package") == "mine, beside the DAG file"


def test_of_a_source_only_what_is_no_query_is_shown(check: Check) -> None:
    text = PLAN.replace("data/birds.csv", "https://files.test/birds.csv?key=hunter22") + TRAINING
    for options in ((), ("--json",)):
        ended = check.text(IMPORTS + text, *options)
        assert ended.status == 0
        assert "https://files.test/birds.csv" in ended.out
        assert "hunter22" not in ended.out + ended.err


def test_the_example_is_without_mistakes_and_its_facts_are_told(check: Check) -> None:
    ended = check.file(EXAMPLE)
    assert (ended.status, ended.lines[-1], ended.err) == (0, "No mistakes.", "")
    assert ended.lines[0] == f"penguin_predictor  ({EXAMPLE})"
    assert value(ended, "source") == "data/penguins.csv"
    assert value(ended, "split") == "train 0.7, validation 0.15, test 0.15; by row, seed 42"
    assert value(ended, "gates") == "accuracy at least 0.9 on the test rows"
    assert value(ended, "points") == "12, at most 8 in a mapped task"
    expected = "2: LogisticRegression 1\u20136 of 12, LogisticRegression 7\u201312 of 12"
    assert value(ended, "mapped tasks") == expected
    assert value(ended, "node type").startswith("Standard_DS3_v2; single node")
    assert "after 20 idle minutes" in value(ended, "ends")
    assert "rookery_owner=<installation>/penguin_predictor/<run_id>" in value(ended, "tags")
    assert value(ended, "cluster") == "rookery <installation> penguin_predictor <run_id>"
    assert value(ended, "experiment") == "/Users/<user>/rookery/penguin_predictor"
    assert value(ended, "data") == "dbfs:/rookery/<installation>/penguin_predictor/<run_id>-<digest>"
    assert value(ended, "registered model") == "Penguin Predictor, in the workspace registry"
    assert value(ended, "endpoint").startswith("predict-penguin, Small")
    assert value(ended, "schedule") == "0 0 * * 0 (At 00:00, only on Sunday)"
    assert value(ended, "points_per_task") == "null  (a whole number from 1 to 100000, or null)"
    assert max(map(len, ended.lines[1:])) <= 100


def test_the_scoring_example_is_without_mistakes_and_its_facts_are_told(check: Check) -> None:
    ended = check.file(PROJECT / "dags" / "penguin_batch_scoring.py")
    assert (ended.status, ended.lines[-1], ended.err) == (0, "No mistakes.", "")
    assert value(ended, "registered model") == "Penguin Predictor"
    assert value(ended, "files").startswith("those in dbfs:/rookery/incoming/penguins")
    assert value(ended, "cluster") == "rookery <installation> penguin_batch_scoring <run_id>"
    assert value(ended, "schedule") == "Asset (when model: Penguin Predictor is updated)"
    assert value(ended, "version") == "null  (a whole number, at least 1, or null)"


def test_five_mistakes_are_five_messages_with_place_and_fix(check: Check) -> None:
    ended = check.text(IMPORTS + FIVE_MISTAKES + TRAINING, "--json")
    assert ended.status == 1
    answer = json.loads(ended.out)
    assert answer["dags"] == []
    assert {each["place"]: each["text"].partition(";")[2] for each in answer["mistakes"]} == {
        "source.url": "",
        "label": " a model that is told the answer learns nothing",
        "sweep[0].algoritm": " did you mean algorithm?",
        "metric": " did you mean accuracy?",
        "endpoint.name": "",
    }


def test_the_line_of_the_file_with_the_mistakes_is_named(check: Check) -> None:
    ended = check.text(IMPORTS + FIVE_MISTAKES + TRAINING)
    assert ended.status == 1
    assert ended.lines[0].endswith("birds.py:5: 5 mistakes:")
    assert "  - metric: unknown metric 'acuracy'; did you mean accuracy?" in ended.lines
    assert max(map(len, ended.lines[1:])) <= 100


def test_a_mistake_of_the_dag_is_one_too(check: Check) -> None:
    ended = check.text(IMPORTS + PLAN + TRAINING.replace("dag_id", "fail_fast=True, dag_id"))
    assert ended.status == 1
    assert "fail_fast would skip the tasks that clean up" in ended.out


def test_machines_get_numbers_and_lists(check: Check) -> None:
    ended = check.file(EXAMPLE, "--json")
    assert ended.status == 0
    answer = json.loads(ended.out)
    (dag,) = answer["dags"]
    assert (dag["dag_id"], answer["mistakes"], dag["mistakes"]) == ("penguin_predictor", [], [])
    assert dag["sweep"]["points"] == 12
    assert len(dag["sweep"]["mapped_tasks"]) == 2
    assert dag["sweep"]["LogisticRegression"]["grid"]["maxIter"] == [5, 10, 20]
    assert dag["cluster"]["ends"] == 20
    assert dag["names"]["registered_model"] == {"name": "Penguin Predictor", "registry": "workspace"}
    assert dag["form"]["points_per_task"] == {
        "default": None,
        "allowed": "a whole number from 1 to 100000, or null",
    }
    assert [datetime.fromisoformat(each).weekday() for each in dag["schedule"]["next"]] == [6, 6, 6]


def test_a_dag_that_is_bound_to_no_name_is_found_as_airflow_finds_it(check: Check) -> None:
    ended = check.text(IMPORTS + PLAN + TRAINING)
    assert (ended.status, ended.lines[0].split()[0]) == (0, "birds")
    assert value(ended, "schedule").startswith("None (Never")
    assert value(ended, "next") == "at no time of its own"


def test_a_file_may_import_its_neighbours(check: Check) -> None:
    check.text("LABEL = 'Species'\n", name="neighbour_of_birds.py")
    imported = "from neighbour_of_birds import LABEL\n" + PLAN.replace('"Species"', "LABEL")
    assert check.text(IMPORTS + imported + TRAINING).status == 0


def test_what_the_file_prints_is_not_part_of_the_answer(check: Check) -> None:
    ended = check.text(IMPORTS + PLAN + TRAINING + "print('hello')\n", "--json")
    assert json.loads(ended.out)["mistakes"] == []


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "'data/birds.csv' is not a file in the data folder"),
        ("Island,Species\n", "must have the columns BodyMass once each"),
    ],
)
def test_a_source_in_the_project_is_looked_at(check: Check, header: str | None, text: str) -> None:
    source = check.data / "birds.csv"
    source.write_text(header) if header else source.unlink()
    ended = check.text(IMPORTS + PLAN + TRAINING, "--json")
    assert ended.status == 1
    (mistake,) = json.loads(ended.out)["mistakes"]
    assert mistake["place"] == "source.url"
    assert text in mistake["text"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            IMPORTS + "def failing():\n    return {}['plan']\n\nfailing()\n",
            ["birds.py:8: failing()", "birds.py:6: return {}['plan']", "KeyError: 'plan'"],
        ),
        (IMPORTS + "from rookery import Swep\n", ["birds.py:5: from rookery import Swep", "'Swep'"]),
        (IMPORTS + "plan = (\n", ["birds.py", "'(' was never closed"]),
        (IMPORTS + "raise SystemExit(3)\n", ["birds.py:5: raise SystemExit(3)"]),
    ],
)
def test_a_broken_file_shows_its_own_lines_and_none_of_ours(
    check: Check, content: str, told: list[str]
) -> None:
    ended = check.text(content)
    assert ended.status == 1
    assert all(line in ended.out for line in told)
    assert "Traceback" not in ended.out
    assert "dag_file.py" not in ended.out


def test_a_dag_that_airflow_would_refuse_is_a_mistake(check: Check) -> None:
    loop = """from airflow.sdk import DAG, task
with DAG("loop"):
    first, second = [task(task_id=name)(lambda: None)() for name in ("first", "second")]
    first >> second >> first
"""
    ended = check.text(IMPORTS + PLAN + TRAINING + loop)
    assert ended.status == 1
    assert "Airflow refuses the DAG loop: Cycle detected" in ended.out


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            '"""Airflow DAG."""\nfrom airflow.sdk import DAG\n\ndag = DAG("other")\n',
            "has no DAG that training_dag",
        ),
        (PLAN, "Airflow skips"),
        (None, "there is no file"),
    ],
)
def test_a_file_without_a_training_dag_is_misuse(check: Check, content: str | None, told: str) -> None:
    ended = check.file(Path("/no/such/file.py")) if content is None else check.text(content)
    assert (ended.status, ended.out) == (2, "")
    assert told in ended.err


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--help"])
    assert ended.value.code == 0
    assert "rookery check dags/penguin_predictor.py --conn" in capsys.readouterr().out


def test_without_conn_nothing_is_asked(check: Check, databricks: Recorder) -> None:
    check.text(IMPORTS + PLAN + TRAINING)
    assert databricks.calls == []


def test_with_conn_the_dags_own_workspace_is_asked(check: Check, databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    ended = check.text(IMPORTS + PLAN + TRAINING, "--conn")
    assert (ended.status, ended.lines[-1]) == (0, "No mistakes.")
    assert value(ended, "login").startswith("ok: me@example.com at http://127.0.0.1:")
    assert value(ended, "runtime").startswith("the newest")
    assert value(ended, "experiment") == "/Users/me@example.com/rookery/birds"
    assert "  endpoint" in ended.out
    assert {call.method for call in databricks.calls} == {"GET"}


def test_a_scoring_dags_workspace_is_asked_too(check: Check, databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    databricks.answers("GET /api/2.0/mlflow/model-versions/search", {"model_versions": []})
    ended = check.file(PROJECT / "dags" / "penguin_batch_scoring.py", "--conn", "--json")
    assert ended.status == 0
    asked = json.loads(ended.out)["dags"][0]["workspace"]
    assert asked["registered_model"]["text"] == "Penguin Predictor has no version yet"
    assert asked["input_path"]["text"] == "dbfs:/rookery/incoming/penguins is not there yet"
    assert {call.method for call in databricks.calls} == {"GET"}


def test_what_the_workspace_lacks_is_told_with_place(check: Check, databricks: Recorder) -> None:
    usable.answer_everything(databricks)
    databricks.answers(usable.NODE_TYPES, {"node_types": []})
    databricks.answers(usable.RUNTIMES, {"versions": []})
    ended = check.text(IMPORTS + PLAN + TRAINING, "--conn", "databricks_default", "--json")
    assert ended.status == 1
    answer = json.loads(ended.out)
    places = [each["place"] for each in answer["mistakes"]]
    assert places == ["compute.node_type_id", "compute.spark_version"]
    asked = answer["dags"][0]["workspace"]
    assert {name for name, answer in asked.items() if not answer["ok"]} == {"node_type", "runtime"}


def mistake_of(ended: Ended) -> str:
    assert ended.status == 1
    (mistake,) = json.loads(ended.out)["mistakes"]
    assert mistake["place"] == "databricks_conn_id"
    text: str = mistake["text"]
    assert "\n" not in text
    assert "token-of-the-connection" not in ended.out + ended.err
    return text


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (
            Reply(403, {"error_code": 403, "message": "Invalid access token."}),
            "the workspace refuses 'databricks_default': Invalid access token.; renew its token or secret",
        ),
        (
            Reply(500, {"error_code": "INTERNAL_ERROR", "message": "Oops."}),
            "the workspace of 'databricks_default' fails to answer: Oops.; try again",
        ),
    ],
)
def test_a_login_that_fails_is_one_clear_line(
    check: Check, databricks: Recorder, reply: Reply, told: str
) -> None:
    databricks.answers(usable.ME, reply)
    assert mistake_of(check.text(IMPORTS + PLAN + TRAINING, "--conn", "--json")) == told


def test_an_unknown_connection_is_one_clear_line(check: Check) -> None:
    told = mistake_of(check.text(IMPORTS + PLAN + TRAINING, "--conn", "nowhere", "--json"))
    assert told == "Airflow has no connection 'nowhere'; define it, by AIRFLOW_CONN_NOWHERE for example"


def test_a_token_that_ends_in_a_line_break_logs_in(
    check: Check, databricks: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usable.answer_everything(databricks)
    connection = json.loads(os.environ["AIRFLOW_CONN_DATABRICKS_DEFAULT"])
    monkeypatch.setenv("AIRFLOW_CONN_ECHOED", json.dumps({**connection, "password": "dapi-invented\n"}))
    ended = check.text(IMPORTS + PLAN + TRAINING, "--conn", "echoed")
    assert (ended.status, ended.err) == (0, "")
    assert "dapi-invented" not in ended.out


def test_a_token_that_cannot_be_sent_is_refused_in_words_and_not_shown(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "databricks", "host": "127.0.0.1", "port": 1, "schema": "http"}
    monkeypatch.setenv("AIRFLOW_CONN_TORN", json.dumps({**connection, "password": "dapi-in\nvented"}))
    told = mistake_of(check.text(IMPORTS + PLAN + TRAINING, "--conn", "torn", "--json"))
    assert told == (
        "the Airflow connection 'torn' has a line break or another control character inside its password: "
        "write it anew, without"
    )


def test_an_unreachable_host_is_one_clear_line(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        connection: dict[str, Any] = {
            "conn_type": "databricks",
            "host": "127.0.0.1",
            "port": closed.getsockname()[1],
            "schema": "http",
            "password": "token-of-the-connection",
        }
        monkeypatch.setenv("AIRFLOW_CONN_GONE", json.dumps(connection))
        told = mistake_of(check.text(IMPORTS + PLAN + TRAINING, "--conn", "gone", "--json"))
    assert told.startswith("'gone' leads to no workspace that answers (ConnectionRefusedError: [Errno 111]")


def test_runs_that_are_due_at_once_are_told_beside_the_next_ones() -> None:
    weekly: dict[str, Any] = {"schedule": "@weekly", "start_date": pendulum.datetime(2026, 1, 1)}
    then = datetime(2026, 1, 20, 12, tzinfo=UTC)
    missed = schedule_of(DAG("missed", catchup=True, **weekly), then)
    assert (missed.due, [f"{time:%m-%d}" for time in missed.upcoming]) == (3, ["01-25", "02-01", "02-08"])
    ending = DAG("ending", catchup=True, end_date=pendulum.datetime(2026, 1, 27), **weekly)
    assert len(schedule_of(ending, then).upcoming) == 1
    # Without catchup, Airflow's timetable looks at the clock itself.
    now = datetime.now(UTC)
    latest = schedule_of(DAG("latest", **weekly), now)
    assert latest.due == 1
    assert min(latest.upcoming) > now


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "boolean"}, "true or false"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "a whole number from 1 to 9"),
        ({"type": "number", "minimum": 0.5}, "a number, at least 0.5"),
        ({"type": "number", "maximum": 2}, "a number, at most 2"),
        ({"type": "array", "items": {"description": "a number"}}, "a list, each a number"),
        ({"enum": [None, "Small"]}, 'one of null, "Small"'),
        ({"type": ["integer", "null"], "minimum": 1}, "a whole number, at least 1, or null"),
        ({"type": ["integer", "string"]}, "a whole number or a text"),
        ({}, "anything"),
    ],
)
def test_what_a_form_allows_is_told_in_words(schema: dict[str, Any], words: str) -> None:
    assert allowed_by(schema) == words
