"""A Java for a plain PySpark, which asks for a module that a reduced Java has not, and Spark needs not."""

import os
from pathlib import Path

_JAVA = """#!/bin/sh
for argument; do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def use_java(folder: Path) -> None:
    """Let what this process starts find it, in the workspace's environment."""
    from local_workspace.clusters.spark.java import find_java

    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(_JAVA.format(java=find_java()))
    java.chmod(0o755)
    os.environ |= {"JAVA_HOME": str(folder / "java"), "SPARK_LOCAL_IP": "127.0.0.1"}
