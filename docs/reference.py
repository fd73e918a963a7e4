"""Writes the pages of this folder that are made from the code: `make docs`."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from airflow.sdk import DAG
from pydantic import BaseModel

from docs import local_workspace_api
from rookery.check import dag_file
from rookery.dag_factory.scoring import scoring_dag
from rookery.dag_factory.scoring_docs import SCORING_TASKS
from rookery.dag_factory.training import training_dag
from rookery.dag_factory.training_docs import TRAINING_TASKS, TaskDoc
from rookery.form.allowed import allowed_by
from rookery.plan.compute import Autoscale, Compute
from rookery.plan.endpoint import Endpoint
from rookery.plan.features import Features
from rookery.plan.gate import Gate
from rookery.plan.promotion.expectations import Expectations
from rookery.plan.promotion.judge import Judge
from rookery.plan.registry import Registry
from rookery.plan.scoring import BatchScoring
from rookery.plan.splits import SPLITS
from rookery.plan.sweep import Sweep
from rookery.plan.training import TrainingPlan
from rookery.sources import SOURCES
from rookery_jobs.contract import OBJECTIVES, Objective
from rookery_jobs.grid import ALGORITHMS, Algorithm

DOCS = Path(__file__).parent
EXAMPLE = DOCS.parent / "dags" / "penguin_predictor.py"
_NOTE = "<!-- Made by `make docs` from the code: change it there. -->"


def pages() -> dict[Path, str]:
    """The path and the text of each page."""
    texts = {
        "parameters.md": _parameters(),
        "algorithms.md": _algorithms(),
        "tasks.md": _tasks(),
        "local-workspace-api.md": _local_workspace_api(),
    }
    return {DOCS / name: text.rstrip("\n") + "\n" for name, text in texts.items()}


def _parameters() -> str:
    parts: list[type[BaseModel]] = [
        TrainingPlan,
        *SOURCES.values(),
        Features,
        *SPLITS.values(),
        Sweep,
        Gate,
        Expectations,
        Judge,
    ]
    parts += [Registry, Endpoint, Compute, Autoscale]
    return "\n".join(
        [
            "# Parameters",
            "",
            _NOTE,
            "",
            "`rookery check FILE` says what a plan will do, and every mistake in it at once.",
            "",
            *(line for part in parts for line in _model(part)),
            *_function(training_dag),
            *_form(),
            *_model(BatchScoring),
            *_function(scoring_dag),
        ]
    )


def _model(model: type[BaseModel]) -> Iterator[str]:
    yield from (f"## {model.__name__}", "", _paragraphs(inspect.getdoc(model)), "")
    meanings = _field_docs(model)
    rows = (
        (f"`{name}`", _default(field), meanings[name])
        for name, field in model.model_fields.items()
        if name != "kind"
    )
    yield from _table(("field", "default", "meaning"), rows)


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    default = field.default
    return f"`{type(default).__name__}()`" if isinstance(default, BaseModel) else f"`{default!r}`"


def _field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The string below each field, which Python itself does not keep."""
    found = {}
    (definition,) = ast.parse(inspect.getsource(model)).body
    lines = list(ast.iter_child_nodes(definition))
    for field, text in pairwise(lines):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            found[ast.unparse(field.target)] = " ".join(ast.literal_eval(text.value).split())
    return found


def _function(function: Any) -> Iterator[str]:
    yield from (f"## {function.__name__}", "", "```python", _signature(function), "```", "")
    yield from (_paragraphs(inspect.getdoc(function)), "")


def _signature(function: Any) -> str:
    parameters = inspect.signature(function).parameters.values()
    # Annotations are kept as texts, which would be shown in quotes.
    lines = (re.sub(r": '([^']*)'", r": \1", f"    {one},") for one in parameters)
    return "\n".join([f"{function.__name__}(", *lines, ")"])


