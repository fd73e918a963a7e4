"""What each task of a training DAG does, creates and costs, and what to do when it fails.

The one place for these texts: Airflow shows them on a task's page (`doc_md`), and the documentation's page of
tasks is made from them.
"""

from __future__ import annotations

from typing import NamedTuple

_HEADINGS = {"creates": "Creates", "costs": "Costs", "if_it_fails": "If it fails"}


class TaskDoc(NamedTuple):
    """One task, in Markdown: `does` is a paragraph, the others a sentence or two each."""

    does: str
    creates: str
    costs: str
    if_it_fails: str

    def markdown(self) -> str:
        """The whole text, as a task's page shows it."""
        details = (f"**{heading}:** {getattr(self, name)}" for name, heading in _HEADINGS.items())
        return "\n\n".join([self.does, *details])


_NO_CLUSTER = "Nothing; no cluster runs yet."
_CLUSTER = "The cluster's time while it runs."
_NO_CLUSTER_NEEDED = "Nothing on the cluster; it runs on, idle, meanwhile."
_RETRIED = "Faults of the cloud or the network are tried again by themselves."
_LEFT_BEHIND = (
    "It also ends what earlier runs of this Airflow have left in the workspace (a run that is deleted loses "
    "its clean-up): only clusters and endpoints that were made for the time of a run, whose run has ended "
    "or is gone. If that fails, it warns and goes on."
)

_LOOKS_ON = (
    "If the task that asks for it was stopped by a mark, its request may still be under way: then this one "
    "looks for 70 seconds."
)

