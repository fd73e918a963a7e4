"""What a training DAG will do, said before it does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rookery.check.dag_report import RUN_ID, cluster_name_rows, cluster_rows, schedule_rows
from rookery.check.form_report import form_rows
from rookery.check.report import Row, Section
from rookery.exceptions import PackageError
from rookery.mistakes import Mistake
from rookery.parts import refused
from rookery.plan.promotion.approval import REQUIRED
from rookery.plan.questions import training_questions
from rookery.plan.shards import deal, usual_points_per_task
from rookery.plan.splits import RandomSplit
from rookery.plan.training import TrainingPlan
from rookery.workspace.job_code import user_archive
from rookery.workspace.leases import ANY_INSTALLATION
from rookery.workspace.questions import Finding, ask
from rookery.workspace.run_names import RunNames
from rookery_jobs.contract import Point, RunLayout, catalog_name, metric_of

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from databricks.sdk import WorkspaceClient

_SHOWN_TASKS = 8
_ANSWERS = {"long": "a whole number", "boolean": "true or false", "string": "a text"}


@dataclass(frozen=True)
class Training:
    """A training DAG and what it was made from: a `report.Checkable`."""

    dag: DAG
    plan: TrainingPlan
    points_per_task: int | None
    databricks_conn_id: str

    def mistakes(self) -> Iterator[Mistake]:
        """What cannot be on this machine: a source in the project's folder is looked at."""
        for mistake in self.plan.source.mistakes_here(self.dag.fileloc, self.plan.wanted()):
            yield Mistake(mistake.text, ("source", *mistake.place))
        if self.plan.package:
            attempt = partial(user_archive, self.plan.package, str(self.dag.fileloc))
            yield from refused(attempt, PackageError, "package")

    def sections(self, user_name: str, now: datetime) -> list[Section]:
        """What a run will do."""
        plan, names = self.plan, self._names(user_name)
        cluster = cluster_rows(self.dag, plan.compute, names, "when the model is registered", now)
        shown = {field.key: field.shown for field in plan.source.fields() if field.shown is not None}
        return [
            Section("Data", tuple(_data(plan))),
            Section("Choice", tuple(_choice(plan))),
            Section("Sweep", tuple(_sweep(plan, self.points_per_task))),
            Section("Cluster", tuple(cluster)),
            Section("Names", tuple(_names(plan, names))),
            Section("Schedule", tuple(schedule_rows(self.dag, now))),
            Section("Form", tuple(form_rows(self.dag.params, shown))),
        ]

    def ask(self, workspace: WorkspaceClient, user_name: str) -> list[Finding]:
        """See `questions.ask`."""
        return ask(workspace, training_questions(self.plan, self._names(user_name)))

    def _names(self, user_name: str) -> RunNames:
        return RunNames(ANY_INSTALLATION, self.dag.dag_id, RUN_ID, user_name)


def training_of(dag: DAG) -> Training | None:
    """What the DAG was made from, if `training_dag` has made it."""
    tasks: Sequence[Any] = dag.tasks
    for task in tasks:
        plan = getattr(task, "plan", None)
        if isinstance(plan, TrainingPlan):
            return Training(dag, plan, task.points_per_task, task.databricks_conn_id)
    return None


def _data(plan: TrainingPlan) -> Iterator[Row]:
    yield Row("source", plan.source.shown)
    features = {"categorical": list(plan.features.categorical), "numeric": list(plan.features.numeric)}
    features |= {"boolean": list(plan.features.boolean)} if plan.features.boolean else {}
    yield Row("features", "; ".join(f"{kind}: {', '.join(n)}" for kind, n in features.items() if n), features)
    yield Row("values", _treatment(plan), plan.features.treatment.identity())
    yield Row("label", plan.label)
    label_type, answers = plan.type_of_label, _ANSWERS.get(plan.type_of_label, "a double")
    shares = ", with the probability of each label" if plan.probabilities else ""
    yield Row(
        "prediction",
        f"{plan.objective} of a label that is {label_type}, answered as {answers}{shares}",
        label_type,
    )
    weights = ", ".join(f"{label} {weight:g}" for label, weight in plan.label_weights.items())
    yield Row("weights", f"{weights}, others 1" if weights else str(plan.class_weights), plan.class_weights)
    split = plan.split
    shares = ", ".join(f"{side} {share:.4g}" for side, share in split.shares.items() if share)
    yield Row(
        "split",
        "; ".join(filter(None, [shares, split.how])),
        {**split.model_dump(mode="json"), **split.shares},
        note=_split_warning(plan),
    )
    if plan.as_of_column:
        text = f"those whose {plan.as_of_column} is before the end of the run's data interval"
        yield Row("rows", text, {"as_of_column": plan.as_of_column})


