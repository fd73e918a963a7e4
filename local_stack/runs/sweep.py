"""A sweep by job runs alone, as the tasks of the DAG submit them: prepared, trained and registered."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rookery.workspace import points, storage
from rookery.workspace.job_code import UploadedCode, installed_job_code, upload
from rookery_jobs import contract, grid
from rookery_jobs.contract import (
    CsvSourceSpec,
    Document,
    Manifest,
    Origin,
    RandomSplitSpec,
    RegistrationSpec,
    RunLayout,
    SnapshotSpec,
    SweepSpec,
)

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.jobs import Run

CATEGORICAL = ("Island",)
NUMERIC = ("CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass")
LABEL = "Species"
_ORIGIN = Origin("penguins", "manual__1", None, 1)


class JobRunError(Exception):
    """A job run did not succeed; the text is its own."""


@dataclass(frozen=True)
class JobRun:
    """One that has succeeded: its seconds, from the submit until it was terminal, and what it printed."""

    seconds: float
    printed: str


class Sweep:
    """A sweep over the columns of the penguins, on a cluster, with a data root, an experiment and a model of
    its own."""

    def __init__(self, client: "WorkspaceClient", cluster_id: str, name: str) -> None:
        self._client = client
        self._cluster_id = cluster_id
        self.model = f"Penguins {name}"
        self.layout = RunLayout(f"dbfs:/{name}", _ORIGIN.dag_id, _ORIGIN.dag_run_id)
        self._code: UploadedCode = upload(client, f"/Shared/{name}", installed_job_code())
        made = client.experiments.create_experiment(f"/Shared/{name}/experiment")
        self._experiment = str(made.experiment_id)

    def prepare(self, content: bytes) -> tuple[SnapshotSpec, Manifest]:
        """Split the rows of a CSV file 70/15/15."""
        sha256 = hashlib.sha256(content).hexdigest()
        source = CsvSourceSpec(self.layout.source(sha256, "penguins.csv"), sha256)
        storage.put(self._client, source.path, io.BytesIO(content))
        determining: dict[str, Any] = {
            "source": source,
            "categorical": CATEGORICAL,
            "numeric": NUMERIC,
            "label": LABEL,
            "split": RandomSplitSpec(0.15, 0.15, 42, None),
            "as_of_column": None,
            "as_of": None,
            "text_rule": contract.TEXT_RULE,
        }
        digest = contract.snapshot_digest(**determining)
        path = self.layout.snapshot(digest)
        spec = SnapshotSpec(snapshot_path=path, digest=digest, max_dropped_share=0.2, **determining)
        self._write(contract.spec_path(path), spec)
        self.job("prepare", contract.spec_path(path))
        manifest = Manifest.from_json(storage.read_text(self._client, contract.manifest_path(path)))
        return spec, manifest

    def plan(
        self,
        snapshot: SnapshotSpec,
        values: Mapping[str, Sequence[object]],
        log_models: str = contract.LOG_AUTO,
    ) -> SweepSpec:
        """Points of a LogisticRegression, and their file."""
        made = grid.make_points(
            grid.expand([("LogisticRegression", values)]),
            categorical=CATEGORICAL,
            numeric=NUMERIC,
            label=LABEL,
            snapshot_digest=snapshot.digest,
            code_digest=self._code.code_digest,
        )
        sweep = SweepSpec(
            sweep_id=contract.sweep_id([point.point_id for point in made], "accuracy"),
            snapshot_path=snapshot.snapshot_path,
            snapshot_digest=snapshot.digest,
            code_digest=self._code.code_digest,
            experiment_id=self._experiment,
            metric="accuracy",
            points=made,
            tmp_path=self.layout.tmp,
            origin=_ORIGIN,
            log_models=log_models,
        )
        self._write(self.layout.points(sweep.sweep_id), sweep)
        return sweep

    def train(self, sweep: SweepSpec, start: int = 0, stop: int | None = None) -> JobRun:
        """Train a range of its points in one job run."""
        end = len(sweep.points) if stop is None else stop
        return self.job("train", self.layout.points(sweep.sweep_id), str(start), str(end))

    def start_training(self, sweep: SweepSpec, start: int, stop: int) -> int:
        """Begin to train a range of its points; the id of the job run."""
        folder = self._code.code_folder
        asked = [self.layout.points(sweep.sweep_id), str(start), str(stop)]
        return self.submit(f"{folder}/{contract.SCRIPT}", folder, "train", *asked)

    def ranked(self, sweep: SweepSpec) -> Sequence[grid.Scored]:
        """Its finished points, the best first."""
        return points.leaderboard(sweep, list(points.runs_of(self._client, sweep)))

    def register(self, sweep: SweepSpec) -> JobRun:
        """Register the best of its points."""
        winner = self.ranked(sweep)[0]
        key = contract.registration_key(
            dag_id=_ORIGIN.dag_id,
            dag_run_id=_ORIGIN.dag_run_id,
            sweep_id=sweep.sweep_id,
            mlflow_run_id=winner.mlflow_run_id,
        )
        spec = RegistrationSpec(
            registration_key=key,
            registered_model_name=self.model,
            gates=(),
            sweep_id=sweep.sweep_id,
            snapshot_path=sweep.snapshot_path,
            snapshot_digest=sweep.snapshot_digest,
            code_digest=sweep.code_digest,
            experiment_id=self._experiment,
            point=winner.point,
            mlflow_run_id=winner.mlflow_run_id,
            tmp_path=self.layout.tmp,
            origin=_ORIGIN,
        )
        path = self.layout.registration(sweep.sweep_id, key)
        self._write(path, spec)
        return self.job("register", path)

    def job(self, entry: str, *arguments: str) -> JobRun:
        """Run an entry point of the job code."""
        folder = self._code.code_folder
        return self.script(f"{folder}/{contract.SCRIPT}", folder, entry, *arguments)

    def script(self, path: str, *parameters: str) -> JobRun:
        """Run a script that is in the workspace. Raises JobRunError if it does not succeed."""
        return self.ended(self.submit(path, *parameters))

    def submit(self, path: str, *parameters: str) -> int:
        """Begin to run a script; the run's id."""
        from databricks.sdk.service.jobs import SparkPythonTask, SubmitTask

        script = SparkPythonTask(python_file=path, parameters=list(parameters))
        task = SubmitTask(task_key="main", existing_cluster_id=self._cluster_id, spark_python_task=script)
        return int(self._client.jobs.submit(run_name=path, tasks=[task]).run_id)

    def ended(self, run_id: int) -> JobRun:
        """Wait for a run's end. Raises JobRunError if it does not succeed."""
        run = self._client.jobs.wait_get_run_job_terminated_or_skipped(run_id, timeout=timedelta(hours=1))
        task_id = (run.tasks or [])[0].run_id
        output = self._client.jobs.get_run_output(task_id or run_id)
        if _result(run) != "SUCCESS":
            raise JobRunError(f"{run.run_name}: {output.error}\n{output.error_trace}")
        return JobRun(((run.end_time or 0) - (run.start_time or 0)) / 1000, output.logs or "")

    def _write(self, path: str, document: Document) -> None:
        storage.write_text(self._client, path, document.to_json())


def _result(run: "Run") -> str:
    return run.state.result_state.value if run.state and run.state.result_state else ""
