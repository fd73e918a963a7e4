"""An operator executed as Airflow executes it: worker, triggerer and XCom, in this process."""

import asyncio
import importlib
import os
import tempfile
from dataclasses import dataclass, field
from typing import Any

from tests.wire.running_workspace import RunningWorkspace

# Airflow makes its home and reads its configuration when it is imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))


def connection(workspace: RunningWorkspace) -> dict[str, Any]:
    """The Airflow connection that a user of the workspace declares."""
    return {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": workspace.port,
        "schema": "http",
        "password": workspace.token,
    }


class TaskInstance:
    """Keeps what an operator pushes, as the real one does in the metadata database."""

    dag_id, task_id, run_id, try_number, map_index = "provider", "task", "manual", 1, -1

    def __init__(self, returned: dict[str, Any] | None = None) -> None:
        self.pushed: dict[str, Any] = {}
        self.stats_tags: dict[str, str] = {}
        self._returned = returned or {}

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep a value."""
        self.pushed[key] = value

    def xcom_pull(self, task_ids: str, **_: Any) -> Any:
        """What another task has returned."""
        return self._returned[task_ids]


class TaskStateStore(dict[str, Any]):
    """What a task keeps for its next try."""

    def set(self, key: str, value: Any) -> None:
        """Keep a value."""
        self[key] = value


@dataclass
class Try:
    """One try of a task. `deferrals` are the triggers that it waited for."""

    instance: TaskInstance = field(default_factory=TaskInstance)
    store: TaskStateStore = field(default_factory=TaskStateStore)
    params: dict[str, Any] = field(default_factory=dict)
    deferrals: list[Any] = field(default_factory=list)

    def execute(self, operator: Any) -> Any:
        """Run it to its end; what it returns. A deferred one goes on with the event of its trigger."""
        from airflow.sdk.exceptions import TaskDeferred

        context = {"ti": self.instance, "task_state_store": self.store, "params": self.params}
        method = operator.execute
        arguments: dict[str, Any] = {}
        while True:
            try:
                return method(context, **arguments)
            except TaskDeferred as deferred:
                self.deferrals.append(deferred.trigger)
                method = getattr(operator, deferred.method_name)
                arguments = (deferred.kwargs or {}) | {"event": event_of(deferred.trigger)}

    @property
    def run_id(self) -> int:
        """The id of the Databricks run that it has pushed."""
        return int(self.instance.pushed["run_id"])


def event_of(trigger: Any) -> Any:
    """The payload of a trigger's first event, in a trigger made anew from what is kept of it."""
    path, arguments = trigger.serialize()
    module, name = path.rsplit(".", 1)
    anew = getattr(importlib.import_module(module), name)(**arguments)

    async def first() -> Any:
        return (await anext(anew.run())).payload

    return asyncio.run(first())


def executed(operator: Any, **options: Any) -> Try:
    """A first try of the operator, once it has ended well."""
    attempt = Try(**options)
    attempt.execute(operator)
    return attempt
