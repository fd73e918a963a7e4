"""A root of a process' own, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local_workspace.processes import private_root

SCRIPT = """
import json, os, subprocess, sys
from pathlib import Path
from local_workspace.processes.private_root import NoPrivateRoot, enter
try:
    enter(Path(sys.argv[1]), {"/dbfs": sys.argv[2]})
except NoPrivateRoot as error:
    sys.exit(f"NoPrivateRoot: {error}")
Path("/dbfs/lab").mkdir()
Path("/dbfs/lab/a.txt").write_text("by open")
subprocess.run("echo by the shell > /dbfs/lab/b.txt && mkdir -p /rookery-model/x", shell=True, check=True)
made = os.path.isdir("/rookery-model/x")
print(json.dumps([os.getcwd(), os.getuid(), sorted(os.listdir("/dbfs/lab")), made]))
"""


def test_dbfs_is_there_for_open_and_the_shell_and_the_machines_root_stays_as_it_is(tmp_path: Path) -> None:
    dbfs = tmp_path / "dbfs"
    dbfs.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "root"), str(dbfs)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if "NoPrivateRoot: " in ran.stderr:
        pytest.skip(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [str(tmp_path), os.getuid(), ["a.txt", "b.txt"], True]
    assert (dbfs / "lab/a.txt").read_text() == "by open"
    assert (dbfs / "lab/b.txt").read_text() == "by the shell\n"
    assert (tmp_path / "root/rookery-model/x").is_dir()
    assert not Path("/rookery-model").exists()


def test_a_system_without_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(private_root.NoPrivateRoot, match="only Linux"):
        private_root.enter(tmp_path, {})


def test_a_command_is_executed_in_it_or_without_it(tmp_path: Path) -> None:
    mounts = json.dumps({"/dbfs": str(tmp_path)})
    command = [sys.executable, "-I", "-S", private_root.__file__, str(tmp_path / "root"), mounts]
    said = subprocess.run([*command, "/bin/echo", "done"], capture_output=True, text=True, check=True).stdout
    assert said == "done\n"
