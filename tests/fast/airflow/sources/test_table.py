"""Tables by name: which may be named, what the workspace is asked, and that nothing is copied."""

from typing import Any

import pytest
from airflow.sdk import DAG

from rookery import PlanError, TableSource, TrainingPlan
from rookery.form.run_conf import resolve
from rookery.hooks.databricks import workspace_client
from rookery.operators.download import DownloadDataOperator
from rookery.operators.snapshot import snapshot_spec
from rookery.workspace.questions import ask
from rookery_jobs.contract import Origin, SnapshotSpec, TableSourceSpec
from tests.fast.airflow.tasks import DagRun, TaskInstance
from tests.plans import PENGUINS
from tests.recorder import Recorder, Reply

TABLE = "GET /api/2.1/unity-catalog/tables/main.birds.penguins"


def plan(**source: Any) -> TrainingPlan:
    return TrainingPlan.model_validate(
        {**PENGUINS, "source": {"kind": "table", "name": "main.birds.penguins", **source}}
    )


@pytest.mark.parametrize(
    "name", ["penguins", "a.b.c.d", "main..penguins", "main.x.`y`", "main.x.y z", "x.y;--\n"]
)
def test_a_name_that_no_table_has_is_refused(name: str) -> None:
    with pytest.raises(PlanError, match=r"source\.name: .* is not the name of a table: it must be <schema>"):
        plan(name=name)


def test_name_and_version_are_fields_of_the_form() -> None:
    resolved = resolve(plan(), {"source_table": "birds.penguins", "source_version": 3})
    assert resolved.plan.source == TableSource(name="birds.penguins", version=3)
    assert resolve(plan(version=3), {"source_version": None}).plan.source == plan().source
    with pytest.raises(PlanError, match="source_version: -1 cannot be"):
        resolve(plan(), {"source_version": -1})
    with pytest.raises(PlanError, match="source_table: 'penguins' is not the name of a table"):
        resolve(plan(), {"source_table": "penguins"})


def test_a_pinned_version_travels_to_the_job_run_and_nothing_is_copied(databricks: Recorder) -> None:
    used = plan(version=3, missing=["NA"])
    with DAG("penguins"):
        landing = DownloadDataOperator(task_id="download_data", plan=used.model_dump(mode="json"))
    context: Any = {"ti": TaskInstance("download_data"), "dag_run": DagRun()}
    handed_on = landing.execute(context)
    assert [call for call in databricks.calls if "/api/" in call.path] == []
    asked = snapshot_spec(used, handed_on, Origin("penguins", "manual__1", None, 1))
    assert asked.source == TableSourceSpec("main.birds.penguins", 3, ("NA",))
    assert not asked.source.is_pinned
    made = asked.pinned(TableSourceSpec("main.birds.penguins", 3, ("NA",), table_id="t"))
    assert SnapshotSpec.from_json(made.to_json()) == made
    others = [TableSourceSpec("x.y", 4, ("NA",), "t"), TableSourceSpec("x.y", 3, ("NA",), "u")]
    assert len({each.digest for each in (asked, made, *map(asked.pinned, others))}) == 4
    renamed = TableSourceSpec("x.y", 3, ("NA",), table_id="t")
    assert asked.pinned(renamed).digest == made.digest


@pytest.mark.parametrize(
    ("answer", "version", "told", "ok"),
    [
        ({"table_type": "MANAGED", "data_source_format": "DELTA"}, 3, "is there: MANAGED, DELTA", True),
        (
            {"table_type": "EXTERNAL", "data_source_format": "PARQUET"},
            None,
            "is there: EXTERNAL, PARQUET",
            True,
        ),
        ({"table_type": "EXTERNAL", "data_source_format": "PARQUET"}, 3, "only DELTA has versions", False),
        ({"table_type": "VIEW"}, None, "is a view", False),
        (None, None, "have SELECT granted on main.birds.penguins", False),
    ],
)
def test_unity_catalog_is_asked_what_the_table_is(
    databricks: Recorder, answer: dict[str, Any] | None, version: int | None, told: str, ok: bool
) -> None:
    missing = Reply(404, {"error_code": "TABLE_DOES_NOT_EXIST", "message": "Table does not exist."})
    databricks.answers(TABLE, answer or missing)
    source = TableSource(name="main.birds.penguins", version=version)
    (finding,) = ask(workspace_client("databricks_default"), source.questions())
    assert told in finding.text
    assert finding.ok == ok
    assert list(TableSource(name="birds.penguins").questions()) == []