def _split_warning(plan: TrainingPlan) -> str:
    if plan.as_of_column is None or not isinstance(plan.split, RandomSplit):
        return ""
    return (
        f"warning: rows have a time, {plan.as_of_column}, but the split is random: the model is judged on "
        "rows older than some that it has learnt from, and may look better than it will be; TimeSplit judges "
        "on the latest"
    )


def _treatment(plan: TrainingPlan) -> str:
    """What becomes of the features' values, in words."""
    features = plan.features
    return "; ".join(
        [
            f"missing numbers: {features.missing_numeric}",
            f"missing categories: {features.missing_categorical}",
            f"unseen categories: {features.handle_invalid}",
            f"encoding: {features.encoding}",
            f"scaling: {features.scaling}",
        ]
    )


def _choice(plan: TrainingPlan) -> Iterator[Row]:
    better = "larger" if metric_of(plan.metric).larger_is_better else "smaller"
    side = plan.split.spec().selection_side
    yield Row("metric", f"{plan.metric} on the {side} rows; {better} is better", plan.metric)
    sign = {True: "at least", False: "at most"}
    gates = [
        f"{gate.metric} {sign[metric_of(gate.metric).larger_is_better]} {gate.threshold:g}"
        for gate in plan.gates
    ]
    values = [gate.model_dump() for gate in plan.gates]
    yield Row("gates", f"{', '.join(gates)} on the test rows" if gates else "none", values)
    yield Row("judge", _judge(plan), {**plan.judge.model_dump(mode="json"), "approval": plan.approval})


def _judge(plan: TrainingPlan) -> str:
    """When a new version takes over, in words."""
    judge = plan.judge
    better = f"better by {judge.min_improvement:g} or more, with a confidence of {judge.confidence:g}"
    asked = "; if a person approves" if plan.approval == REQUIRED else ""
    return f"a version takes over if it is {better}; not comparable: {judge.on_incomparable}{asked}"


def _sweep(plan: TrainingPlan, asked: int | None) -> Iterator[Row]:
    points = [Point("", each.algorithm, each.params) for each in plan.candidates()]
    points_per_task = asked or usual_points_per_task(len(points))
    tasks = [shard.run_name for shard in deal(points, points_per_task).shards("")]
    per_algorithm = Counter(point.algorithm for point in points)
    yield Row("points", f"{len(points)}, at most {points_per_task} in a mapped task", len(points))
    for sweep in plan.sweep:
        grid = "; ".join(f"{name} {_listed(values)}" for name, values in sweep.grid.items())
        count = per_algorithm[sweep.algorithm]
        value = {"points": count, "grid": sweep.model_dump(mode="json")["grid"]}
        by_spark = "served by MLflow's Spark flavor, with Java" if sweep.is_dotted_path else ""
        yield Row(sweep.algorithm, f"{count} points: {grid or 'all defaults'}", value, by_spark)
    if plan.package:
        yield Row("package", f"{plan.package}, beside the DAG file")
    shown = tasks if len(tasks) <= _SHOWN_TASKS else [*tasks[: _SHOWN_TASKS - 1], f"… {tasks[-1]}"]
    yield Row("mapped tasks", f"{len(tasks)}: {', '.join(shown)}", tasks)


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(map(str, values))


def _names(plan: TrainingPlan, names: RunNames) -> Iterator[Row]:
    yield from cluster_name_rows(plan.compute, names)
    yield Row("experiment", names.experiment_path)
    yield Row("job code", f"{names.code_root}/<digest>")
    # A run's folder is named by its id and a digest.
    folder = PurePosixPath(RunLayout(names.data_root(plan.data_root), names.dag_id, names.run_id).root).parent
    yield Row("data", f"{folder}/{RUN_ID}-<digest>")
    model = plan.registry.registered_model_name
    registry = "Unity Catalog" if catalog_name(model) else "workspace"
    yield Row(
        "registered model", f"{model}, in the {registry} registry", {"name": model, "registry": registry}
    )
    yield Row("endpoint", _endpoint(plan), {**plan.endpoint.model_dump(mode="json"), "deploy": plan.deploy})


def _endpoint(plan: TrainingPlan) -> str:
    if not plan.deploy:
        return f"{plan.endpoint.name}, only for runs that say deploy: true"
    kept = "kept" if plan.keep_endpoint else "deleted when it has answered once"
    zero = ", scales to zero" if plan.endpoint.scale_to_zero_enabled else ""
    return f"{plan.endpoint.name}, {plan.endpoint.workload_size}{zero}; {kept}"
