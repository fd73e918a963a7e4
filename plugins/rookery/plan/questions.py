"""What a plan asks of a workspace before anything is created."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rookery.workspace.endpoints.states import endpoint_fact
from rookery.workspace.experiments import experiment_fact
from rookery.workspace.questions import Question
from rookery.workspace.registered_models import newest_version_fact, registration_fact
from rookery.workspace.runtimes import node_type_fact, runtime_fact
from rookery.workspace.storage import folder_fact

if TYPE_CHECKING:
    from rookery.plan.compute import Compute
    from rookery.plan.scoring import BatchScoring
    from rookery.plan.training import TrainingPlan
    from rookery.workspace.run_names import RunNames


def training_questions(plan: TrainingPlan, names: RunNames) -> Iterator[Question]:
    """About everything that a training plan names."""
    model, endpoint = plan.registry.registered_model_name, plan.endpoint.name
    yield from cluster_questions(plan.compute)
    yield from plan.source.questions()
    yield Question("experiment", ("dag_id",), partial(experiment_fact, names.experiment_path))
    yield Question("data root", ("data_root",), partial(folder_fact, plan.data_root))
    yield Question(
        "registry",
        ("registry", "registered_model_name"),
        partial(registration_fact, model, names.user_name),
    )
    if plan.deploy:
        fact = partial(endpoint_fact, endpoint, names.dag_id, names.installation)
        yield Question("endpoint", ("endpoint", "name"), fact)


def scoring_questions(plan: BatchScoring) -> Iterator[Question]:
    """About everything that a scoring plan names."""
    yield from cluster_questions(plan.compute)
    for field in ("data_root", "input_path", "output_path"):
        yield Question(field.replace("_", " "), (field,), partial(folder_fact, getattr(plan, field)))
    model = plan.registered_model_name
    yield Question("registered model", ("registered_model_name",), partial(newest_version_fact, model))


def cluster_questions(compute: Compute) -> Iterator[Question]:
    """About the cluster that a plan asks for."""
    yield Question("node type", ("compute", "node_type_id"), partial(node_type_fact, compute.node_type_id))
    yield Question("runtime", ("compute", "spark_version"), partial(runtime_fact, compute.spark_version))
