"""What `{{job.run_id}}` and its like stand for."""

from pathlib import Path

import pytest

from local_workspace.errors import InvalidParameterValue
from local_workspace.runs.references import check_references, resolved, values_of
from local_workspace.settings import Settings

SETTINGS = Settings(Path(), 1, "dapi")
# Saturday, 28 November 2026, 06:05:04.003 UTC
RUN = {"run_id": 11, "job_id": 22, "run_name": "nightly", "start_time": 1_795_845_904_003}
TASK = {"run_id": 12, "task": {"task_key": "train"}}
VALUES = values_of(RUN, TASK, SETTINGS)


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("job.id", "22"),
        ("job.name", "nightly"),
        ("job.run_id", "11"),
        ("job.repair_count", "0"),
        ("job.trigger.type", "one_time"),
        ("task.name", "train"),
        ("task.run_id", "12"),
        ("task.execution_count", "1"),
        ("workspace.id", str(SETTINGS.workspace_id)),
        ("workspace.url", "http://127.0.0.1:1"),
        ("job.start_time.iso_date", "2026-11-28"),
        ("job.start_time.iso_datetime", "2026-11-28T06:05:04"),
        ("job.start_time.iso_weekday", "6"),
        ("job.start_time.is_weekday", "false"),
        ("job.start_time.year", "2026"),
        ("job.start_time.month", "11"),
        ("job.start_time.day", "28"),
        ("job.start_time.hour", "6"),
        ("job.start_time.minute", "5"),
        ("job.start_time.second", "4"),
        ("job.start_time.timestamp_ms", "1795845904003"),
        ("job.trigger.time.iso_date", "2026-11-28"),
        ("job_id", "22"),
        ("run_id", "12"),
        ("parent_run_id", "11"),
        ("task_key", "train"),
        ("task_retry_count", "0"),
        ("start_date", "2026-11-28"),
        ("start_time", "1795845904003"),
    ],
)
def test_a_reference_is_replaced_wherever_it_stands(reference: str, value: str) -> None:
    check_references("train", [f"{{{{{reference}}}}}"])
    assert resolved(f"a {{{{{reference}}}}}, {{{{ {reference} }}}}", VALUES) == f"a {value}, {value}"


def test_a_name_with_other_characters_stands_between_backticks() -> None:
    values = values_of(RUN | {"parameters": {"my-day": "{{job.name}} {{job.id}}"}}, TASK, SETTINGS)
    parameter = "{{job.parameters.`my-day`}}"
    check_references("train", [parameter])
    assert resolved(parameter, values) == "nightly 22"


@pytest.mark.parametrize("text", ["{{my.value}}", "{{unknown}}", "{{job.id}", "{job.id}", "{{}}", "{{a b}}"])
def test_what_only_looks_like_a_reference_stays(text: str) -> None:
    check_references("train", [text])
    assert resolved(text, VALUES) == text


@pytest.mark.parametrize(
    "name",
    [
        "job.naem",
        "job.start_time",
        "task.notebook_path",
        "tasks.a.vlaues.b",
        "workspace.x",
    ],
)
def test_a_reference_that_a_known_namespace_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameterValue, match=r"Task train: .*job\.run_id") as refused:
        check_references("train", ["fine", f"--x={{{{{name}}}}}"])
    assert f"{{{{{name}}}}}" in str(refused.value)
