"""The pages that Airflow's links open: each says what it should, and nothing runs in them."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from rookery import links
from tests.wire.multiplier import mlflow_client, register_multiplier
from tests.wire.polling import HANGING_SECONDS, until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import config, entity
from tests.wire.spark_jobs import (
    SINGLE_NODE,
    finished,
    put_script,
    shared_cluster,
    submit,
    task,
    task_run_id,
)

HOSTILE = "<script>alert(1)</script>&\"'"


@pytest.fixture
def browser(workspace: RunningWorkspace) -> Iterator[httpx.Client]:
    """It knows the token as the password of HTTP Basic, and follows no link by itself."""
    with httpx.Client(auth=("token", workspace.token), trust_env=False, timeout=HANGING_SECONDS) as client:
        yield client


def read(browser: httpx.Client, url: str) -> str:
    """The words of a page, as a person sees them; AssertionError unless it is a page without scripts."""
    answer = browser.get(url)
    assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    addresses = re.findall(r'(?:href|src)="([^"]*)"', answer.text)
    assert [address for address in addresses if not re.match(r"/(?!/)", address)] == []
    return html.unescape(re.sub(r"<[^>]*>", " ", answer.text))


def test_a_browser_without_the_token_is_asked_for_it(workspace: RunningWorkspace) -> None:
    answer = httpx.get(f"{workspace.origin}/compute/clusters", trust_env=False)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_failed_runs_link_shows_its_error_and_what_it_was(
    workspace: RunningWorkspace, browser: httpx.Client
) -> None:
    source = f"print({HOSTILE!r})\ndef train():\n    raise ValueError('boom')\ntrain()\n"
    run = finished(workspace, submit(workspace, source, "--first", HOSTILE))
    assert run.run_page_url is not None
    assert re.fullmatch(rf"{workspace.origin}/jobs/\d+/runs/{run.run_id}\?o=\d+", run.run_page_url)
    page = read(browser, run.run_page_url)
    for expected in (
        "FAILED (INTERNAL_ERROR)",
        "Task main failed with message",
        shared_cluster(workspace),
        f"--first\n{HOSTILE}",
        "ValueError: boom",
        "line 3, in train",
        HOSTILE,
    ):
        assert expected in page
    assert 'http-equiv="refresh"' not in browser.get(run.run_page_url).text
    task_run = workspace.client.jobs.get_run(task_run_id(run))
    assert "FAILED (TERMINATED)" in read(browser, str(task_run.run_page_url))


def test_a_run_of_several_tasks_leads_to_each(workspace: RunningWorkspace, browser: httpx.Client) -> None:
    cluster_id, script = shared_cluster(workspace), put_script(workspace, "import sys; print(sys.argv[1])")
    tasks = [task(cluster_id, script, f"I am {key}", key=key) for key in ("one", "two")]
    run = finished(workspace, workspace.client.jobs.submit(run_name="both", tasks=tasks).run_id)
    text = browser.get(str(run.run_page_url)).text
    addresses = re.findall(rf'href="(/jobs/{run.job_id}/runs/\d+)"', text)
    assert len(addresses) == 2
    assert "I am two" in read(browser, workspace.origin + addresses[1])


def test_a_run_that_goes_on_shows_what_it_has_printed_and_looks_again(
    workspace: RunningWorkspace, browser: httpx.Client
) -> None:
    run_id = submit(workspace, "print('so far', flush=True)\nimport time; time.sleep(600)")
    url = str(workspace.client.jobs.get_run(run_id).run_page_url)
    until(lambda: "so far" in read(browser, url), "the output on the page")
    assert "RUNNING" in read(browser, url)
    assert 'http-equiv="refresh"' in browser.get(url).text
    workspace.client.jobs.cancel_run(run_id)
    finished(workspace, run_id)
    assert "CANCELED (TERMINATED)" in read(browser, url)


def test_a_clusters_link_shows_its_state_and_its_runs(
    workspace: RunningWorkspace, browser: httpx.Client
) -> None:
    cluster_id = shared_cluster(workspace)
    run_id = finished(workspace, submit(workspace, "print(1)")).run_id
    url = links.cluster_page(workspace.origin, cluster_id)
    page = read(browser, url)
    assert "Message" not in read(browser, str(workspace.client.jobs.get_run(int(run_id or 0)).run_page_url))
    for expected in ("RUNNING", SINGLE_NODE["node_type_id"], SINGLE_NODE["spark_version"], "20 minutes"):
        assert expected in page
    assert "SingleNode" in page
    assert f'/runs/{run_id}"' in browser.get(url).text


def test_an_ended_clusters_link_shows_why(workspace: RunningWorkspace, browser: httpx.Client) -> None:
    created = workspace.client.clusters.create(cluster_name=HOSTILE, **SINGLE_NODE)
    workspace.client.clusters.delete_and_wait(str(created.cluster_id))
    page = read(browser, links.cluster_page(workspace.origin, str(created.cluster_id)))
    assert "USER_REQUEST (SUCCESS)" in page
    assert HOSTILE in page
    assert HOSTILE in read(browser, f"{workspace.origin}/compute/clusters")


def test_an_endpoints_link_shows_its_state_and_how_to_ask_it(
    workspace: RunningWorkspace, browser: httpx.Client
) -> None:
    version = register_multiplier(workspace, "Page Model", "2")
    endpoints = workspace.client.serving_endpoints
    endpoints.create("predict-page", config=config(entity(version, model="Page Model")))
    page = read(browser, links.endpoint_page(workspace.origin, "predict-page"))
    for expected in ("NOT_READY", "IN_PROGRESS", "predictor", f"Page Model, version {version}", "100 %"):
        assert expected in page
    assert f"{workspace.origin}/serving-endpoints/predict-page/invocations" in page
    endpoints.delete("predict-page")


def test_links_to_mlflow_open_its_own_pages(workspace: RunningWorkspace, browser: httpx.Client) -> None:
    name = "Page Model & more"
    version = register_multiplier(workspace, name, "2")
    with mlflow_client(workspace) as client:
        run_id = str(client.get_model_version(name, version).run_id)
        experiment_id = str(client.get_run(run_id).info.experiment_id)
    for url, place in [
        (links.experiment_page(workspace.origin, experiment_id), f"experiments/{experiment_id}/runs"),
        (
            links.experiment_page(workspace.origin, experiment_id)
            + "?searchFilter=tags.%60a%60%20%3D%20%27b%27",
            f"experiments/{experiment_id}/runs?searchFilter=tags.%60a%60%20%3D%20%27b%27",
        ),
        (
            links.mlflow_run_page(workspace.origin, experiment_id, run_id),
            f"experiments/{experiment_id}/runs/{run_id}",
        ),
        (
            links.model_version_page(workspace.origin, name, version),
            f"models/Page%20Model%20%26%20more/versions/{version}",
        ),
    ]:
        assert browser.get(url).headers["location"] == f"/#/{place}"
        opened = browser.get(url, follow_redirects=True)
        assert opened.status_code == 200
        assert "<title>MLflow</title>" in opened.text


def test_lists_lead_to_every_run_and_endpoint(workspace: RunningWorkspace, browser: httpx.Client) -> None:
    run = finished(workspace, submit(workspace, "print(1)"))
    listed = browser.get(f"{workspace.origin}/jobs/runs")
    assert f'href="/jobs/{run.job_id}/runs/{run.run_id}"' in listed.text
    assert "Serving endpoints" in read(browser, f"{workspace.origin}/ml/endpoints")


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/1/runs/987654321",
        "/jobs/1/runs/²",
        f"/jobs/1/runs/{'9' * 5000}",
        "/jobs/x/runs/<script>",
        "/compute/clusters/0101-000000-nothing0",
        "/ml/endpoints/nothing",
        "/ml/experiments/987654321",
        "/ml/experiments/nothing",
        "/ml/experiments/nothing/runs",
        "/ml/experiments/0/runs/nothing",
        "/ml/models/Nothing/versions/1",
        "/ml/models/Nothing/versions/one",
    ],
)
def test_what_does_not_exist_is_a_page_that_says_so(
    workspace: RunningWorkspace, browser: httpx.Client, path: str
) -> None:
    answer = browser.get(workspace.origin + path)
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text
    assert "<script" not in answer.text


def test_a_run_is_not_shown_as_another_jobs(workspace: RunningWorkspace, browser: httpx.Client) -> None:
    run = finished(workspace, submit(workspace, "print(1)"))
    assert browser.get(f"{workspace.origin}/jobs/{run.job_id}9/runs/{run.run_id}").status_code == 404
