"""Where this checkout and its two environments are."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
AIRFLOW = PROJECT / ".venv-airflow" / "bin"
WORKSPACE = PROJECT / ".venv-workspace" / "bin"
# A migrated metadata database, made at installation: a run starts from a copy.
METADATA_DATABASE = PROJECT / ".build" / "airflow" / "airflow.db"
