"""The module `__main__` of a run's own code."""

import sys
from types import ModuleType
from typing import Any


def fresh_main(names: dict[str, Any]) -> dict[str, Any]:
    """The namespace of a new `__main__` with these names, so that the code's classes and functions pickle.

    `sys.ps1` is there in IPython too. PySpark takes a `__main__` with neither `__file__` nor a prompt for a
    doctest, and leaves by `sys.exit(0)` in the middle of `mlflow.spark.save_model`.
    """
    sys.ps1, sys.ps2 = "In : ", "...: "
    module = ModuleType("__main__")
    module.__dict__.update(names)
    sys.modules["__main__"] = module
    return module.__dict__
