"""A cluster's workers: how many executors this machine can run for them, and how much of it each gets.

A worker is one executor process, as on Databricks. There are as many as were asked for while each can have a
core of its own and their heaps fit into half of the memory.
"""

import os
from dataclasses import dataclass

import psutil

from local_workspace.clusters.node_types import node_type
from local_workspace.clusters.spec import ClusterSpec

EXECUTOR_MEMORY = "spark.executor.memory"
DEFAULT_EXECUTOR_MEMORY = "1g"
_KILOBYTES = {"k": 1, "m": 1 << 10, "g": 1 << 20}


@dataclass(frozen=True)
class Machine:
    """What there is to share out: cores, and memory in MiB."""

    cores: int
    memory_mb: int


@dataclass(frozen=True)
class Workers:
    """Executors of one size: how many, the cores of each, the heap of each in MiB."""

    executors: int
    cores: int
    memory_mb: int

    @property
    def master(self) -> str:
        """Spark's own name of a cluster of processes on one machine."""
        return f"local-cluster[{self.executors},{self.cores},{self.memory_mb}]"


def this_machine() -> Machine:
    """The machine that the server runs on."""
    return Machine(os.cpu_count() or 1, psutil.virtual_memory().total >> 20)


def workers_of(spec: ClusterSpec, machine: Machine) -> Workers | None:
    """The executors of a cluster; None for a single node, whose driver runs every task itself."""
    if not spec.first_workers:
        return None
    memory_mb = max(1, _megabytes(spec.spark_conf.get(EXECUTOR_MEMORY, DEFAULT_EXECUTOR_MEMORY)))
    most = max(1, min(machine.cores, machine.memory_mb // 2 // memory_mb))
    executors = min(spec.first_workers, most)
    cores = min(node_type(spec.node_type_id).num_cores, max(1, machine.cores // executors))
    return Workers(executors, cores, memory_mb)


def in_words(spec: ClusterSpec, workers: Workers | None) -> str:
    """What is true of the workers here and not on Databricks; "" if there are none."""
    if workers is None:
        return ""
    size = f"{workers.cores} {'core' if workers.cores == 1 else 'cores'} and {workers.memory_mb} MiB each"
    said = f"{workers.executors} of {spec.first_workers} workers run, as executors with {size}"
    if workers.executors < spec.first_workers:
        said += ": this machine has no room for more"
    return f"{said}. It stays at min_workers." if spec.autoscale else f"{said}."


def _megabytes(size: str) -> int:
    """512m → 512, 2g → 2048."""
    return int(size[:-1]) * _KILOBYTES[size[-1].lower()] >> 10
