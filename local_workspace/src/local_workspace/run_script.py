"""The process of one job run: attaches to the cluster's driver and executes a script as Databricks does.

The script is compiled and executed in a fresh `__main__`: `spark` and `sc` are there, `__file__` is not
(on Databricks it runs inside an IPython kernel), and `SystemExit` is a failure like any other exception.

    python -P -m local_workspace.run_script REQUEST.json

REQUEST.json holds `script` (the file), `name` (its path as the client knows it), `parameters` and `result`
(the file to write the outcome to).
"""

import contextlib
import json
import linecache
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from local_workspace import lifeline


def main() -> None:
    """Execute the request named on the command line."""
    lifeline.watch()
    execute(json.loads(Path(sys.argv[1]).read_text()))


def execute(request: dict[str, Any]) -> None:
    """Run the script to its end and write `{"error": …, "error_trace": …}`, both null after a success."""
    script = Path(request["script"])
    os.chdir(script.parent)
    sys.path.insert(0, str(script.parent))
    sys.argv = [str(script), *request["parameters"]]
    namespace = _fresh_main(*_attach())
    error: BaseException | None = None
    try:
        exec(_compiled(script, request["name"]), namespace)  # noqa: S102
    except BaseException as failure:  # SystemExit and KeyboardInterrupt fail a run as well
        error = failure
    _report(error, Path(request["result"]))


def _attach() -> tuple[Any, Any]:
    """A session and context of this run's own in the driver that the environment names."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    gateway = launch_gateway()  # type: ignore[no-untyped-call]
    for secret in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
        del os.environ[secret]
    SparkContext._ensure_initialized(gateway=gateway)
    jvm = gateway.jvm
    shared = jvm.org.apache.spark.SparkContext.getOrCreate()
    java_context = jvm.org.apache.spark.api.java.JavaSparkContext.fromSparkContext(shared)
    context = SparkContext(gateway=gateway, jsc=java_context, conf=SparkConf(_jconf=shared.conf()))
    classic = jvm.org.apache.spark.sql.classic.SparkSession
    java_session = classic.builder().getOrCreate().newSession()
    session = SparkSession(context, jsparkSession=java_session)
    SparkSession._instantiatedSession = session
    classic.setActiveSession(java_session)
    _never_stop(SparkContext, SparkSession)
    return session, context


def _never_stop(*classes: type) -> None:
    """The driver belongs to the cluster: a script that stops its session must not stop those of others."""
    for each in classes:
        each.stop = lambda self: None  # type: ignore[attr-defined]  # noqa: ARG005


def _fresh_main(spark: Any, sc: Any) -> dict[str, Any]:
    """The namespace of a new `__main__` module, so that the script's own classes and functions pickle.

    `sys.ps1` is there in IPython too. PySpark takes a `__main__` with neither `__file__` nor a prompt for a
    doctest, and leaves by `sys.exit(0)` in the middle of `mlflow.spark.save_model`.
    """
    sys.ps1, sys.ps2 = "In : ", "...: "
    module = ModuleType("__main__")
    module.__dict__.update(spark=spark, sc=sc)
    sys.modules["__main__"] = module
    return module.__dict__


def _compiled(script: Path, name: str) -> Any:
    """Code whose traceback shows the path that the client knows, and its lines."""
    source = script.read_text()
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")


def _report(error: BaseException | None, result: Path) -> None:
    outcome = {"error": None, "error_trace": None} if error is None else _described(error)
    unfinished = result.with_suffix(".part")
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(result)
    # The script may have closed or replaced either stream: that does not change what became of it.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    if outcome["error_trace"]:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(outcome["error_trace"], file=sys.stderr, flush=True)


def _described(error: BaseException) -> dict[str, str | None]:
    trace = "".join(traceback.format_exception(type(error), error, _without_own_frame(error.__traceback__)))
    return {"error": traceback.format_exception_only(error)[-1].strip(), "error_trace": trace}


def _without_own_frame(trace: TracebackType | None) -> TracebackType | None:
    return trace.tb_next if trace is not None else None


if __name__ == "__main__":
    main()
