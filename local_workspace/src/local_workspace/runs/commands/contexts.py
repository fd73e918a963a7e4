"""Every execution context of the workspace: https://docs.databricks.com/api/azure/workspace/commandexecution"""

import threading
import time
import uuid

from local_workspace.errors import CommandRefused
from local_workspace.runs.commands.context import Command, Context
from local_workspace.runs.task_runs.task_run import Services
from local_workspace.store import Store

LANGUAGES = ("python", "sql")
MOST_ON_CLUSTER = 150


class Contexts:
    """Contexts by id; safe to use from every thread. They end with the server."""

    def __init__(self, services: Services, store: Store) -> None:
        self._services = services
        self._store = store
        self._contexts: dict[str, Context] = {}
        self._lock = threading.Lock()

    def create(self, cluster_id: str, language: str) -> str:
        """Begin a context on a cluster, which must be RUNNING; its id."""
        if language not in LANGUAGES:
            raise CommandRefused(
                f"Language {language!r} is not offered by this workspace: use python or sql."
            )
        state, _ = self._services.clusters.state_of(cluster_id)
        if state == "PENDING":  # a word at which clients try again
            raise CommandRefused(f"ClusterNotReadyException: Cluster {cluster_id} is starting")
        if state != "RUNNING":
            raise CommandRefused(f"Cluster {cluster_id} does not exist or is not running")
        with self._lock:
            there = [each for each in self._contexts.values() if each.cluster_id == cluster_id]
            if len(there) >= MOST_ON_CLUSTER:
                raise CommandRefused(
                    f"Too many execution contexts are open right now. (Limit set to {MOST_ON_CLUSTER})"
                )
            number = self._store.next_number("run")
            context = self._contexts[str(number)] = Context(number, cluster_id, language, self._services)
        context.start()
        return context.id

    def get(self, cluster_id: str, context_id: str) -> Context:
        """A context. Raises `CommandRefused` if there is none on this cluster."""
        if not context_id:
            raise CommandRefused("requirement failed: missing contextId")
        context = self._contexts.get(context_id)
        if context is None or context.cluster_id != cluster_id:
            raise CommandRefused("ContextNotFoundException")
        return context

    def destroy(self, cluster_id: str, context_id: str) -> None:
        """End a context."""
        context = self.get(cluster_id, context_id)
        with self._lock:
            self._contexts.pop(context_id, None)
        context.end()

    def execute(self, cluster_id: str, context_id: str, language: str, source: str) -> str:
        """Give a context a command; its id."""
        context = self.get(cluster_id, context_id)
        if language not in LANGUAGES:
            raise CommandRefused(
                f"Language {language!r} is not offered by this workspace: use python or sql."
            )
        command = Command(uuid.uuid4().hex, source, language)
        context.execute(command)
        return command.id

    def command(self, cluster_id: str, context_id: str, command_id: str) -> Command:
        """A command. Raises `CommandRefused` if there is none."""
        command = self.get(cluster_id, context_id).commands.get(command_id)
        if command is None:
            raise CommandRefused("CommandNotFoundException")
        return command

    def cancel(self, cluster_id: str, context_id: str, command_id: str) -> None:
        """End a command that has not ended."""
        command = self.command(cluster_id, context_id, command_id)
        self.get(cluster_id, context_id).cancel(command)

    def stop(self, deadline: float) -> None:
        """End every context, and wait until `deadline` (of `time.monotonic`)."""
        with self._lock:
            contexts, self._contexts = list(self._contexts.values()), {}
        for context in contexts:
            context.end()
        for context in contexts:
            context.join(max(0.0, deadline - time.monotonic()))
