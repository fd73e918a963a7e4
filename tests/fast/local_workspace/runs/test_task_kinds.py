"""What every kind of task must do: a new kind gets a case here, and passes all of this."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import local_workspace
from local_workspace.errors import InvalidParameterValue
from local_workspace.files.local_files import LocalFiles
from local_workspace.files.workspace import FILE, NOTEBOOK, WorkspaceFiles
from local_workspace.runs.document import task_run
from local_workspace.runs.records import RunRecords
from local_workspace.runs.requests.submit import SubmitRun
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.tasks.kinds import KINDS
from local_workspace.runs.tasks.task import RunContext, Task
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.manual_clock import ManualClock


@dataclass(frozen=True)
class Case:
    """A kind's fields as a client sends them, what it refuses, and the file that it needs."""

    accepted: dict[str, Any]
    refused: list[dict[str, Any]]
    names: str
    needs: str = ""  # NOTEBOOK or FILE, what must be at the path that it names; "": nothing


CASES = {
    "spark_python_task": Case(
        accepted={
            "python_file": "/Workspace/Shared/a.py",
            "parameters": [1, "run {{job.run_id}} of {{unknown}}"],
        },
        refused=[
            {"python_file": "relative.py"},
            {"python_file": "/Workspace/a.py", "source": "GIT"},
            {"python_file": "/Workspace/a.py", "parameters": ["x" * 10_000]},
            {"python_file": "/Workspace/a.py", "parameters": ["{{job.naem}}"]},
        ],
        names="/Workspace/Shared/a.py",
        needs=FILE,
    ),
    "notebook_task": Case(
        accepted={
            "notebook_path": "/Shared/a",
            "base_parameters": {"n": 1, "run": "run {{job.run_id}} of {{unknown}}"},
        },
        refused=[
            {"notebook_path": "relative"},
            {"notebook_path": "/a", "source": "GIT"},
            {"notebook_path": "/a", "base_parameters": {"x": "x" * 10_000}},
            {"notebook_path": "/a", "base_parameters": {"x": "{{job.naem}}"}},
        ],
        names="/Shared/a",
        needs=NOTEBOOK,
    ),
    "python_wheel_task": Case(
        accepted={
            "package_name": "penguins",
            "entry_point": "main",
            "parameters": ["run {{job.run_id}} of {{unknown}}"],
        },
        refused=[
            {"package_name": "p", "entry_point": "m", "parameters": ["a"], "named_parameters": {"b": "c"}},
            {"package_name": "p", "entry_point": "m", "parameters": ["x" * 10_000]},
            {"package_name": "p", "entry_point": "m", "parameters": ["{{job.naem}}"]},
        ],
        names="penguins",
    ),
}


def task_in(fields: dict[str, Any]) -> Task:
    """What a task runs, from its fields."""
    task = TaskSpec.model_validate(fields).kind()
    assert isinstance(task, Task)
    return task


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(KINDS)


def test_no_other_module_names_a_kind() -> None:
    package = Path(local_workspace.__file__).parent
    # `dbutils.notebook.run` is a client of the API.
    own = {package / "runs/tasks/kinds.py", package / "dbutils/notebook.py"}
    own |= {package / _module(kind) for kind in KINDS}
    naming = [
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if file not in own and any(kind in file.read_text() for kind in KINDS)
    ]
    assert naming == []


def _module(kind: str) -> str:
    return f"runs/tasks/{kind.removesuffix('_task')}.py"


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    """What holds for each."""

    @pytest.fixture
    def case(self, kind: str) -> Case:
        return CASES[kind]

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(tmp_path, 1, "dapi")

    @pytest.fixture
    def workspace(self, settings: Settings) -> WorkspaceFiles:
        store = Store(settings.database)
        return WorkspaceFiles(settings.workspace_files, store, ManualClock(), settings.user_name)

    @pytest.fixture
    def files(self, settings: Settings, workspace: WorkspaceFiles) -> LocalFiles:
        return LocalFiles(settings.dbfs, workspace)

    @pytest.fixture
    def records(self, settings: Settings) -> Iterator[RunRecords]:
        store = Store(settings.database)
        yield RunRecords(store, ManualClock())
        store.close()

    def request(self, kind: str, fields: dict[str, Any]) -> SubmitRun:
        """A run with this task."""
        task = {"task_key": "main", "existing_cluster_id": "c", kind: fields}
        return SubmitRun.model_validate({"tasks": [task]})

    def task(self, kind: str, case: Case) -> Task:
        """The case's accepted task."""
        return task_in({"task_key": "main", kind: case.accepted})

    def test_it_is_the_same_after_it_was_kept(self, kind: str, case: Case, records: RunRecords) -> None:
        request = self.request(kind, case.accepted)
        request.check()
        run_id, _ = records.add(request)
        (kept,) = records.tasks_of(records.run(run_id))
        assert task_in(kept["task"]) == self.task(kind, case)

    def test_a_task_run_shows_it_and_no_other(
        self, kind: str, case: Case, records: RunRecords, settings: Settings
    ) -> None:
        run_id, _ = records.add(self.request(kind, case.accepted))
        run, (kept,) = records.with_tasks(run_id)
        assert list(task_run(run, kept, [], settings)["task"]) == [kind]

    def test_what_it_refuses_is_refused_with_the_task(self, kind: str, case: Case) -> None:
        for fields in case.refused:
            with pytest.raises(InvalidParameterValue, match=r"^Task main: "):
                self.request(kind, fields).check()

    def test_it_tells_which_file_is_missing_until_it_is_there(
        self, kind: str, case: Case, files: LocalFiles, workspace: WorkspaceFiles
    ) -> None:
        task = self.task(kind, case)
        if case.needs:
            assert case.names in str(task.missing(files))
            self.put(case, workspace)
        assert task.missing(files) is None

    def put(self, case: Case, workspace: WorkspaceFiles) -> None:
        """What the case needs."""
        if case.needs:
            language = "PYTHON" if case.needs == NOTEBOOK else None
            workspace.write(case.names, b"", case.needs, language, overwrite=False)

    def test_it_runs_a_module_that_is_there_with_its_references_replaced(
        self, kind: str, case: Case, files: LocalFiles, workspace: WorkspaceFiles
    ) -> None:
        self.put(case, workspace)
        program = self.task(kind, case).program(RunContext(files, {"job.run_id": "7"}))
        assert callable(importlib.import_module(program.module).main)
        assert "result" not in program.request
        assert json.loads(text := json.dumps(program.request)) == program.request
        assert "run 7 of {{unknown}}" in text

    def test_a_page_says_what_it_runs(self, kind: str, case: Case) -> None:
        assert case.names in dict(self.task(kind, case).shown().facts).values()
