"""`python -m local_stack.pictures`: pictures of form and run for docs/images. See `make screenshots`."""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from local_stack.environments import PROJECT
from local_stack.pictures.browser import SIZE, AirflowPages, launch, log_in, save
from local_stack.pictures.chromium import NoChromiumError, chromium
from local_stack.runs.dag_run import DagRun, TriggerError, follow, wait_until_read
from local_stack.services.airflow_services import AirflowServices, airflow_services
from local_stack.services.processes import ServiceError
from local_stack.services.stopping import INTERRUPTED, stop_on_signals
from local_stack.services.workspace import Workspace, local_workspace

IMAGES = PROJECT / "docs" / "images"
DAG_ID = "penguin_predictor"
SECTION = "Grid of LogisticRegression"
# Not the plan's grid: what is trained must be what the form says.
CHANGED = {
    "LogisticRegression_maxIter": "5\n10\n20\n40",
    "LogisticRegression_regParam": "0.05\n0.1\n0.2",
}
FIRST_TASK = "LogisticRegression 1–4 of 12"  # noqa: RUF001 - the name that the task shows


def main() -> int:
    """Take all pictures; 1 if something that they should show is not there, 2 without a browser."""
    stop_on_signals()
    try:
        chromium()
        with tempfile.TemporaryDirectory(prefix="rookery-screenshots-") as folder, ExitStack() as stack:
            starting = stack.enter_context(
                local_workspace(Path(folder) / "workspace", Path(folder) / "workspace.log")
            )
            airflow = stack.enter_context(
                airflow_services(
                    Path(folder) / "airflow",
                    lambda: starting.ready().airflow_connection,
                    schedules=True,
                    triggerer=True,
                )
            )
            wait_until_read(airflow.api(), DAG_ID)
            browser = stack.enter_context(launch(stack.enter_context(sync_playwright())))
            Visit(browser, airflow, starting.ready()).take_pictures()
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 2
    except (ServiceError, TriggerError, TimeoutError, AssertionError, Error) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


class Visit:
    """A user's way through one run, pictured in both colour schemes."""

    def __init__(self, browser: Browser, airflow: AirflowServices, workspace: Workspace) -> None:
        self.browser = browser
        self.airflow = airflow
        self.workspace = workspace

    def take_pictures(self) -> None:
        """Fill in the form, start the run, wait for its end, look at it and follow its links."""
        IMAGES.mkdir(parents=True, exist_ok=True)
        pages = self._window("light")
        form = pages.fill_in_form(DAG_ID, SECTION, CHANGED)
        self._save(form, "form-light")
        run_id = pages.trigger(form)
        state = follow(DagRun(self.airflow.api(), DAG_ID, run_id))
        if state != "success":
            raise AssertionError(f"the run {run_id} ended as {state}")
        self._run(pages, run_id, "light")
        pages = self._window("dark")
        self._save(pages.fill_in_form(DAG_ID, SECTION, CHANGED), "form-dark")
        self._run(pages, run_id, "dark")

    def _window(self, scheme: str) -> AirflowPages:
        airflow, workspace = self.airflow, self.workspace
        return log_in(self.browser, (airflow.url, airflow.password), (workspace.url, workspace.token), scheme)

    def _run(self, pages: AirflowPages, run_id: str, scheme: str) -> None:
        pages.page.set_viewport_size(SIZE)
        tasks = f"dags/{DAG_ID}/runs/{run_id}/tasks"
        pages.open(f"{tasks}/train/mapped")
        pages.page.get_by_text(FIRST_TASK).first.wait_for()
        self._save(pages.page, f"grid-{scheme}")
        pages.open(f"{tasks}/train/mapped/0/details")
        pages.page.get_by_role("link", name="Databricks run").wait_for()
        self._save(pages.page, f"task-{scheme}")
        databricks_run = pages.follow("Databricks run")
        databricks_run.get_by_text("Output").first.wait_for()
        self._save(databricks_run, f"databricks-run-{scheme}")
        pages.open(f"{tasks}/register_model/details")
        self._save(_mlflow_run(pages.follow("MLflow run")), f"mlflow-run-{scheme}")

    def _save(self, what: object, name: str) -> None:
        file = IMAGES / f"{name}.png"
        save(what, file)
        print(f"{file.relative_to(PROJECT)}  {file.stat().st_size / 1000:.0f} kB", flush=True)


def _mlflow_run(page: Page) -> Page:
    """The MLflow run's page without the assistant that MLflow shows to new users."""
    page.get_by_text("Run ID").first.wait_for()
    assistant = page.get_by_text("MLflow Assistant")
    if assistant.count():
        page.get_by_role("button", name="Close").last.click()
    return page


if __name__ == "__main__":
    sys.exit(main())
