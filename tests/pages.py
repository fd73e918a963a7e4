"""What a page of the documentation has readers type."""

import re
import subprocess
from pathlib import Path

from local_stack.environments import PROJECT


def shell_blocks(page: str) -> list[str]:
    """The blocks of shell commands of a page in docs, in their order."""
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def typed(blocks: list[str], folder: Path) -> str:
    """What some blocks print that are typed into one shell in a folder; it ends at the first that fails."""
    script = "\n".join(["set -e", *blocks])
    command = ["/bin/bash", "-c", script]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
