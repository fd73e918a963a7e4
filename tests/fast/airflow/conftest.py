"""An Airflow home of the tests' own."""

import os
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parents[3]

# Airflow reads these when it is imported, and makes its home in the user's folder else.
if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(PROJECT / "dags")
    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(PROJECT / "plugins")
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
