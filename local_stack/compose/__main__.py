"""`python -m local_stack.compose`: docker-compose.yaml put to the test. See `make compose-test`."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from local_stack.compose.engine import ComposeError, EngineError, require_engine
from local_stack.compose.env_file import write
from local_stack.compose.project import Compose
from local_stack.compose.trial import Trial
from local_stack.runs.dag_run import TriggerError
from local_stack.services.ports import free_port
from local_stack.services.stopping import INTERRUPTED, stop_on_signals

# Another one than where the test finds Airflow, as behind a reverse proxy.
AIRFLOW_URL = "https://airflow.example.com"


def main() -> int:
    """Run the test; 0 only if all of it holds, 2 if there is no engine to run it on, 130 after Ctrl-C."""
    try:
        require_engine()
    except EngineError as error:
        print(error, file=sys.stderr)
        return 2
    stop_on_signals()
    try:
        with tempfile.TemporaryDirectory(prefix="rookery-compose-test-") as folder:
            return _test(Path(folder) / "env")
    except (ComposeError, TriggerError, TimeoutError, httpx.HTTPError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the stack was taken down.", file=sys.stderr)
        return INTERRUPTED


def _test(env_file: Path) -> int:
    # A project, ports and images of its own: a stack that is up already is not disturbed.
    ports = {"AIRFLOW_PORT": str(free_port()), "WORKSPACE_PORT": str(free_port())}
    tag = f"test-{os.getpid()}"
    chosen = {"USE_JOB_SCHEDULE": "false", "AIRFLOW_URL": AIRFLOW_URL, "ROOKERY_TAG": tag}
    settings = write(env_file, {**ports, **chosen})
    compose = Compose(f"rookery-{tag}", env_file, tag)
    trial = Trial(compose, settings)
    with taken_down(compose):
        trial.build()
        trial.start()
        trial.run_to_a_prediction()
        trial.scale()
        trial.kill_a_worker()
        trial.crash()
        trial.look_for_secrets()
    trial.close()
    return 1 if trial.failed else 0


@contextmanager
def taken_down(compose: Compose) -> Iterator[None]:
    """Remove all that is the project's at the end, showing the logs after a failure."""
    try:
        yield
    except (ComposeError, TimeoutError, httpx.HTTPError):
        print(compose("logs", "--no-color", "--tail", "40"), file=sys.stderr)
        raise
    finally:
        compose.remove()


if __name__ == "__main__":
    sys.exit(main())
