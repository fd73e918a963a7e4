"""What notebooks that were written for Databricks take for granted, through the SDK."""

import json
import secrets

from databricks.sdk.service.jobs import RunOutput

from tests.wire.notebooks import put, run_notebook
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import shared_cluster


def result(ended: tuple[RunOutput, str | None]) -> str:
    """What a notebook has exited with; AssertionError with its error if it has failed."""
    output, state = ended
    assert state == "SUCCESS", f"{output.error}\n{output.error_trace}"
    assert output.notebook_output is not None
    return output.notebook_output.result or ""


def outputs(workspace: RunningWorkspace, output: RunOutput) -> list[str]:
    """What each cell has shown."""
    assert output.metadata is not None
    folder = workspace.root / "runs" / str(output.metadata.run_id)
    return [cell["output"] for cell in json.loads((folder / "cells.json").read_text())]


def test_a_data_frame_shows_itself(workspace: RunningWorkspace) -> None:
    path = put(
        workspace,
        "shows",
        "spark.range(2).toDF('penguin').display()",
        "n = sqlContext.sql('SELECT 4 AS n').first().n\ndbutils.notebook.exit(f'{n} {udf(str).__name__}')",
    )
    output, state = run_notebook(workspace, path)
    assert "|penguin|" in outputs(workspace, output)[0]
    assert result((output, state)) == "4 str"


def test_widgets_are_parameters_of_sql(workspace: RunningWorkspace) -> None:
    path = put(
        workspace,
        "sql",
        "dbutils.widgets.text('island', 'Dream')\ndbutils.widgets.text('n', '3')",
        "# MAGIC %sql\n# MAGIC SELECT :island AS island, '${n}' AS n, 1::string AS one; -- what is asked\n"
        "# MAGIC -- and no more",
        "dbutils.notebook.exit(_sqldf.first().asDict())",
    )
    assert result(run_notebook(workspace, path, island="O'Biscoe")) == str(
        {"island": "O'Biscoe", "n": "3", "one": "1"}
    )


def test_sql_knows_the_user_and_utilities_tell_what_they_do(workspace: RunningWorkspace) -> None:
    path = put(
        workspace,
        "helps",
        "dbutils.help()\ndbutils.fs.help('cp')\ndbutils.widgets.help()\ndbutils.jobs.taskValues.help()",
        "# MAGIC %sql SELECT current_user() AS me",
        "dbutils.notebook.exit(_sqldf.first().me)",
    )
    output, state = run_notebook(workspace, path)
    assert result((output, state)) == "local.user@example.com"
    assert "cp(source: str, dest: str, recurse: bool = False)" in outputs(workspace, output)[0]


def test_run_hands_parameters_to_the_notebook_that_it_runs(workspace: RunningWorkspace) -> None:
    put(
        workspace,
        "asked",
        "dbutils.widgets.text('day', 'monday')\nday = dbutils.widgets.get('day')",
    )
    path = put(workspace, "asks", '# MAGIC %run ./asked $day="two days"', "dbutils.notebook.exit(day)")
    assert result(run_notebook(workspace, path)) == "two days"


def test_a_notebook_knows_where_it_runs(workspace: RunningWorkspace) -> None:
    source = """
import json
context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
told = json.loads(context.toJson())
conf = spark.conf.get
dbutils.notebook.exit(json.dumps({
    "path": context.notebookPath().get(),
    "user": context.tags().apply("user"),
    "name": context.userName().get(),
    "job": told["tags"]["jobId"],
    "run": told["currentRunId"]["id"],
    "cluster": conf("spark.databricks.clusterUsageTags.clusterId"),
    "host": conf("spark.databricks.workspaceUrl"),
    "none": context.tags().get("nothing").getOrElse("n/a"),
}))
"""
    path = put(workspace, "where", source)
    output, state = run_notebook(workspace, path)
    told = json.loads(result((output, state)))
    assert output.metadata is not None
    user = "local.user@example.com"
    assert told == {
        "path": path,
        "user": user,
        "name": user,
        "job": str(output.metadata.job_id),
        "run": output.metadata.run_id,
        "cluster": shared_cluster(workspace),
        "host": workspace.origin.removeprefix("http://"),
        "none": "n/a",
    }


def test_the_magics_of_ipython_that_notebooks_use_are_there(workspace: RunningWorkspace) -> None:
    name = f"magic_{secrets.token_hex(4)}"
    path = put(
        workspace,
        "ipython",
        "# MAGIC %%time\n# MAGIC x = 20",
        "# MAGIC %cd /dbfs\n# MAGIC %env COLOUR=blue\nfolder = 'island'",
        f"# MAGIC %%writefile {name}.py\n# MAGIC y = 22",
        "# MAGIC %%capture\n# MAGIC print('unseen')",
        f"lines = !echo $COLOUR {{folder}}; cat {name}.py\nassert lines == ['blue island', 'y = 22'], lines",
        "# MAGIC %pip list",
        "# MAGIC %restart_python",
        "dbutils.notebook.exit('folder' in globals())",
    )
    output, state = run_notebook(workspace, path)
    assert result((output, state)) == "False"
    shown = outputs(workspace, output)
    assert "Wall time" in shown[0]
    assert shown[3] == ""
    assert "pyspark" in shown[5]
