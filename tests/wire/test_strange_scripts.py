"""Scripts that leave their process in a strange state: what became of them is told all the same."""

import psutil
import pytest

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import (
    active_spark_jobs,
    finished,
    output,
    printed,
    shared_cluster,
    state,
    submit,
)


@pytest.mark.parametrize(
    "source",
    [
        "import sys; print('done', flush=True); sys.stdout.close()",
        "import os, sys; print('done', flush=True); os.close(1); os.close(2)",
        "import sys; print('done'); sys.stdout.flush(); sys.stdout = sys.stderr = None",
    ],
)
def test_a_script_that_closes_its_output_has_succeeded(workspace: RunningWorkspace, source: str) -> None:
    assert printed(workspace, source).startswith("done")


def test_an_error_is_told_though_the_script_closed_its_output(workspace: RunningWorkspace) -> None:
    source = "import sys; sys.stderr.close(); raise ValueError('told')"
    assert output(workspace, submit(workspace, source)).error == "ValueError: told"


def test_an_error_that_is_no_unicode_text_can_be_read(workspace: RunningWorkspace) -> None:
    result = output(workspace, submit(workspace, r"raise ValueError('half \ud800 a pair')"))
    assert result.error == "ValueError: half ? a pair"


def test_a_script_that_a_nameless_signal_ends_leaves_no_spark_job(workspace: RunningWorkspace) -> None:
    source = """
import os, threading
job = lambda: sc.parallelize(range(2), 2).map(lambda _: __import__("time").sleep(600)).count()
threading.Thread(target=job, daemon=True).start()
while not sc.statusTracker().getActiveJobsIds():
    pass
os.kill(os.getpid(), 40)
"""
    run_id = submit(workspace, source)
    assert state(finished(workspace, run_id)) == ("INTERNAL_ERROR", "FAILED")
    assert "ended by signal 40 before its script did" in (output(workspace, run_id).error or "")
    until(lambda: not active_spark_jobs(workspace, shared_cluster(workspace)), "no active Spark job")


def test_what_a_script_started_in_another_session_ends_with_its_run(workspace: RunningWorkspace) -> None:
    source = """
import subprocess
print(subprocess.Popen(["sleep", "600"], start_new_session=True, stdout=subprocess.DEVNULL).pid)
"""
    left = int(printed(workspace, source))
    assert not psutil.pid_exists(left) or psutil.Process(left).status() == psutil.STATUS_ZOMBIE
