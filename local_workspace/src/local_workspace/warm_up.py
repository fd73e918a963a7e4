"""Makes drivers start faster from now on: records the Java classes that Spark uses, in a trial run.

    python -m local_workspace.warm_up

Once for each Spark and Java, as a part of the installation: it takes about a minute and 230 MB in the Python
environment. See `local_workspace.clusters.spark.class_archive`.
"""

import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_workspace.clock import SystemClock
from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.clusters.spark.class_archive import archive_file, recording_options, write_base
from local_workspace.clusters.spark.driver import Attachment, launch
from local_workspace.clusters.spark.java import find_java
from local_workspace.clusters.spark.jvm import Jvm
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.files.local_files import LocalFiles
from local_workspace.files.workspace import FILE, WorkspaceFiles
from local_workspace.processes.processes import Processes
from local_workspace.runs.process import RunProcess
from local_workspace.runs.tasks.spark_python import SparkPythonTask
from local_workspace.runs.tasks.task import Program, RunContext
from local_workspace.settings import Settings
from local_workspace.store import Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SECONDS_TO_WRITE = 600.0
_POLL_SECONDS = 0.5
_SCRIPT = "/Workspace/Shared/trial.py"
_SOURCE = b"from local_workspace.warm_up import trial_run\ntrial_run(spark)\n"


def main() -> int:
    """Write the archive if there is none yet; the exit status."""
    java = find_java()
    archive = archive_file(java)
    if archive.exists():
        print(f"Drivers start with {archive}")
        return 0
    started = time.monotonic()
    write_base(java)
    with tempfile.TemporaryDirectory(prefix="warm-up-") as folder:
        record(java, archive, Path(folder))
    size = archive.stat().st_size >> 20
    print(f"Recorded Spark's classes in {time.monotonic() - started:.0f} s: {archive} ({size} MB)")
    return 0


def record(java: Path, archive: Path, root: Path) -> None:
    """Run a driver with a trial run below `root`, and let it write the archive when it ends."""
    settings = Settings(root=root, port=1, token="")
    store = Store(settings.database)
    processes = Processes(store)
    recorded = archive.with_suffix(f".{time.time_ns()}")
    spec = ClusterSpec(spark_version=next(reversed(RUNTIMES)))
    jvm = Jvm(java, recording_options(java, recorded), spec, settings.clusters / "warm-up", settings.mounts)
    driver = launch(jvm, "warm-up", processes, SystemClock(), threading.Event())
    try:
        files = WorkspaceFiles(settings.workspace_files, store, SystemClock(), settings.user_name)
        context = RunContext(LocalFiles(settings.dbfs, files), {})
        files.write(_SCRIPT, _SOURCE, FILE, None, overwrite=True)
        program = SparkPythonTask(python_file=_SCRIPT).program(context)
        _run(RunProcess(1, settings, processes), program, spec, driver.attach("warm-up"))
    finally:
        processes.end(driver.process, _SECONDS_TO_WRITE)
        store.close()
    recorded.replace(archive)


def _run(process: RunProcess, program: Program, spec: ClusterSpec, attachment: Attachment) -> None:
    process.start(program, spec, attachment)
    while not process.wait(_POLL_SECONDS):
        pass
    process.end()
    if not process.succeeded():
        raise RuntimeError(f"The trial run failed, so nothing is recorded: {process.result().error_trace}")


def trial_run(spark: "SparkSession") -> None:
    """What a training job does: text, parquet, Python workers, a pipeline fitted, judged and kept."""
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.classification import DecisionTreeClassifier, LogisticRegression
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.feature import MinMaxScaler, StringIndexer, VectorAssembler

    text = spark.range(60).selectExpr("cast(id % 3 AS string) AS kind", "id % 7 AS a", "rand(1) AS b")
    text.write.csv("dbfs:/text", header=True)
    read = spark.read.csv("dbfs:/text", header=True, schema="kind string, a string, b double")
    typed = read.selectExpr(
        "kind", "try_cast(a AS double) AS a", "b", "xxhash64(kind, a, b) AS hash"
    ).dropna()
    typed.where("pmod(hash, 100) >= 0").write.partitionBy("kind").parquet("dbfs:/typed")
    rows = spark.read.parquet("dbfs:/typed").cache()
    rows.groupBy("kind").count().orderBy("kind").collect()
    rows.select("a", "b").mapInPandas(lambda frames: frames, "a double, b double").toPandas()
    features: list[Any] = [
        StringIndexer(inputCol="kind", outputCol="label", stringOrderType="alphabetAsc"),
        VectorAssembler(inputCols=["a", "b"], outputCol="raw"),
        MinMaxScaler(inputCol="raw", outputCol="features"),
    ]
    for estimator in (LogisticRegression(maxIter=5), DecisionTreeClassifier(maxDepth=2)):
        model = Pipeline(stages=[*features, estimator]).fit(rows)
        predicted = model.transform(rows)
        MulticlassClassificationEvaluator(metricName="accuracy").evaluate(predicted)
        predicted.groupBy("label", "prediction").count().collect()
    model.write().overwrite().save("dbfs:/model")
    PipelineModel.load("dbfs:/model").transform(rows).select("prediction", "probability").collect()


if __name__ == "__main__":
    sys.exit(main())
