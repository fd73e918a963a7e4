"""What a plan asks of a workspace before anything is created."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rookery.workspace.compute.offered import existing_cluster_fact, policy_fact, pool_fact
from rookery.workspace.endpoints.states import endpoint_fact
from rookery.workspace.experiments import experiment_fact
from rookery.workspace.folders import folder_fact
from rookery.workspace.questions import Question
from rookery.workspace.registered_models import newest_version_fact, registration_fact
from rookery.workspace.runtimes import node_type_fact, runtime_fact

if TYPE_CHECKING:
    from rookery.plan.compute import Compute
    from rookery.plan.scoring import BatchScoring
    from rookery.plan.training import TrainingPlan
    from rookery.workspace.run_names import RunNames


def training_questions(plan: TrainingPlan, names: RunNames) -> Iterator[Question]:
    """About everything that a training plan names."""
    model, endpoint = plan.registry.registered_model_name, plan.endpoint.name
    yield from cluster_questions(plan.compute, names.user_name)
    yield from plan.source.questions()
    yield Question("experiment", ("dag_id",), partial(experiment_fact, names.experiment_path))
    yield Question("data root", ("data_root",), partial(folder_fact, plan.data_root, writer=names.user_name))
    yield Question(
        "registry",
        ("registry", "registered_model_name"),
        partial(registration_fact, model, names.user_name),
    )
    if plan.deploy:
        fact = partial(endpoint_fact, endpoint, names.dag_id, names.installation)
        yield Question("endpoint", ("endpoint", "name"), fact)


def scoring_questions(plan: BatchScoring, user_name: str) -> Iterator[Question]:
    """About everything that a scoring plan names."""
    yield from cluster_questions(plan.compute, user_name)
    yield from scored_questions(plan, user_name)


def scored_questions(plan: BatchScoring, user_name: str) -> Iterator[Question]:
    """About the folders and the model of a scoring plan."""
    for field in ("data_root", "input_path", "output_path"):
        writer = None if field == "input_path" else user_name
        fact = partial(folder_fact, getattr(plan, field), writer=writer)
        yield Question(field.replace("_", " "), (field,), fact)
    model = plan.registered_model_name
    yield Question("registered model", ("registered_model_name",), partial(newest_version_fact, model))


def cluster_questions(compute: Compute, user_name: str) -> Iterator[Question]:
    """About the cluster that a plan asks for, or the one that this user's runs are to use."""
    if compute.existing_cluster_id:
        fact = partial(existing_cluster_fact, compute.existing_cluster_id, user_name)
        yield Question("existing cluster", ("compute", "existing_cluster_id"), fact)
        return
    if compute.instance_pool_id:
        fact = partial(pool_fact, compute.instance_pool_id)
        yield Question("pool", ("compute", "instance_pool_id"), fact)
    else:
        fact = partial(node_type_fact, compute.node_type_id)
        yield Question("node type", ("compute", "node_type_id"), fact)
    if compute.policy_id:
        yield Question("policy", ("compute", "policy_id"), partial(policy_fact, compute.policy_id))
    yield Question("runtime", ("compute", "spark_version"), partial(runtime_fact, compute.spark_version))
