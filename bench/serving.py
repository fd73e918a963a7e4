"""One row, asked of our endpoint and of MLflow's own scoring server."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.load import Latencies, Question, ask
from bench.measures import Comparison
from local_stack.environments import PROJECT, WORKSPACE
from local_stack.runs.dag_run import follow, trigger
from local_stack.services.airflow_services import airflow_services
from local_stack.services.ports import free_port
from local_stack.services.processes import service
from local_stack.services.workspace import Workspace, local_workspace
from local_stack.waiting import wait_for

# The lab's request.
ROW = {"Island": "Biscoe", "CulmenLength": 48.7, "CulmenDepth": 14.1, "FlipperLength": 210, "BodyMass": 4450}
BODY = json.dumps({"dataframe_records": [ROW]}).encode()
_JSON = {"content-type": "application/json"}
_REQUESTS = {"ours": 300, "constant": 300, "spark": 40}
_SPARK, _CONSTANT = "MLflow's Spark flavor, asked directly", "a constant model, asked directly"


def compare(rounds: int) -> Iterator[Comparison]:
    """Half of the answers and 99 % of them come within these times."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rookery-bench-")))
        workspace = _deployed(stack, root)
        token = {"authorization": f"Bearer {workspace.token}"}
        questions = {
            "ours": Question(
                f"{workspace.url}/serving-endpoints/predict-penguin/invocations", BODY, _JSON | token
            ),
            "spark": _baseline(stack, "spark", root, workspace),
            "constant": _baseline(stack, "constant", root, workspace),
        }

        def measure(side: str, connections: int) -> Latencies:
            return ask(questions[side], connections, _REQUESTS[side])

        for connections in (1, 8):
            ours, spark = _in_turns(rounds, measure, connections, "spark")
            for name in ("p50", "p99"):
                yield _compared(
                    name, connections, f"serving_{name}_speedup_c{connections}", ours, spark, _SPARK
                )
        ours, constant = _in_turns(rounds, measure, 1, "constant")
        yield _compared("p50", 1, "serving_p50_vs_floor", ours, constant, _CONSTANT)


def _in_turns(
    rounds: int, measure: Callable[[str, int], Latencies], connections: int, baseline: str
) -> tuple[list[Latencies], list[Latencies]]:
    pairs = [(measure("ours", connections), measure(baseline, connections)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _compared(
    name: str, connections: int, key: str, ours: list[Latencies], baseline: list[Latencies], what: str
) -> Comparison:
    at_once = "one connection" if connections == 1 else f"{connections} connections"
    mine, theirs = ([getattr(each, name) for each in side] for side in (ours, baseline))
    return Comparison(f"One row by the endpoint, {name}, {at_once}", "ms", what, mine, theirs, key)


def _deployed(stack: ExitStack, root: Path) -> Workspace:
    """A workspace whose endpoint serves a version that the DAG has trained."""
    starting = stack.enter_context(local_workspace(root / "workspace", root / "workspace.log"))
    airflow = stack.enter_context(
        airflow_services(root / "airflow", lambda: starting.ready().airflow_connection)
    )
    conf = {"LogisticRegression_maxIter": [5], "LogisticRegression_regParam": [0.2], "keep_endpoint": True}
    run = trigger(airflow.api(), "penguin_predictor", conf)
    state = follow(run)
    if state != "success":
        raise RuntimeError(f"the run {run.run_id} ended as {state}")
    return starting.ready()


def _baseline(stack: ExitStack, kind: str, root: Path, workspace: Workspace) -> Question:
    port, log = free_port(), root / f"{kind}.log"
    environment = workspace.mlflow_environment | {"PYTHONPATH": str(PROJECT)}
    command = [str(WORKSPACE / "python"), "-m", "bench.baseline_server", kind]
    command += ["models:/Penguin Predictor/1", str(root / kind), str(port)]
    running = stack.enter_context(service(command, log, environment))
    question = Question(f"http://127.0.0.1:{port}/invocations", BODY, _JSON)

    def answers() -> bool | None:
        running.require_running(f"MLflow's scoring server ({kind})")
        try:
            ask(question, 1, 1)
        except RuntimeError:
            return None
        return True

    wait_for(f"MLflow's scoring server ({kind})", answers, seconds=180)
    return question
