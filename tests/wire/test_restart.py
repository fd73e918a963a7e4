"""`kill -9` of the server, and a start on the same root."""

import base64
import io

import psutil
from databricks.sdk.service.compute import State, TerminationReasonCode
from databricks.sdk.service.jobs import RunLifeCycleState, SparkPythonTask, SubmitTask
from databricks.sdk.service.serving import EndpointCoreConfigInput, EndpointStateReady, ServedEntityInput
from databricks.sdk.service.workspace import ImportFormat

from tests.wire.multiplier import register_multiplier
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace, StartWorkspace

HOME = "/Users/local.user@example.com"
ENDLESS = b"import time\nprint('started', flush=True)\ntime.sleep(3600)\n"


def running_cluster(workspace: RunningWorkspace) -> str:
    cluster = workspace.client.clusters.create_and_wait(
        cluster_name="restart",
        spark_version="19.x-cpu-ml-scala2.13",
        node_type_id="Standard_DS3_v2",
        num_workers=0,
        spark_conf={"spark.master": "local[*]", "spark.databricks.cluster.profile": "singleNode"},
        custom_tags={"ResourceClass": "SingleNode"},
        autotermination_minutes=20,
    )
    assert cluster.cluster_id is not None
    return cluster.cluster_id


def running_run(workspace: RunningWorkspace, cluster_id: str) -> int:
    jobs = workspace.client.jobs
    script = f"/Workspace{HOME}/endless.py"
    workspace.client.workspace.upload(script, io.BytesIO(ENDLESS), format=ImportFormat.AUTO)
    task = SubmitTask(
        task_key="endless",
        existing_cluster_id=cluster_id,
        spark_python_task=SparkPythonTask(python_file=script),
    )
    run_id = jobs.submit(run_name="endless", tasks=[task]).run_id

    def runs() -> bool:
        state = jobs.get_run(run_id).state
        return state is not None and state.life_cycle_state == RunLifeCycleState.RUNNING

    until(runs, "the run is RUNNING")
    return int(run_id)


def ready_endpoint(workspace: RunningWorkspace, version: str) -> None:
    entity = ServedEntityInput(
        name="m",
        entity_name="Model",
        entity_version=version,
        workload_size="Small",
        scale_to_zero_enabled=True,
    )
    config = EndpointCoreConfigInput(name="e", served_entities=[entity])
    workspace.client.serving_endpoints.create_and_wait("e", config=config)


def answers(workspace: RunningWorkspace) -> bool:
    state = workspace.client.serving_endpoints.get("e").state
    return state is not None and state.ready == EndpointStateReady.READY


def test_after_a_kill_nothing_runs_and_everything_stored_is_there(start_workspace: StartWorkspace) -> None:
    first = start_workspace()
    version = register_multiplier(first, "Model", "2")
    cluster_id = running_cluster(first)
    run_id = running_run(first, cluster_id)
    ready_endpoint(first, version)
    first.client.dbfs.put("/kept", contents=base64.b64encode(b"bytes").decode())
    children = psutil.Process(first.pid).children(recursive=True)
    assert len(children) >= 3  # driver, run, scoring server

    for child in children:
        child.suspend()  # so that none can end by itself when its life line breaks
    first.process.kill()
    first.process.communicate()
    second = start_workspace(root=first.root)

    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert second.token == first.token
    client = second.client
    cluster = client.clusters.get(cluster_id)
    assert cluster.state == State.TERMINATED
    assert cluster.termination_reason is not None
    assert isinstance(cluster.termination_reason.code, TerminationReasonCode)
    run = client.jobs.get_run(run_id)
    assert run.state is not None
    assert run.state.life_cycle_state == RunLifeCycleState.INTERNAL_ERROR
    assert client.dbfs.download("/kept").read() == b"bytes"
    assert client.workspace.download(f"{HOME}/endless.py").read() == ENDLESS
    assert client.model_registry.get_model_version("Model", version).model_version is not None
    until(lambda: answers(second), "the endpoint is READY again")
    assert client.serving_endpoints.query("e", dataframe_records=[{"x": 4.0}]).predictions == [8.0]
