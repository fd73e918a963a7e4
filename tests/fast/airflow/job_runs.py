"""A workspace's answers on job runs."""

from typing import Any

SUBMIT = "POST /api/2.2/jobs/runs/submit"
GET = "GET /api/2.2/jobs/runs/get"


def run(run_id: int, life_cycle: str, result: str | None = None, **fields: Any) -> dict[str, Any]:
    state = {"life_cycle_state": life_cycle, "state_message": "the message"}
    state |= {"result_state": result} if result else {}
    task = {"run_id": run_id + 1000, "task_key": "train", "state": state}
    return {"run_id": run_id, "state": state, "tasks": [task], "run_page_url": f"http://w/{run_id}", **fields}
