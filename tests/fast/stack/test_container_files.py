"""Dockerfile, compose files and chart values: what they say to each other and to the rest of the project."""

import re
import tomllib
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

import pytest
import yaml

from container.airflow_local_settings import HEAVY
from local_stack.env_file import EXAMPLE, names
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
    assert variables(COMPOSE) - {"ROOKERY_TAG"} == set(names(EXAMPLE.read_text()))


def test_a_setting_that_is_missing_is_named() -> None:
    said = required(COMPOSE) | required(DATABRICKS)
    assert set(said) == (variables(COMPOSE) | variables(DATABRICKS)) - {"ROOKERY_TAG"}
    assert said == {name: f"set {name} in .env" for name in said}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_has_a_limit_and_says_when_it_is_healthy(name: str) -> None:
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["restart"] == ("no" if name == ONE_SHOT else "unless-stopped")
    assert (name == ONE_SHOT) != ("healthcheck" in service)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_published_on_the_loopback_address_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert ip_address(port.split(":")[0]).is_loopback


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres", "redis"}))
def test_our_own_containers_have_no_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


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
