"""What a client of MLflow does with logged models and traces, with the tracking URI `databricks`.

Steps as in `databricks_mlflow`. `python -m tests.wire.databricks_mlflow_models` takes all of them.
"""

import inspect
import sys
import tempfile
from pathlib import Path
from typing import Any

import mlflow
from mlflow.tracking import MlflowClient

from tests.wire.databricks_mlflow import (
    code_of,
    is_at_least,
    multiplier,
    new_experiment,
    refused,
    require,
)


def logged_models() -> None:
    """Since MLflow 3: models with parameters, metrics, tags and files of their own, and searches in pages."""
    if not is_at_least(3):
        return
    client, experiment = MlflowClient(), new_experiment()
    run = client.create_run(experiment).info.run_id
    made = [
        client.create_logged_model(
            experiment, name=f"model-{n}", source_run_id=run, params={"n": str(n)}, tags={"t": "v"}
        )
        for n in range(3)
    ]
    first = made[0].model_id
    require(made[0].artifact_location.startswith("dbfs:/databricks/mlflow-tracking/"), made[0])
    client.log_metric(run, "m", 0.5, model_id=first)
    client.set_logged_model_tags(first, {"u": "w"})
    client.delete_logged_model_tag(first, "t")
    client.log_model_params(first, {"late": "x"})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a b").write_text("x")
        client.log_model_artifacts(first, folder)
        client.log_model_artifact(first, f"{folder}/a b")
    require([each.path for each in client.list_logged_model_artifacts(first)] == ["a b"], "files of a model")
    found = client.finalize_logged_model(first, "READY")
    require((str(found.status), found.tags.get("u")) == ("READY", "w"), found)
    require(client.get_logged_model(first).params == {"n": "0", "late": "x"}, "parameters")
    asked: dict[str, Any] = {"experiment_ids": [experiment], "order_by": [{"field_name": "name"}]}
    page = client.search_logged_models(max_results=2, **asked)
    rest = client.search_logged_models(max_results=2, page_token=page.token, **asked)
    require([each.name for each in (*page, *rest)] == ["model-0", "model-1", "model-2"], (page, rest))
    (best,) = client.search_logged_models(filter_string="metrics.m > 0.4 AND params.n = '0'", **asked)
    require(best.model_id == first, best)
    client.delete_logged_model(made[1].model_id)
    require(
        code_of(lambda: client.get_logged_model(made[1].model_id)) == "RESOURCE_DOES_NOT_EXIST", "deleted"
    )


def traces() -> None:
    """Spans in spans, found by tags and in pages, tagged and deleted."""
    if not is_at_least(2, 21):
        return
    client, experiment = MlflowClient(), new_experiment()
    mlflow.set_experiment(experiment_id=experiment)
    for number in range(3):
        with mlflow.start_span("outer") as span:
            span.set_inputs({"n": number})
            with mlflow.start_span("inner") as inner:
                inner.set_outputs([number])
            mlflow.update_current_trace(tags={"n": str(number)})
    mlflow.flush_trace_async_logging()
    where = (
        "locations" if "locations" in inspect.signature(client.search_traces).parameters else "experiment_ids"
    )
    asked: dict[str, Any] = {where: [experiment], "order_by": ["timestamp_ms ASC"]}
    page = client.search_traces(max_results=2, **asked)
    rest = client.search_traces(max_results=2, page_token=page.token, **asked)
    inputs = [each.data.spans[0].inputs for each in (*page, *rest)]
    require(inputs == [{"n": n} for n in range(3)], inputs)
    (one,) = client.search_traces(filter_string="tags.n = '1'", **asked)
    trace_id = getattr(one.info, "trace_id", None) or one.info.request_id
    client.set_trace_tag(trace_id, "said", "later")
    again = client.get_trace(trace_id)
    require([each.name for each in again.data.spans] == ["outer", "inner"], again.data.spans)
    require(again.info.tags["said"] == "later", again.info.tags)
    client.delete_trace_tag(trace_id, "said")
    ids = "trace_ids" if "trace_ids" in inspect.signature(client.delete_traces).parameters else "request_ids"
    deleted: dict[str, Any] = {ids: [trace_id]}
    require(client.delete_traces(experiment, **deleted) == 1, "deleted")
    require(len(client.search_traces(**asked)) == 2, "without the deleted one")


def assessments() -> None:
    """Since MLflow 3.2: what people and judges say of a trace."""
    if not is_at_least(3, 2):
        return
    mlflow.set_experiment(experiment_id=new_experiment())
    with mlflow.start_span("asked") as span:
        span.set_outputs("an answer")
    mlflow.flush_trace_async_logging()
    said = mlflow.log_feedback(trace_id=span.trace_id, name="good", value=True, rationale="it is")
    mlflow.log_expectation(trace_id=span.trace_id, name="wanted", value="another answer")
    found: Any = mlflow.get_assessment(span.trace_id, str(said.assessment_id))
    require((found.name, found.feedback.value, found.rationale) == ("good", True, "it is"), found)
    trace = MlflowClient().get_trace(span.trace_id)
    require({each.name for each in trace.info.assessments} == {"good", "wanted"}, trace.info.assessments)
    mlflow.delete_assessment(span.trace_id, str(said.assessment_id))
    trace = MlflowClient().get_trace(span.trace_id)
    require([each.name for each in trace.info.assessments] == ["wanted"], trace.info.assessments)


def a_model_with_large_code() -> None:
    """`log_model` with folders of code, by the run and by its own URI."""
    with tempfile.TemporaryDirectory() as folder, multiplier(3.0) as model:
        code = Path(folder) / "package" / "inner"
        code.mkdir(parents=True)
        (code / "__init__.py").write_text("X = 1\n" * 100_000)
        more = {**model, "code_paths": [*model["code_paths"], str(code.parent)]}  # type: ignore[misc]
        named = {"name": "model"} if is_at_least(3) else {"artifact_path": "model"}
        with mlflow.start_run(experiment_id=new_experiment()):
            logged = mlflow.pyfunc.log_model(**named, **more)
    with tempfile.TemporaryDirectory() as folder:
        mlflow.artifacts.download_artifacts(logged.model_uri, dst_path=folder)
        (found,) = Path(folder).rglob("inner/__init__.py")
        require(found.stat().st_size == 600_000, found)
    refused("", lambda: mlflow.pyfunc.load_model(f"{logged.model_uri}-not-there"))


STEPS = (logged_models, traces, assessments, a_model_with_large_code)

if __name__ == "__main__":
    mlflow.set_tracking_uri("databricks")
    for step in STEPS:
        step()
        sys.stdout.write(f"{mlflow.__version__} {step.__name__}: ok\n")
