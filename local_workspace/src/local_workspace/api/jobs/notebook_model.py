"""An exported notebook's cells as data, in the page that shows them: clients read the outputs from there."""

import base64
import json
from typing import Any
from urllib.parse import quote


def with_model(page: str, name: str, cells: list[dict[str, str]]) -> str:
    """The page with its `__DATABRICKS_NOTEBOOK_MODEL`: JSON, quoted as in a URL, in base64."""
    commands = [_command(number, cell) for number, cell in enumerate(cells, 1)]
    model = {"version": "NotebookV1", "name": name, "language": "python", "commands": commands}
    encoded = base64.b64encode(quote(json.dumps(model)).encode()).decode()
    script = f"<script>var __DATABRICKS_NOTEBOOK_MODEL = '{encoded}';</script>"
    before, end, after = page.rpartition("</body>")
    return f"{before}{script}\n{end}{after}" if end else f"{page}{script}\n"


def _command(number: int, cell: dict[str, str]) -> dict[str, Any]:
    shown = [{"type": "ansi", "data": cell["output"]}] if cell["output"] else []
    return {
        "version": "CommandV1",
        "position": float(number),
        "command": cell["source"],
        "state": "finished",
        "results": {"type": "listResults", "data": shown},
    }
