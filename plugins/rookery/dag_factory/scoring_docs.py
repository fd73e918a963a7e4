"""What the tasks of a scoring DAG do, beside those that it shares with training DAGs."""

from rookery.dag_factory.training_docs import TRAINING_TASKS, TaskDoc

SCORING_TASKS: dict[str, TaskDoc] = {
    "resolve_scoring": TaskDoc(
        does="Settles which version scores which files: the form's `version`, else the highest version "
        "whose registration has triggered the run, else the one that an endpoint of this Airflow serves, "
        "else the newest one; and the `.csv` files directly in "
        "the input folder. **It is skipped, and all tasks with it, if there is nothing to do:** no file is "
        "there, exactly these files were scored with this version before, or the run was triggered by "
        "versions of the past only: those of a backfill that was not told to deploy, or what a cleared run "
        "found again while there is a newer one. What earlier runs of this Airflow have left behind is "
        "ended.",
        creates="One small file under `<data_root>/<installation>/<DAG>/<run>/scorings/`.",
        costs="Nothing; no cluster runs yet.",
        if_it_fails="The last log line names the key of the conf or the version that is not known, or the "
        "folder or the model that the workspace cannot have, with what to name instead.",
    ),
    "upload_job_code": TRAINING_TASKS["upload_job_code"],
    "create_cluster": TRAINING_TASKS["create_cluster"],
    "wait_for_cluster": TRAINING_TASKS["wait_for_cluster"],
    "score": TaskDoc(
        does="One job run that scores every row of the files with the version's Spark pipeline. A row that "
        "the model cannot take (a value is missing or of another type, a category is unseen) is kept with "
        "the reason in its column `rejected` and without a prediction.",
        creates="Parquet files in `<output_path>/version-<version>/<digest>/predictions/`, complete when "
        "`scoring.json` is beside them; it counts the rows.",
        costs="The cluster's time while it runs.",
        if_it_fails="Mostly a file without a column that the model needs: the last log line names both. "
        "Correct or remove the file, and trigger the DAG again.",
    ),
    "terminate_cluster": TaskDoc(
        **{
            **TRAINING_TASKS["terminate_cluster"]._asdict(),
            "does": "Terminates every cluster of the run, whatever became of the run, and sees it "
            "TERMINATED.",
        }
    ),
    "verdict": TRAINING_TASKS["verdict"],
}
"""The tasks in the order in which they run."""


def doc_of(task_id: str) -> str:
    """The Markdown for a task's page."""
    return SCORING_TASKS[task_id].markdown()
