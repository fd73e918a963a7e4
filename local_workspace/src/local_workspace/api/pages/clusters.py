"""The page of a cluster, and the list of clusters."""

from typing import Any
from urllib.parse import quote

from starlette.routing import Route

from local_workspace.api.pages.layout import MOST_ROWS, Link, Page, Table, moment, page_route
from local_workspace.api.pages.runs import COLUMNS, run_rows
from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.records import WantedClusters
from local_workspace.runs.runs import Runs


def cluster_pages(clusters: Clusters, runs: Runs) -> list[Route]:
    """`/compute/clusters` and `/compute/clusters/<cluster id>`."""
    return [
        page_route("/compute/clusters", lambda: _list(clusters)),
        page_route(
            "/compute/clusters/{cluster_id}", lambda cluster_id: _cluster(clusters.get(cluster_id), runs)
        ),
    ]


def _list(clusters: Clusters) -> Page:
    newest, _ = clusters.newest(WantedClusters(), 0, MOST_ROWS)
    rows: list[tuple[str | Link, ...]] = [
        (
            Link(each["cluster_id"], f"/compute/clusters/{quote(each['cluster_id'], safe='')}"),
            each["cluster_name"],
            each["state"],
            each["spark_version"],
            moment(each["start_time"]),
        )
        for each in newest
    ]
    table = Table(f"The newest {MOST_ROWS}", ("Cluster", "Name", "State", "Runtime", "Start"), rows)
    return Page("Clusters", sections=(table,), changing=_changes(newest))


def _cluster(cluster: dict[str, Any], runs: Runs) -> Page:
    facts = (
        ("State", cluster["state"]),
        ("Message", cluster["state_message"]),
        *_reason(cluster),
        ("Name", cluster["cluster_name"]),
        ("Runtime", cluster["spark_version"]),
        ("Node type", cluster["node_type_id"]),
        ("Workers", _workers(cluster)),
        ("Ends when idle for", _minutes(cluster["autotermination_minutes"])),
        ("Start", moment(cluster["start_time"])),
        ("End", moment(cluster.get("terminated_time", 0))),
    )
    tags: list[tuple[str | Link, ...]] = [*(cluster["custom_tags"] | cluster["default_tags"]).items()]
    own = runs.newest_on_cluster(cluster["cluster_id"], MOST_ROWS)
    sections = (Table("Its runs", COLUMNS, run_rows(own)), Table("Tags", ("Tag", "Value"), tags))
    return Page(f"Cluster {cluster['cluster_id']}", facts, sections, _changes([cluster]))


def _reason(cluster: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    reason = cluster.get("termination_reason")
    if reason is None:
        return ()
    parameters = "".join(f"\n{key}: {value}" for key, value in reason["parameters"].items())
    return (("Termination reason", f"{reason['code']} ({reason['type']}){parameters}"),)


def _workers(cluster: dict[str, Any]) -> str:
    asked = cluster.get("autoscale")
    wanted = f"{asked['min_workers']} to {asked['max_workers']}" if asked else str(cluster["num_workers"])
    there = len(cluster["executors"])
    return f"{wanted} asked for, {there} run" if cluster["num_workers"] else wanted


def _minutes(minutes: int) -> str:
    return f"{minutes} minutes" if minutes else "never"


def _changes(clusters: list[dict[str, Any]]) -> bool:
    return any(cluster["state"] != "TERMINATED" for cluster in clusters)
