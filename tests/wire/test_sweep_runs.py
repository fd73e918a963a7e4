"""The MLflow run of a sweep: one whatever is tried again, a parent and no point, ended whatever happens."""

import dataclasses
import json
import secrets
from types import SimpleNamespace
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from tests.fast.airflow.sweeps import MANIFEST, SWEEP_ARGUMENTS
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PLAN
from tests.wire.provider.airflow_task import connection
from tests.wire.running_workspace import RunningWorkspace


@dataclasses.dataclass(frozen=True)
class Study:
    """An experiment and a data root of one test's own, and the tasks of a DAG run that train there."""

    workspace: RunningWorkspace
    client: MlflowClient
    experiment_id: str
    data_root: str

    def expand(self, run_id: str = "manual__1", live: bool = True) -> TaskInstance:
        """Run `expand_grid` of a DAG run; the task, with what it has left. Of no other DAG run Airflow knows,
        unless it is `live`."""
        from rookery.operators.sweep import ExpandGridOperator

        task = TaskInstance("expand_grid", run_id=run_id)
        if live:
            task.live_runs = {("penguins", "manual__1"), ("penguins", "manual__2")}
        operator = ExpandGridOperator(task_id="expand_grid", **self._arguments(run_id))
        operator.execute(context_of(task))
        return task

    def select_best(self, expanded: TaskInstance) -> dict[str, Any]:
        from rookery.operators.experiment import SelectBestOperator

        operator = SelectBestOperator(task_id="select_best", points_path=expanded.pushed["points_path"])
        return operator.execute(context_of(TaskInstance("select_best", run_id=expanded.run_id)))

    def judge(self, states: dict[str, str], run_id: str = "manual__1") -> None:
        """Run `verdict` of a DAG run whose tasks have these states."""
        from rookery.exceptions import RunFailedError
        from rookery.operators.verdict import TrainingVerdictOperator

        task = TaskInstance("verdict", run_id=run_id)
        task.left[("create_experiment", "return_value")] = self.experiment_id
        task.left[("resolve_plan", "owner")] = owner(run_id)
        task.get_task_states = lambda **_: {run_id: states}  # type: ignore[method-assign]
        operator = TrainingVerdictOperator(
            task_id="verdict",
            goals={"register_model": "resolve_plan"},
            resolving="resolve_plan",
            experimenting="create_experiment",
        )
        with pytest.raises(RunFailedError):
            operator.execute(context_of(task))

    def finish_points(self, expanded: TaskInstance) -> None:
        """Have the sweep's points finished, as `train` leaves them."""
        from rookery_jobs.contract import SweepSpec
        from rookery_jobs.spark.runs.parent import parent_of
        from rookery_jobs.spark.runs.points import PointRuns

        with self.workspace.client.dbfs.open(expanded.pushed["points_path"], read=True) as file:
            spec = SweepSpec.from_json(file.read().decode())
        parent = parent_of(self.client, spec.parent_run_id)
        runs = PointRuns(self.client, spec, spec.points, parent)
        for number, point in enumerate(spec.points):
            run_id = runs.create(point, "claim", 1.0)
            runs.parent.log_datasets(self.client, run_id)
            runs.finish(run_id, point, {"accuracy": 0.9 + number / 100})

    def parents(self) -> list[Run]:
        found = self.client.search_runs([self.experiment_id], "tags.rookery_kind = 'sweep'")
        return sorted(found, key=lambda run: int(run.info.start_time))

    def points(self) -> list[Run]:
        return list(self.client.search_runs([self.experiment_id], "tags.rookery_point_id LIKE '%'"))

    def _arguments(self, run_id: str) -> dict[str, Any]:
        return {
            **SWEEP_ARGUMENTS,
            "plan": {**PLAN.model_dump(mode="json"), "data_root": self.data_root},
            "snapshot_path": f"{self.data_root}/snapshot",
            "experiment_id": self.experiment_id,
            "owner_tag": owner(run_id),
        }


def owner(run_id: str) -> str:
    return f"here/penguins/{run_id}"


def context_of(task: TaskInstance) -> Any:
    dag = SimpleNamespace(fileloc=__file__)
    return {"ti": task, "dag_run": DagRun(run_id=task.run_id), "dag": dag}


