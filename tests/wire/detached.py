"""Processes that a job detaches as a daemon does: nothing ties them to the job but who started whom."""

import psutil

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import submit, until_it_prints

# `detach()`: a double fork, sessions of its own, an empty environment, another folder; the process' id.
_DETACH = '''
import subprocess, sys
DAEMON = """
import os, subprocess, sys
sleeping = [sys.executable, "-c", "import time; time.sleep(3600)"]
nothing = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
if not os.fork():
    os.setsid()
    print(subprocess.Popen(sleeping, env={}, cwd="/", start_new_session=True, **nothing).pid, flush=True)
    os._exit(0)
os.wait()
"""
def detach(_=None):
    return int(subprocess.check_output([sys.executable, "-c", DAEMON]))
'''
BY_SCRIPT = _DETACH + "print(detach(), flush=True)\n"
BY_WORKER = _DETACH + "print(*sc.parallelize([0], 1).map(detach).collect(), flush=True)\n"
BY_BOTH_AND_GO_ON = BY_SCRIPT + BY_WORKER + "print('detached', flush=True)\nimport time; time.sleep(3600)\n"


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def detaching_run(workspace: RunningWorkspace, cluster_id: str) -> tuple[int, list[int]]:
    """A run that goes on, and what it has detached: a process of its script, and one of a Spark worker."""
    run_id = submit(workspace, BY_BOTH_AND_GO_ON, cluster_id=cluster_id)
    said = until_it_prints(workspace, run_id, "detached")
    return run_id, [int(line) for line in said.split()[:2]]
