"""The DAGs of a file, loaded as Airflow loads it, without its database."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from rookery.exceptions import DagFileError, PlanError

if TYPE_CHECKING:
    from types import ModuleType

    from airflow.sdk import DAG


def load(path: Path) -> list[DAG]:
    """The DAGs that Airflow would find in the file, sorted by id.

    Raises PlanError where a plan in it has mistakes, and DagFileError where the file cannot be loaded, with
    the lines of it that led to the error, or where Airflow would refuse a DAG of it.
    """
    from airflow.sdk import DAG
    from airflow.sdk.definitions._internal.contextmanager import DagContext
    from airflow.utils.file import get_unique_dag_module_name

    name = get_unique_dag_module_name(str(path))
    DagContext.autoregistered_dags.clear()
    DagContext.current_autoregister_module_name = name
    try:
        module = _imported(name, path)
        found = {dag.dag_id: dag for dag in vars(module).values() if isinstance(dag, DAG)}
        found |= {dag.dag_id: dag for dag, _ in DagContext.autoregistered_dags}
    finally:
        DagContext.current_autoregister_module_name = None
    for dag in found.values():
        dag.fileloc = str(path)
        _require_acceptable(dag)
    return [found[dag_id] for dag_id in sorted(found)]


def is_skipped(path: Path) -> bool:
    """Whether Airflow does not even load the file, because it does not look like one with DAGs in it."""
    from airflow.configuration import conf
    from airflow.utils.file import might_contain_dag

    return not might_contain_dag(str(path), conf.getboolean("core", "DAG_DISCOVERY_SAFE_MODE"))


def line_of(error: BaseException, path: Path) -> int | None:
    """The line of the file that an error came from, if it did."""
    frames = _frames(error, path)
    return frames[-1].lineno if frames else None


def _imported(name: str, path: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.path.insert(0, str(_root(path)))
    sys.modules[name] = module
    try:
        # What the file prints is not part of our answer.
        with contextlib.redirect_stdout(sys.stderr):
            loader.exec_module(module)
    except (KeyboardInterrupt, PlanError):
        raise
    except BaseException as error:
        raise DagFileError(_told(error, path)) from error
    finally:
        sys.path.remove(str(_root(path)))
    return module


def _root(path: Path) -> Path:
    """The folder that Airflow puts on the import path: the DAGs folder, if the file is in it."""
    from airflow.configuration import conf

    dags_folder = Path(conf.get_mandatory_value("core", "dags_folder")).resolve()
    return dags_folder if path.is_relative_to(dags_folder) else path.parent


def _told(error: BaseException, path: Path) -> str:
    """The error, after the lines of the file that led to it."""
    lines = [f"{path.name}:{frame.lineno}: {frame.line}" for frame in _frames(error, path)]
    said = "".join(traceback.format_exception_only(error)).strip()
    return "\n".join([*lines, said])


def _frames(error: BaseException, path: Path) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]


def _require_acceptable(dag: DAG) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    try:
        dag.check_cycle()
        dag.validate()  # type: ignore[no-untyped-call]
        DagSerialization.to_dict(dag)
    except Exception as error:
        raise DagFileError(f"Airflow refuses the DAG {dag.dag_id}: {error}") from error