def _algorithms() -> str:
    return "\n".join(
        [
            "# Algorithms",
            "",
            _NOTE,
            "",
            "Several sweeps in one plan compete, each with a grid of its own; all are for one purpose.",
            "Parameters have Spark's names, types and ranges, checked before anything is created;",
            'a text such as `"5"` is 5. Where an algorithm needs chance, its seed is that of the split: a',
            "point that is fitted again gives the same model.",
            "",
            "A tree takes the index of a category for a category, if there are no more than its `maxBins` of",
            'them; linear models take it for a number, so give them `encoding="one-hot"`.',
            "",
            "The winner's MLflow run has tables that `mlflow.load_table` reads, and pictures of them:",
            "",
            "- `feature_importances`: for each number that the model takes, the column, the category if it",
            "  is one of a one-hot column, and its importance; all together are 1. Trees have Spark's",
            "  `featureImportances`; of linear models it is the share of all coefficients, without signs,",
            "  and the coefficients follow. They are those of scaled values, unless the plan says",
            '  `scaling="none"`. The picture adds up the categories of a column.',
            "- `confusion_matrix` and `per_class_metrics`, of classes, on the test rows: the latter by",
            "  Spark's names (`recallByLabel` and the like), a row for each label.",
            "",
            "## Estimators by dotted path",
            "",
            "`algorithm` may be the dotted path of any other estimator, such as",
            "`pyspark.ml.classification.NaiveBayes`, or of one of your own:",
            "",
            "```python",
            'Sweep(algorithm="my_estimators.Classifier", objective="classification", grid={"depth": [2, 4]})',
            "```",
            "",
            "The plan's `package` names the folder of `my_estimators`, or a wheel, by its path from the",
            "folder of the DAG file. It travels as an archive beside the job code, named by its digest,",
            "which is a part of every point's id: a package that was changed trains anew. Nothing is",
            "installed on the cluster, and a module that the runtime has already is refused. It must be",
            "Python alone, and its models must be writable (`DefaultParamsWritable`).",
            "",
            "Such an estimator trains in the same sweep, on the same vector. Of its parameters nothing is",
            "known before: Spark checks them when it fits, they are not in the form, and values have the",
            "type that they have in the plan. Its version is served by MLflow's Spark flavor, which starts",
            "a Spark: the check, the log and the version's tag `rookery_served_by` say so. So the first",
            "answer takes longer, no scorer is compared, texts in requests are taken as they stand, and",
            "there are no probabilities. A classifier learns the place of a label among all, sorted; the",
            "endpoint answers with the label's own value. That fitting it again gives the same is up to it.",
            "",
            "An endpoint's Spark gives its Python workers no package: predict with Spark's own functions,",
            "not with a Python UDF of the package.",
            "",
            "Run on the local workspace, not on Databricks: there, a serving container must have Java.",
            "",
            *(line for name, objective in OBJECTIVES.items() for line in _objective(name, objective)),
        ]
    )


def _objective(name: str, objective: Objective) -> Iterator[str]:
    yield from (f"## For {name}", "")
    metrics = (
        (f"`{metric}`", one.range, "larger" if one.larger_is_better else "smaller")
        for metric, one in {
            **objective.metrics,
            **{f"{of_one}/<label>": one for of_one, one in objective.by_label.items()},
        }.items()
    )
    yield from _table(("metric", "values", "better is"), metrics)
    for algorithm, known in ALGORITHMS.items():
        if known.objective == name:
            yield from _algorithm(algorithm, known)


def _algorithm(name: str, known: Algorithm) -> Iterator[str]:
    yield from (f"### {name}", "")
    if known.max_classes:
        yield from (f"For {known.max_classes} classes.", "")
    rows = (
        (f"`{parameter}`", f"`{one.default}`", one.allowed, one.meaning)
        for parameter, one in known.hyperparameters.items()
    )
    yield from _table(("parameter", "Spark's default", "allowed", "meaning"), rows)


def _form() -> Iterator[str]:
    yield from ("## The trigger form, and a run's conf", "")
    yield "By the form, the REST API, the CLI and a backfill alike. Here are those of `penguin_predictor`:"
    yield "A key that is left out has the plan's value. There is one key per grid parameter,"
    yield from ("`<Algorithm>_<parameter>`.", "")
    yield from _table(("key", "in the form", "allowed", "meaning"), _keys(_example()))


def _keys(dag: DAG) -> Iterator[tuple[str, ...]]:
    for key in dag.params:
        schema = dag.params.get_param(key).schema
        meaning = str(schema.get("description_md", "")).replace("\n", " ")
        yield f"`{key}`", str(schema["title"]), allowed_by(schema), meaning


def _example() -> DAG:
    (dag,) = dag_file.load(EXAMPLE)
    return dag


def _tasks() -> str:
    return "\n".join(
        [
            "# What each task does",
            "",
            _NOTE,
            "",
            "Airflow shows the same text on a task's page.",
            "",
            *_task_list("A training DAG", TRAINING_TASKS),
            *_task_list("A scoring DAG", SCORING_TASKS),
        ]
    )


def _local_workspace_api() -> str:
    return "\n".join(
        [
            "# The local workspace's APIs",
            "",
            _NOTE,
            "",
            "What `/api/local/openapi.json` describes; MLflow's own routes come beside it. Each row names",
            "a test by an unmodified client.",
            "",
            *_table(("API", "Routes", "What they do", "Shown by"), local_workspace_api.rows()),
            "Answered 501 `NOT_IMPLEMENTED`, with words that name it (lists above that are empty excepted):",
            "",
            *_table(
                ("Below `/api/<version>/`", "What is there on Databricks"), local_workspace_api.refused()
            ),
        ]
    )


def _task_list(title: str, tasks: Mapping[str, TaskDoc]) -> Iterator[str]:
    yield from (f"## {title}", "")
    for task_id, doc in tasks.items():
        yield from (f"### {task_id}", "", doc.markdown(), "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    yield ""


def _paragraphs(docstring: str | None) -> str:
    """The docstring with each paragraph on one line, as Markdown joins them anyway."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", docstring or "")


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(DOCS.parent))
