"""The page of a job run, and the list of runs."""

from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from local_workspace.api.pages.layout import MOST_ROWS, Link, Page, Table, Text, moment, number, page_route
from local_workspace.errors import ResourceDoesNotExist
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.runs import Runs
from local_workspace.runs.wanted import Wanted

COLUMNS = ("Run", "Name", "State", "Cluster", "Start", "End")
MOST_CHARACTERS = 200_000


def run_pages(runs: Runs) -> list[Route]:
    """`/jobs/runs` and `/jobs/<job id>/runs/<run id>`, of whole runs and of task runs."""
    return [
        page_route("/jobs/runs", lambda: _list(runs)),
        page_route("/jobs/{job_id}/runs/{run_id}", lambda job_id, run_id: _run(runs, job_id, run_id)),
    ]


def run_rows(runs: list[dict[str, Any]]) -> list[tuple[str | Link, ...]]:
    """One row for each run, under `COLUMNS`."""
    return [
        (
            Link(str(run["run_id"]), address(run)),
            run["run_name"],
            state(run),
            _cluster(run["tasks"][0]),
            moment(run["start_time"]),
            moment(run["end_time"]),
        )
        for run in runs
    ]


def address(run: dict[str, Any]) -> str:
    """The path of a run's page."""
    return f"/jobs/{run['job_id']}/runs/{run['run_id']}"


def state(run: dict[str, Any]) -> str:
    """Result and life cycle state, or the life cycle state of a run that goes on."""
    said = run["state"]
    life_cycle: str = said["life_cycle_state"]
    return f"{said['result_state']} ({life_cycle})" if "result_state" in said else life_cycle


def _list(runs: Runs) -> Page:
    newest, _ = runs.newest(Wanted(), 0, MOST_ROWS)
    table = Table(f"The newest {MOST_ROWS}", COLUMNS, run_rows(newest))
    return Page("Job runs", sections=(table,), changing=any(map(_goes_on, newest)))


def _run(runs: Runs, job_id: str, run_id: str) -> Page:
    run = runs.get(number(run_id))
    if str(run["job_id"]) != job_id:
        raise ResourceDoesNotExist(f"Run {run_id} does not belong to job {job_id}.")
    tasks = run.get("tasks", [])
    if len(tasks) > 1:
        return Page(_title(run), _facts(run), (_tasks(run, tasks),), _goes_on(run))
    if iterations := run.get("iterations"):
        return Page(_title(run), _facts(run), (_tasks(run, iterations),), _goes_on(run))
    task = tasks[0] if tasks else run["task"] | {"cluster_instance": run["cluster_instance"]}
    shown = TaskSpec.model_validate({"task_key": ""} | task).kind().shown()
    facts = (("Task", task.get("task_key", run["run_name"])), ("Cluster", _cluster(task)), *shown.facts)
    task_run_id = task.get("run_id", run["run_id"])
    output = [*_output(runs.output(task_run_id)), *cell_texts(runs.cells(task_run_id))]
    texts = [Text(heading, text) for heading, text in shown.texts]
    return Page(_title(run), (*_facts(run), *facts), (*output, *texts), _goes_on(run))


def _title(run: dict[str, Any]) -> str:
    return f"Run {run['run_id']}: {run['run_name']}"


def _facts(run: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    message = run["state"]["state_message"]
    return (
        ("State", state(run)),
        *([("Message", message)] if message else []),
        ("Start", moment(run["start_time"])),
        ("End", moment(run["end_time"])),
        ("Execution", f"{run['execution_duration'] / 1000:.1f} s"),
    )


def _tasks(run: dict[str, Any], tasks: list[dict[str, Any]]) -> Table:
    rows: list[tuple[str | Link, ...]] = [
        (
            Link(task["task_key"], address(task | {"job_id": run["job_id"]})),
            state(task),
            _cluster(task),
            moment(task["start_time"]),
            moment(task["end_time"]),
        )
        for task in tasks
    ]
    return Table("Tasks", ("Task", "State", "Cluster", "Start", "End"), rows)


def _output(output: dict[str, Any]) -> list[Text]:
    logs = output.get("logs", "")
    is_shortened = output.get("logs_truncated") or len(logs) > MOST_CHARACTERS
    heading = f"Output (its first {MOST_CHARACTERS} characters)" if is_shortened else "Output"
    texts = [Text("Error", output.get("error") or ""), Text("Traceback", output.get("error_trace") or "")]
    said = [text for text in texts if text.text]
    return [*said, Text(heading, logs[:MOST_CHARACTERS])] if "logs" in output else said


def cell_texts(cells: list[dict[str, str]]) -> list[Text]:
    """A notebook's cells, each followed by what it has shown."""
    texts = []
    for place, cell in enumerate(cells, 1):
        texts.append(Text(f"Cell {place}", cell["source"]))
        if cell["output"]:
            texts.append(Text(f"Output of cell {place}", cell["output"][:MOST_CHARACTERS]))
    return texts


def _cluster(task: dict[str, Any]) -> Link | str:
    cluster_id = task["cluster_instance"]["cluster_id"]
    if not cluster_id:
        return "\N{EN DASH}"
    return Link(cluster_id, f"/compute/clusters/{quote(cluster_id, safe='')}")


def _goes_on(run: dict[str, Any]) -> bool:
    return "result_state" not in run["state"]
