"""The job code really ships: what runs on a cluster is what was uploaded, and nothing lends it otherwise."""

import io
import zipfile

from databricks.sdk.service.workspace import ImportFormat

from rookery.workspace.job_code import JobCode, installed_job_code
from rookery_jobs.contract import ARCHIVE, SCRIPT
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, output, shared_cluster, state, submit, task

CHANGED = "def main(spark, arguments):\n    print('changed job code', arguments)\n"


def test_a_run_executes_the_job_code_that_was_uploaded_for_it(workspace: RunningWorkspace) -> None:
    code = changed_prepare(installed_job_code())
    folder = f"/Shared/code/{code.digest}"
    workspace.client.workspace.mkdirs(folder)
    for name, content in code.files.items():
        workspace.client.workspace.upload(f"{folder}/{name}", io.BytesIO(content), format=ImportFormat.RAW)
    parameters = (f"/Workspace{folder}", "prepare", "dbfs:/spec.json")
    script = task(shared_cluster(workspace), f"/Workspace{folder}/{SCRIPT}", *parameters)
    run_id = int(workspace.client.jobs.submit(run_name="changed", tasks=[script]).run_id)
    assert state(finished(workspace, run_id)) == ("TERMINATED", "SUCCESS")
    assert "changed job code ['dbfs:/spec.json']" in str(output(workspace, run_id).logs)


def test_without_the_upload_there_is_no_job_code_on_a_cluster(workspace: RunningWorkspace) -> None:
    run_id = submit(workspace, "import rookery_jobs.prepare")
    assert state(finished(workspace, run_id))[1] == "FAILED"
    assert output(workspace, run_id).error == "ModuleNotFoundError: No module named 'rookery_jobs'"


def changed_prepare(code: JobCode) -> JobCode:
    """The same code with another `prepare`."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(code.files[ARCHIVE])) as installed,
        zipfile.ZipFile(target, "w") as changed,
    ):
        for name in installed.namelist():
            content = CHANGED.encode() if name == "rookery_jobs/prepare.py" else installed.read(name)
            changed.writestr(name, content)
    return code._replace(files={**code.files, ARCHIVE: target.getvalue()})