@pytest.fixture
def study(workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection(workspace)))
    monkeypatch.setenv("DATABRICKS_HOST", workspace.origin)
    monkeypatch.setenv("DATABRICKS_TOKEN", workspace.token)
    client = MlflowClient("databricks", "databricks")
    name = secrets.token_hex(4)
    experiment_id = client.create_experiment(f"/Shared/{name}")
    root = f"dbfs:/{name}"
    with workspace.client.dbfs.open(f"{root}/snapshot/manifest.json", write=True) as file:
        file.write(MANIFEST.to_json().encode())
    return Study(workspace, client, experiment_id, root)


def test_a_sweep_has_one_run_whatever_is_tried_again_and_each_dag_run_its_own(study: Study) -> None:
    first = study.expand()
    again = study.expand()
    assert again.pushed == first.pushed
    study.expand("manual__2")
    assert [run.data.tags["rookery_dag_run_id"] for run in study.parents()] == ["manual__1", "manual__2"]
    assert [run.info.status for run in study.parents()] == ["RUNNING", "RUNNING"]


def test_a_sweeps_run_and_its_points_say_whose_they_are_and_what_data_they_are_on(study: Study) -> None:
    study.finish_points(study.expand())
    (parent,) = study.parents()
    runs = [parent, *study.points()]
    assert len(runs) == 3
    for run in runs:
        assert run.data.tags["mlflow.source.name"] == "tests/wire/test_sweep_runs.py"
        assert run.data.tags["mlflow.user"] == study.workspace.client.current_user.me().user_name
        assert run.data.tags["mlflow.note.content"].count(".\n") == 0
        assert run.data.params["algorithm"] == "LogisticRegression"
        assert run.inputs is not None
        (data,) = [each.dataset for each in run.inputs.dataset_inputs]
        assert (data.name, data.digest) == ("data/penguins.csv", MANIFEST.snapshot.digest)
        assert json.loads(str(data.profile))["num_rows"] == 342
        assert [column["name"] for column in json.loads(str(data.schema))["mlflow_colspec"]] == [
            *MANIFEST.columns
        ]
        # MLflow itself can make of it the source that it describes.
        source = mlflow.data.get_source(data)
        assert json.loads(source.to_json())["path"] == "dbfs:/rookery/penguins.csv"
    assert {run.data.tags["mlflow.parentRunId"] for run in runs[1:]} == {parent.info.run_id}
    assert "mlflow.parentRunId" not in parent.data.tags


def test_a_sweeps_run_ends_when_its_best_point_is_chosen_and_is_no_point_itself(study: Study) -> None:
    expanded = study.expand()
    study.finish_points(expanded)
    best = study.select_best(expanded)
    (parent,) = study.parents()
    assert parent.info.status == "FINISHED"
    assert parent.info.end_time >= parent.info.start_time
    assert best["mlflow_run_id"] in {run.info.run_id for run in study.points()}
    assert best["metrics"] == {"accuracy": pytest.approx(0.91)}


def test_points_that_are_found_again_keep_their_parent_and_are_listed_at_the_new_one(study: Study) -> None:
    first = study.expand()
    study.finish_points(first)
    study.select_best(first)
    study.select_best(study.expand("manual__2"))
    old, new = study.parents()
    assert new.info.status == "FINISHED"
    assert new.data.metrics == {"points": 2, "points_found_again": 2}
    for run in study.points():
        assert run.data.tags["mlflow.parentRunId"] == old.info.run_id
        assert run.info.run_id in new.data.tags["mlflow.note.content"]
    # A clear does not find its own points again, and does not begin what is complete.
    study.expand()
    old, _ = study.parents()
    assert old.data.metrics == {"points": 2, "points_found_again": 0}
    assert old.info.status == "FINISHED"


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ({"train": "failed", "select_best": "upstream_failed"}, "FAILED"),
        ({"train": "skipped", "select_best": "skipped"}, "KILLED"),
    ],
)
def test_the_verdict_ends_the_run_of_a_sweep_that_did_not_come_to_its_end(
    study: Study, states: dict[str, str], status: str
) -> None:
    study.expand("manual__2")
    study.expand()
    study.judge(states)
    other, ours = study.parents()
    assert (other.info.status, ours.info.status) == ("RUNNING", status)


def test_the_runs_of_sweeps_whose_dag_runs_are_gone_are_ended_by_the_next_one(study: Study) -> None:
    study.expand("manual__2")
    study.expand("manual__1", live=False)
    gone, ours = study.parents()
    assert (gone.info.status, ours.info.status) == ("KILLED", "RUNNING")
