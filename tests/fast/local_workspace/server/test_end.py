"""The end of the server, in a process of its own, since it ends every child of its process."""

import subprocess
import sys

SCRIPT = """
import subprocess, sys
from pathlib import Path
from local_workspace.server import server
from local_workspace.settings import Settings

class Workspace:
    closed = False
    def stop(self): raise RuntimeError("a driver that cannot be stopped")
    def close(self): self.closed = True

class Web:
    def stop_accepting(self): pass
    def join_if_started(self): pass

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
workspace = Workspace()
try:
    server.end(Settings(Path(), 1, "dapi"), workspace, Web())
except RuntimeError as error:
    print(error, workspace.closed, child.wait())
finally:
    child.kill()
"""


def test_no_process_is_left_when_the_workspace_cannot_be_stopped() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert ended.stdout == "a driver that cannot be stopped True -9\n", ended.stderr
