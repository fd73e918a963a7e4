"""The job code goes to a workspace folder named by its digest, as files that stay as they are."""

from rookery.operators.job_code import UploadJobCodeOperator
from rookery.workspace.job_code import installed_job_code
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.recorder import Recorder

IMPORT = "POST /api/2.0/workspace/import"


def test_both_files_are_imported_raw_and_the_script_last(databricks: Recorder) -> None:
    databricks.answers("POST /api/2.0/workspace/mkdirs", {})
    databricks.answers(IMPORT, {})
    instance = TaskInstance("upload_job_code")
    UploadJobCodeOperator(task_id="upload_job_code", code_root="/Users/me/code").execute(context_of(instance))
    code = installed_job_code()
    folder = f"/Users/me/code/{code.digest}"
    assert databricks.bodies("POST /api/2.0/workspace/mkdirs") == [{"path": folder}]
    forms = databricks.bodies(IMPORT)
    for form, (name, content) in zip(forms, code.files.items(), strict=True):
        assert b'name="format"\r\n\r\nRAW\r\n' in form
        assert f'name="path"\r\n\r\n{folder}/{name}\r\n'.encode() in form
        assert content in form
    assert instance.pushed == {"code_folder": f"/Workspace{folder}", "code_digest": code.digest}
