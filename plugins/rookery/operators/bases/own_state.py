"""What a task leaves for others to know its end by, and what Airflow says of it while it runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseXCom

from rookery.exceptions import TaskStopped
from rookery_jobs.contract import Decision

if TYPE_CHECKING:
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

    from rookery.workspace.leases import Owner

ASKED = "asked"
"""The XCom of a task that may have asked for something that costs money: the number of its try."""

SKIPPED_BECAUSE = "skipped_because"
"""The XCom of a task that has skipped itself: why."""

SERVED_AGAIN = "served_again"
"""The XCom of `resolve_plan` in a run that trains nothing: the RegisteredVersion that it serves again."""

DECISION = "decision"
"""The XCom of `register_model`: the Decision about its version."""

NOT_COMPARED = Decision(promoted=True, why="it is compared with no version")

# The states of a task that has a try running or to come.
_GOES_ON = ("scheduled", "queued", "running", "up_for_retry", "up_for_reschedule", "deferred")


def begin_to_ask(instance: RuntimeTaskInstanceProtocol) -> None:
    """Leave word that something may be asked for from now on.

    Together with `require_wanted` just before the request this is safe: a mark that comes before that is
    seen, and who cleans up after a mark that comes later sees the word.
    """
    instance.xcom_push(key=ASKED, value=instance.try_number)


def require_wanted(instance: RuntimeTaskInstanceProtocol) -> None:
    """Raise TaskStopped unless Airflow still wants this try of the task: its run was marked or deleted, or
    another try has taken its place. Airflow ends the process of such a task only at its next heartbeat."""
    state = _state(instance)
    if state != "running":
        raise TaskStopped(f"Airflow has the task {state or 'no more'}: it asks for nothing further")
    if left_by(instance, instance.task_id, ASKED) != instance.try_number:
        raise TaskStopped("another try of the task runs: this one asks for nothing further")


def may_have_asked(instance: RuntimeTaskInstanceProtocol, task_id: str) -> bool:
    """Whether a task of the run may have asked for something."""
    return left_by(instance, task_id, ASKED) is not None


def left_by(instance: RuntimeTaskInstanceProtocol, task_id: str, key: str = BaseXCom.XCOM_RETURN_KEY) -> Any:
    """What a task of the run has left under a key, or None. It is not mapped."""
    return instance.xcom_pull(task_ids=task_id, key=key, map_indexes=-1)


def decision_of(instance: RuntimeTaskInstanceProtocol) -> Decision:
    """What was decided about the run's version; one about which nothing was is promoted."""
    left = left_by(instance, "register_model", DECISION)
    return Decision.from_json(json.dumps(left)) if left else NOT_COMPARED


def another_try_goes_on(instance: RuntimeTaskInstanceProtocol) -> bool:
    """Whether another try of this task, which is being stopped, runs or is to come. Airflow that cannot say
    is taken for one that has lost sight of the task, and will try it again."""
    try:
        return _state(instance) in _GOES_ON
    except Exception:
        return True


def is_over(instance: RuntimeTaskInstanceProtocol, owner: Owner) -> bool:
    """Whether a DAG run of this Airflow has ended, or is gone."""
    live = instance.get_dr_count(dag_id=owner.dag_id, run_ids=[owner.run_id], states=["queued", "running"])
    return live == 0


def _state(instance: Any) -> str | None:
    states = instance.get_task_states(
        dag_id=instance.dag_id,
        task_ids=[instance.task_id],
        run_ids=[instance.run_id],
        map_index=instance.map_index if instance.map_index is not None else -1,
    )
    state = next(iter(states.get(instance.run_id, {}).values()), None)
    return None if state is None else str(state)
