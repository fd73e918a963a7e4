"""What the Airflow side does around the job code, for tests that run the job code alone."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Run
from pyspark.sql import SparkSession

from rookery_jobs import contract, grid, prepare, register, train
from rookery_jobs.contract import (
    CsvSourceSpec,
    GateSpec,
    Manifest,
    Origin,
    RandomSplitSpec,
    RegistrationSpec,
    RunLayout,
    SnapshotSpec,
    SourceSpec,
    SplitSpec,
    SweepSpec,
    Treatment,
)

PENGUINS = Path(__file__).parents[2] / "data" / "penguins.csv"
CATEGORICAL = ("Island",)
NUMERIC = ("CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass")
LABEL = "Species"
CODE = "0123456789abcdef"

Grid = Mapping[str, Sequence[object]]


@dataclass(frozen=True)
class Study:
    """One data root and one experiment."""

    spark: SparkSession
    data: Path
    client: MlflowClient
    experiment_id: str
    dag_id: str = "penguin_predictor"
    dag_run_id: str = "manual__2026-01-01T00:00:00+00:00"
    as_of: str | None = None
    generation: int = 1

    @property
    def origin(self) -> Origin:
        return Origin(self.dag_id, self.dag_run_id, self.as_of, self.generation)

    @property
    def layout(self) -> RunLayout:
        return RunLayout(str(self.data), self.dag_id, self.dag_run_id)

    def snapshot_spec(
        self,
        csv: str | None = None,
        *,
        categorical: tuple[str, ...] = CATEGORICAL,
        numeric: tuple[str, ...] = NUMERIC,
        label: str = LABEL,
        validation_size: float = 0.15,
        test_size: float = 0.15,
        seed: int = 42,
        split_key: str | None = None,
        as_of_column: str | None = None,
        as_of: str | None = None,
        text_rule: int = contract.TEXT_RULE,
        max_dropped_share: float = 0.2,
        label_type: str = "int",
        treatment: Treatment | None = None,
        max_classes: int | None = None,
        max_categories: int | None = None,
        split: SplitSpec | None = None,
        class_weights: str = contract.EQUAL,
        label_weights: Mapping[str, float] | None = None,
        boolean: tuple[str, ...] = (),
        probabilities: bool = False,
        source: SourceSpec | None = None,
        measured_labels: tuple[str, ...] = (),
    ) -> SnapshotSpec:
        """Put the CSV (the penguins by default) and its spec where `prepare` looks for them. With a `source`,
        which is there already, the spec alone.

        A surrogate is a byte that is not UTF-8.
        """
        content = PENGUINS.read_bytes() if csv is None else csv.encode(errors="surrogateescape")
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.layout.source(sha256, "data.csv")
        determining: dict[str, Any] = {
            "source": source or CsvSourceSpec(path, sha256),
            "categorical": categorical,
            "numeric": numeric,
            "label": label,
            "split": split or RandomSplitSpec(validation_size, test_size, seed, split_key),
            "as_of_column": as_of_column,
            "as_of": as_of,
            "text_rule": text_rule,
            "label_type": label_type,
            "treatment": treatment or Treatment(),
            "class_weights": class_weights,
            "label_weights": dict(label_weights or {}),
            "boolean": boolean,
            "probabilities": probabilities,
        }
        digest = contract.snapshot_digest(**determining)
        spec = SnapshotSpec(
            snapshot_path=self.layout.snapshot(digest),
            digest=digest,
            max_dropped_share=max_dropped_share,
            max_classes=max_classes,
            max_categories=max_categories,
            measured_labels=measured_labels,
            **determining,
        )
        if source is None:
            _write(path, content)
        _write(contract.spec_path(spec.snapshot_path), spec.to_json().encode())
        return spec

    @staticmethod
    def source_file(spec: SnapshotSpec) -> Path:
        """The CSV file that the spec means."""
        assert isinstance(spec.source, CsvSourceSpec)
        return Path(spec.source.path)

    def cached_frames(self) -> int:
        """What the cluster's JVM keeps in memory."""
        return int(self.spark.sparkContext._jsc.getPersistentRDDs().size())

    def staged_files(self) -> list[str]:
        """What the jobs have left in the DAG run's staging folder."""
        return [str(path) for path in Path(self.layout.tmp).rglob("*")]

    def prepare(self, spec: SnapshotSpec) -> Manifest:
        prepare.main(self.spark, [contract.spec_path(spec.snapshot_path)])
        if not spec.source.is_pinned:
            spec = SnapshotSpec.from_json(Path(contract.pinned_path(spec.snapshot_path)).read_text())
        return Manifest.from_json(Path(contract.manifest_path(spec.snapshot_path)).read_text())

    def sweep_spec(
        self,
        spec: SnapshotSpec,
        values: Grid,
        metric: str = "accuracy",
        log_models: str = contract.LOG_AUTO,
        **others: Grid,
    ) -> SweepSpec:
        """A sweep of a LogisticRegression's `values`, if there are any, and of other algorithms'."""
        sweeps = {**({"LogisticRegression": values} if values else {}), **others}
        points = grid.make_points(
            grid.expand(sweeps.items()),
            categorical=spec.categorical,
            numeric=spec.numeric,
            boolean=spec.boolean,
            label=spec.label,
            snapshot_digest=spec.digest,
            code_digest=CODE,
        )
        sweep_id = contract.sweep_id([point.point_id for point in points], metric)
        sweep = SweepSpec(
            sweep_id=sweep_id,
            snapshot_path=spec.snapshot_path,
            snapshot_digest=spec.digest,
            code_digest=CODE,
            experiment_id=self.experiment_id,
            metric=metric,
            points=points,
            tmp_path=self.layout.tmp,
            origin=self.origin,
            log_models=log_models,
        )
        _write(self.layout.points(sweep_id), sweep.to_json().encode())
        return sweep

    def train(self, sweep: SweepSpec, start: int = 0, stop: int | None = None) -> None:
        end = len(sweep.points) if stop is None else stop
        train.main(self.spark, [self.layout.points(sweep.sweep_id), str(start), str(end)])

    def with_parent(self, sweep: SweepSpec, parent: Run) -> SweepSpec:
        """The sweep with an MLflow run of its own."""
        theirs = replace(sweep, parent_run_id=parent.info.run_id)
        _write(self.layout.points(sweep.sweep_id), theirs.to_json().encode())
        return theirs

    def parent_run(self) -> Run:
        """An MLflow run like that of a sweep as a whole."""
        tags = {name: f"the sweep's {name}" for name in contract.MLFLOW_ORIGIN}
        run_id = self.client.create_run(self.experiment_id, tags=tags).info.run_id
        dataset = Dataset("data/penguins.csv", "0123456789abcdef", "spark", '{"path": "dbfs:/p.csv"}')
        context = InputTag("mlflow.data.context", "training")
        self.client.log_inputs(run_id, [DatasetInput(dataset, [context])])
        return self.client.get_run(run_id)

    @staticmethod
    def datasets_of(run: Run) -> list[DatasetInput]:
        """The data that a run says it is on."""
        assert run.inputs is not None
        return list(run.inputs.dataset_inputs)

    def runs(self) -> list[Run]:
        """All MLflow runs of the experiment."""
        return list(self.client.search_runs([self.experiment_id], max_results=1000))

    def best(self, sweep: SweepSpec) -> grid.Scored:
        points = {point.point_id: point for point in sweep.points}
        finished = [
            run
            for run in self.runs()
            if run.info.status == "FINISHED" and run.data.tags.get(contract.TAG_POINT) in points
        ]
        scored = [
            grid.Scored(points[run.data.tags[contract.TAG_POINT]], run.info.run_id, run.data.metrics)
            for run in finished
        ]
        return grid.best(scored, sweep.metric)

    def registration_spec(
        self,
        sweep: SweepSpec,
        winner: grid.Scored,
        gates: Sequence[GateSpec] = (),
        name: str = "Penguin Predictor",
    ) -> RegistrationSpec:
        key = contract.registration_key(
            dag_id=self.dag_id,
            dag_run_id=self.dag_run_id,
            sweep_id=sweep.sweep_id,
            mlflow_run_id=winner.mlflow_run_id,
        )
        return RegistrationSpec(
            registration_key=key,
            registered_model_name=name,
            gates=tuple(gates),
            sweep_id=sweep.sweep_id,
            snapshot_path=sweep.snapshot_path,
            snapshot_digest=sweep.snapshot_digest,
            code_digest=CODE,
            experiment_id=self.experiment_id,
            point=winner.point,
            mlflow_run_id=winner.mlflow_run_id,
            tmp_path=self.layout.tmp,
            origin=self.origin,
        )

    def register(self, spec: RegistrationSpec) -> str:
        """Run `register`; the version is read from the winner's tag, as the Airflow side does."""
        path = self.layout.registration(spec.sweep_id, spec.registration_key)
        _write(path, spec.to_json().encode())
        register.main(self.spark, [path])
        tags = self.client.get_run(spec.mlflow_run_id).data.tags
        return str(tags[contract.model_version_tag(spec.registration_key)])


def new_study(spark: SparkSession, data: Path, artifacts: Path) -> Study:
    """A study in a new experiment of the store that MLFLOW_TRACKING_URI names."""
    uri = os.environ["MLFLOW_TRACKING_URI"]
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    experiment_id = client.create_experiment("study", artifact_location=artifacts.as_uri())
    return Study(spark, data, client, experiment_id)


def _write(path: str, content: bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)