TRAINING_TASKS: dict[str, TaskDoc] = {
    "resolve_plan": TaskDoc(
        does="Merges the form's or the conf's values into the plan and settles the names of all that the "
        "run will create. It is the first task, and refuses what cannot be: unknown keys, impossible "
        "values, too large a grid; and what the workspace cannot do: a node type that it does not offer, "
        "folders that the user may not write to, an endpoint's name that is somebody else's. " + _LEFT_BEHIND,
        creates="Nothing.",
        costs=_NO_CLUSTER,
        if_it_fails="Its last log line names every mistake; trigger again with another conf, or correct "
        "the plan. If the workspace did not answer, check the Airflow connection.",
    ),
    "download_data": TaskDoc(
        does="Fetches the plan's source, reads it through once, and stores it under the run's folder of "
        "the data root, named by its SHA-256. It finds columns that are missing, values that their column "
        "cannot have, labels that are no classes, and more empty values than the plan allows. The worker "
        "itself connects to the address, past every proxy. What was stored is read again and compared; a "
        "broken file is written again. A source that is read in place (`FilesSource`, `TableSource`) is left "
        "where it is: the log says so, and `prepare_data` reads it.",
        creates="One file under `<data_root>/<installation>/<DAG>/<run>/sources/`, if there is one to copy.",
        costs=_NO_CLUSTER,
        if_it_fails="The address or the file is wrong: the last log line says where, with row and value. "
        f"Correct the source, or trigger again with another `source_url`. {_RETRIED}",
    ),
    "upload_job_code": TaskDoc(
        does="Uploads the installed job code as one archive, and the plan's `package` as another if it has "
        "one, into a workspace folder named by the digest of both. "
        "What is there already is left alone, so a run keeps the code it has started with.",
        creates="Two or three files in `/Users/<you>/rookery_code/<digest>/`, shared by all runs of the same "
        "code.",
        costs=_NO_CLUSTER,
        if_it_fails="Check that the connection's user may write to the own workspace home folder. A package "
        "that cannot travel is told with the reason.",
    ),
    "create_experiment": TaskDoc(
        does="Finds or creates the MLflow experiment that all runs of the DAG share.",
        creates="The experiment `/Users/<you>/rookery/<DAG>`, once.",
        costs=_NO_CLUSTER,
        if_it_fails="Check that the connection's user may write to the own workspace home folder. A deleted "
        "experiment of this name has to be restored, or deleted for good, first.",
    ),
    "create_cluster": TaskDoc(
        does="Asks for the cluster of the plan's `compute`, with a machine-learning runtime, and does not "
        "wait for it. A cluster that an earlier try or a lost request has asked for is adopted. If the run "
        "is marked or deleted meanwhile, none is asked for, or it is terminated at once. With "
        "`existing_cluster_id` none is created: that one is started if it has ended.",
        creates="The cluster `rookery <installation> <DAG> <run>`, tagged with its owner and the end of its "
        "lease.",
        costs="**The bill of the cluster begins here** and ends with `terminate_cluster`; an idle cluster "
        "also ends by itself, after the plan's `autotermination_minutes`.",
        if_it_fails="The last log line has Databricks' reason: a node type that is not offered, a quota, "
        "a policy. Change `compute` in the plan. No cluster is left behind.",
    ),
    "wait_for_cluster": TaskDoc(
        does="Waits until the cluster runs, some five to ten minutes on Databricks.",
        creates="Nothing.",
        costs="The cluster's machine from the moment the cloud gives it.",
        if_it_fails="The last log line has Databricks' termination code and details. Faults of the cloud "
        "are tried again with the same cluster; a quota or a forbidden setting needs another `compute`.",
    ),
    "prepare_data": TaskDoc(
        does="One job run that drops incomplete rows, casts the columns, and splits the rows into train, "
        "validation and test. Of a source that is read in place, it first hashes the content: the same "
        "content gives the same points. Then the rows are compared with the plan's expectations, and with "
        "the data of the champion.",
        creates="A snapshot under `<data_root>/<installation>/<DAG>/<run>/snapshots/<digest>/`, complete "
        "when its `manifest.json` is there.",
        costs=_CLUSTER,
        if_it_fails="Mostly a value that its column cannot have: the last log line names column, value "
        "and row. Correct the source and clear `download_data` with all that follows, or trigger again.",
    ),
    "expand_grid": TaskDoc(
        does="Expands the grid into points, gives each the id of all that determines its result, and "
        "deals them out to the mapped `train` tasks, so that all of them take about as long: "
        "`points_per_task` to each, at most. It makes the MLflow run of the sweep, which the new points have "
        "for a parent; its note lists the points that are found again, which keep theirs. That run is "
        "FINISHED when the best point is chosen; a sweep that does not come to that leaves it FAILED or, if "
        "the DAG run was stopped, KILLED.",
        creates="One file, `<data_root>/<installation>/<DAG>/<run>/sweeps/<id>/points.json`, and one MLflow "
        "run for the sweep.",
        costs=_NO_CLUSTER_NEEDED,
        if_it_fails=f"{_RETRIED} Anything else is a bug worth a report.",
    ),
    "train": TaskDoc(
        does="One job run for each mapped task, named by what it trains. Each of its points is fitted on "
        "the train rows and measured on the validation rows. Points that were finished before, by "
        "whichever run, are found by their id and not fitted again.",
        creates="One MLflow run for each new point. The model of the best is logged where that takes less "
        "time than to fit it again (`log_models`).",
        costs=f"{_CLUSTER} This is most of it: points in common with earlier runs on the same data are free.",
        if_it_fails="The last log line has the job code's error, the link **Databricks run** its whole "
        "output. A lost driver or cluster is tried again by itself. Clearing the task fits only what is "
        "missing, and writes the file of the points again if that was lost or broken.",
    ),
    "select_best": TaskDoc(
        does="Chooses the best of the sweep's points by the plan's metric on the validation rows; of "
        "equal ones the simpler model.",
        creates="Nothing.",
        costs=_NO_CLUSTER_NEEDED,
        if_it_fails="Points without a finished MLflow run are named with their reasons: none is chosen "
        "from a sweep with holes. Clear the failed `train` tasks, with what follows them.",
    ),
    "register_model": TaskDoc(
        does="One job run that fits the best point again, if its model was not logged, checks its model (it "
        "gives the metrics that chose it, and its scorer without Spark gives the same answers), measures it "
        "on the test rows, judges the plan's gates, compares it with the champion on the same rows, and "
        "registers it as the `challenger`, also if it has lost.",
        creates="A version of the registered model: one for each winner of a DAG run, also if the task is "
        "cleared. In the winner's MLflow run, tables and pictures: importances of the features, and for "
        "classes the confusion matrix and the metrics of each.",
        costs=_CLUSTER,
        if_it_fails="A gate that was missed is told with the metric, its value and the threshold: no "
        "version is registered and what is served stays. Train on other data or another grid, or lower "
        "`gate_threshold`.",
    ),
    "terminate_cluster": TaskDoc(
        does="Terminates every cluster of the run, whatever became of the run, and sees it TERMINATED. It "
        "starts as soon as nothing needs the cluster, beside the deployment. One that the run has not made "
        "is left alone. " + _LOOKS_ON,
        creates="Nothing.",
        costs="**The bill of the cluster ends here.**",
        if_it_fails="**A cluster may still be running.** Clear this task, or terminate the cluster by "
        "hand: its name is `rookery <installation> <DAG> <run>`. It ends by itself only when it is idle.",
    ),
    "approve": TaskDoc(
        does="Asks a person whether the version is to be deployed, if the plan or the conf says "
        "`approval: required` and the version may be deployed: under **Required Actions** in Airflow, with "
        "the comparison and links to version and endpoint. It takes no slot while it waits, and no cluster "
        "runs. Without an answer within seven days, the version is refused.",
        creates="Nothing.",
        costs="Nothing; the cluster is terminated meanwhile.",
        if_it_fails="Clear it to ask again. A version that was refused stays registered: the conf key "
        "`serve_version` serves it later.",
    ),
    "create_endpoint": TaskDoc(
        does="Creates the serving endpoint; or, at the one that this DAG has made, deploys the new version "
        "beside the one that serves, at 0 % of the requests. It does not wait. It is skipped if the run does "
        "not deploy, if the version has lost against the champion or was refused, and if a later run has "
        "deployed meanwhile, as when an old run is cleared. A backfill, and a run earlier than the one that "
        "has deployed, deploy only if their conf says `deploy: true`.",
        creates="The plan's endpoint, if it is not there.",
        costs="**The bill of the endpoint begins here** if it is new. With `scale_to_zero_enabled` an "
        "idle endpoint costs nothing.",
        if_it_fails="An endpoint of that name that another DAG or somebody else has made is not touched: "
        "choose another name in the plan.",
    ),
    "wait_for_endpoint": TaskDoc(
        does="Waits until the endpoint has the new version: a minute to half an hour. The version before "
        "gets all requests.",
        creates="Nothing.",
        costs="While it is updated, an endpoint may be billed for both versions.",
        if_it_fails="The last log line has the deployment's message; the endpoint's build and service "
        "logs have the rest. The version before is still served. Clear `create_endpoint` to try again.",
    ),
    "query_endpoint": TaskDoc(
        does="Asks the new version, by its own address, the plan's request (or the snapshot's example row), "
        "and 20 test rows, which it must answer as the model did when it was registered. How long a row "
        "takes (p50, p99) becomes metrics of its MLflow run. Rows of the data are neither logged nor kept "
        "in Airflow.",
        creates="Nothing.",
        costs="Some twenty requests.",
        if_it_fails="The new version does not answer as it should: the last log line says how, and which "
        "version serves. No client has seen it, but for the first version of an endpoint.",
    ),
    "promote": TaskDoc(
        does="Gives the new version all requests, at once or by the plan's `canary_steps`, with the same "
        "check after each step; makes it the `champion`, and the one before `previous` (aliases in Unity "
        "Catalog, else tags); and removes that from the endpoint. Then other DAGs are told by an asset "
        "event. A run that does not deploy only tells them. It is skipped, and nobody is told, if the "
        "version has lost against the champion, was refused, or is an older run's.",
        creates="Nothing.",
        costs="Two versions at the endpoint until it has ended.",
        if_it_fails="The version before serves all requests again, and is the champion; the last log line "
        "says so, and why. To go back to an earlier version later: `rookery rollback`, or the conf key "
        "`serve_version`.",
    ),
    "delete_endpoint": TaskDoc(
        does="Deletes the endpoint if this run has created it and `keep_endpoint` is off; else it does "
        "nothing, and says why. " + _LOOKS_ON,
        creates="Nothing.",
        costs="**The bill of such an endpoint ends here.**",
        if_it_fails="**The endpoint may still be there.** Clear this task, or delete the endpoint by hand.",
    ),
    "verdict": TaskDoc(
        does="Fails the run if one of its tasks has failed, or if the run has not left what it is there for: "
        "a version and, if it is to deploy, an answer. So a run that is marked, as failed or as a success, "
        "before it comes to that ends as failed. Without this task those that clean up, which come last and "
        "succeed, would make such a run a success.",
        creates="Nothing.",
        costs="Nothing.",
        if_it_fails="It only repeats which tasks failed or left no result: look at those.",
    ),
}
"""The tasks in the order in which they run."""


def doc_of(task_id: str) -> str:
    """The Markdown for a task's page."""
    return TRAINING_TASKS[task_id].markdown()
