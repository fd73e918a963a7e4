"""Dockerfile, compose files and chart values: what they say to each other and to the rest of the project."""

import re
import tomllib
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

import pytest
import yaml

from container.airflow_local_settings import HEAVY
from local_stack.compose.env_file import EXAMPLE, names
from local_stack.environments import PROJECT

COMPOSE = (PROJECT / "docker-compose.yaml").read_text()
DATABRICKS = (PROJECT / "docker-compose.databricks.yaml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
# It ends when it has done its work.
ONE_SHOT = "initialise"


def variables(text: str) -> set[str]:
    return set(re.findall(r"\$\{([A-Z_]+)", text))


def required(text: str) -> dict[str, str]:
    return dict(re.findall(r"\$\{([A-Z_]+):\?([^}]*)\}", text))


def test_every_setting_of_the_example_is_used_and_every_used_one_is_in_it() -> None:
    assert variables(COMPOSE) == set(names(EXAMPLE.read_text()))


def test_a_setting_that_is_missing_is_named() -> None:
    said = required(COMPOSE) | required(DATABRICKS)
    assert set(said) == variables(COMPOSE) | variables(DATABRICKS)
    assert said == {name: f"set {name} in .env" for name in said}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_a_limit_and_says_when_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["restart"] == ("no" if name == ONE_SHOT else "unless-stopped")
    assert (name == ONE_SHOT) != ("healthcheck" in service)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres", "redis", ONE_SHOT}))
def test_a_service_is_asked_about_itself(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][-2:] == [
        "/opt/container/health.py" if name == "workspace" else "container/health.py",
        name,
    ]


def test_ports_are_published_on_the_loopback_address_only_and_by_two_services() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"api-server", "workspace"}
    for (port,) in published.values():
        assert ip_address(port.split(":")[0]).is_loopback


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_has_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_database_and_queue_do_not_start_as_root(name: str) -> None:
    assert SERVICES[name]["user"] == name


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_is_an_argument(name: str) -> None:
    secret = {each for each in variables(COMPOSE) if each.endswith(("PASSWORD", "TOKEN", "KEY", "SECRET"))}
    assert len(secret) == 7
    assert not secret & variables(str(SERVICES[name].get("command")))


def test_workers_stop_before_what_their_tasks_report_to() -> None:
    assert {"api-server", "workspace"} <= set(SERVICES["worker"]["depends_on"])
    assert SERVICES["worker"]["depends_on"]["workspace"]["required"] is False  # on Databricks there is none


def test_a_clones_scripts_run_whatever_its_owners_line_ends_and_umask() -> None:
    assert "* text=auto eol=lf" in (PROJECT / ".gitattributes").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.*)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    into_images = [line for line in copied if line.split()[-2].startswith(("container/", "dags", "data/"))]
    assert [line for line in into_images if not line.startswith("--chmod=755")] == [
        "uv.lock container/requirements*.txt ./"  # read in the build, as root
    ]


def test_database_and_queue_are_on_a_network_without_a_way_out() -> None:
    networks = yaml.safe_load(COMPOSE)["networks"]
    for name in ("postgres", "redis"):
        assert [networks[network]["internal"] for network in SERVICES[name]["networks"]] == [True]


def test_on_databricks_every_service_that_could_reach_the_local_workspace_has_the_other_connection() -> None:
    connection = "AIRFLOW_CONN_DATABRICKS_DEFAULT"
    replaced = yaml.safe_load(DATABRICKS)["services"]
    with_connection = {name for name, each in SERVICES.items() if connection in each.get("environment", {})}
    assert {name for name, each in replaced.items() if connection in each.get("environment", {})} == (
        with_connection
    )
    assert replaced["workspace"]["profiles"]


def test_the_images_are_built_with_the_uv_that_make_uses() -> None:
    in_dockerfile = re.search(r"^ARG UV_VERSION=(\S+)$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    in_makefile = re.search(r"^UV_VERSION := (\S+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert in_dockerfile
    assert in_makefile
    assert in_dockerfile[1] == in_makefile[1]


def test_the_chart_is_told_which_airflow_is_in_the_image() -> None:
    values = yaml.safe_load((PROJECT / "container" / "helm-values.yaml").read_text())
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert f"apache-airflow=={values['airflowVersion']}" in project["dependencies"]
    assert values["defaultAirflowTag"] == project["version"]


@pytest.mark.parametrize("module", HEAVY)
def test_what_a_worker_imports_beforehand_is_there(module: str) -> None:
    assert find_spec(module)


def test_a_change_on_the_dags_side_makes_no_layer_of_the_workspaces_image_anew() -> None:
    stages = re.split(r"^FROM \S+ AS ", (PROJECT / "Dockerfile").read_text(), flags=re.MULTILINE)
    (wheel,) = (stage for stage in stages if stage.startswith("workspace-wheel\n"))
    (image,) = (stage for stage in stages if stage.startswith("workspace\n"))
    assert re.findall("^COPY (.*)$", wheel, re.MULTILINE) == ["local_workspace local_workspace"]
    assert set(re.findall(r"from=([\w-]+)", image)) == {
        "workspace-dependencies",
        "workspace-wheel",
        "installer",
    }


def test_what_no_registry_has_is_not_asked_for_there() -> None:
    for service in SERVICES.values():
        assert (service.get("pull_policy") == "never") == service["image"].startswith("rookery-")
