"""Chromium, driven through Airflow's pages as a user would: log in, fill in the form, read, follow links."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Playwright

from local_stack.pictures.chromium import chromium, flags
from local_stack.services.airflow_home import USER

SIZE = {"width": 1440, "height": 900}
# So that an unfolded form is in the picture as a whole.
TALL = {"width": 1440, "height": 1400}
PATIENCE_SECONDS = 60
COLOURS = 128


def launch(playwright: Playwright) -> Browser:
    """The browser, without a window."""
    return playwright.chromium.launch(executable_path=chromium(), args=flags())


@dataclass(frozen=True)
class AirflowPages:
    """Airflow in one browser window, logged in."""

    page: Page
    url: str

    def open(self, path: str) -> None:
        """Open a page of Airflow."""
        self.page.goto(f"{self.url}/{path}")

    def fill_in_form(self, dag_id: str, section: str, values: Mapping[str, str]) -> Locator:
        """Open the DAG's trigger form with one section unfolded and these fields changed; the form."""
        self.page.set_viewport_size(TALL)
        self.open(f"dags/{dag_id}")
        self.page.get_by_role("button", name="Trigger").first.click()
        form: Locator = self.page.get_by_role("dialog")
        form.get_by_role("button", name=section).click()
        for name, value in values.items():
            form.locator(f"[name=element_{name}]").fill(value)
        return form

    def trigger(self, form: Locator) -> str:
        """Send the form; the id of the run that it started."""
        form.get_by_test_id("trigger-dag-submit").click()
        self.page.wait_for_url("**/runs/manual__*")
        return str(self.page.url.rpartition("/runs/")[2])

    def follow(self, link: str) -> Page:
        """Press a task's button that leads into the workspace; the page that it opens."""
        with self.page.expect_popup() as opened:
            self.page.get_by_role("link", name=link).click()
        return opened.value


def log_in(
    browser: Browser, airflow: tuple[str, str], workspace: tuple[str, str], scheme: str
) -> AirflowPages:
    """A new window in a colour scheme (light or dark), logged in to Airflow and to the workspace.

    Both are given as URL and password.
    """
    url, password = airflow
    origin, token = workspace
    credentials = {"username": USER, "password": token, "origin": origin}
    context = browser.new_context(viewport=SIZE, color_scheme=scheme, http_credentials=credentials)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    page = context.new_page()
    page.goto(f"{url}/auth/login")
    page.fill("input[name=username]", USER)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url(f"{url}/")
    return AirflowPages(page, url)


def save(what: Any, file: Path) -> None:
    """A picture of a page or of a part of it, in few colours: a page's file shrinks to a third."""
    with Image.open(io.BytesIO(what.screenshot(animations="disabled"))) as picture:
        picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
