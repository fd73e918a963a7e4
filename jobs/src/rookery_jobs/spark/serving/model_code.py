"""The code that a model of a user's own estimator needs wherever it is loaded."""

import hashlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


def unpacked_code(pipeline: Any, folder: Path) -> list[str]:
    """The top-level modules of archives from which stages of a pipeline come, unpacked into a folder: what a
    model must bring along. What is installed is not among them."""
    loaders: list[Any] = [
        getattr(sys.modules[type(stage).__module__], "__loader__", None) for stage in pipeline.stages
    ]
    archives = {loader.archive for loader in loaders if hasattr(loader, "archive")}
    for archive in sorted(archives):
        with zipfile.ZipFile(archive) as package:
            package.extractall(folder)
    found = sorted(folder.iterdir()) if archives else []
    return [str(path) for path in found if not path.name.endswith((".dist-info", ".data"))]


def ship_code(spark: SparkSession, folder: Path) -> None:
    """Make the modules that a model has brought along importable here and in Spark's Python workers."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.writestr(zipfile.ZipInfo(str(path.relative_to(folder))), path.read_bytes())
    # Executors fetch it when they need it: it has to stay.
    digest = hashlib.sha256(content.getvalue()).hexdigest()[:16]
    target = Path(tempfile.gettempdir()) / f"rookery_model-{digest}.zip"
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as staging:
        staging.write(content.getvalue())
    Path(staging.name).replace(target)
    spark.sparkContext.addPyFile(str(target))
