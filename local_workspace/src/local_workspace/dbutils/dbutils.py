"""The object `dbutils`: https://docs.databricks.com/dev-tools/databricks-utils"""

from typing import Any, NoReturn

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.fs import FileSystemUtils
from local_workspace.dbutils.library import LibraryUtils
from local_workspace.dbutils.notebook import NotebookUtils
from local_workspace.dbutils.secrets import SecretUtils
from local_workspace.dbutils.task_values import JobUtils
from local_workspace.dbutils.widgets import WidgetUtils


class DBUtils:
    """What of it there is here; the rest is refused in words."""

    def __init__(self, sc: Any, facts: RunFacts) -> None:
        self.fs = FileSystemUtils(sc)
        self.secrets = SecretUtils()
        self.widgets = WidgetUtils(facts.parameters)
        self.notebook = NotebookUtils(facts)
        self.jobs = JobUtils(facts)
        self.library = LibraryUtils(facts.libraries)

    def help(self) -> None:
        """Say what there is."""
        print("dbutils: fs, jobs, library, notebook, secrets, widgets")

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"dbutils.{name} is not offered by the local workspace.")
