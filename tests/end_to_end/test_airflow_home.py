"""Airflow's metadata database on SQLite: what Airflow does in a transaction, no other process disturbs."""

import subprocess
from pathlib import Path

from local_stack.environments import AIRFLOW
from local_stack.services.airflow_home import AirflowHome

# As a backfill creates its runs: a savepoint, a look at what is there, then the write.
BETWEEN_LOOK_AND_WRITE = """
import sqlite3, sys
from airflow import settings
from airflow.models.pool import Pool
from airflow.utils.session import create_session
from sqlalchemy import select

settings.initialize()
other = sqlite3.connect(sys.argv[1], timeout=0)
with create_session() as session, session.begin_nested():
    pool = session.scalars(select(Pool).where(Pool.pool == "default_pool")).one()
    try:
        with other:
            other.execute("UPDATE slot_pool SET description = 'of another process'")
    except sqlite3.OperationalError as error:
        print("the other process:", error)
    pool.slots = 7
with other:
    other.execute("UPDATE slot_pool SET description = 'of another process'")
print(other.execute("SELECT slots, description FROM slot_pool WHERE pool = 'default_pool'").fetchone())
"""


def test_another_process_waits_for_a_transaction_that_has_looked_and_will_write(tmp_path: Path) -> None:
    home = AirflowHome(tmp_path, port=1)
    home.prepare()
    command = [str(AIRFLOW / "python"), "-c", BETWEEN_LOOK_AND_WRITE, str(home.database)]
    done = subprocess.run(command, env=home.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "the other process: database is locked",
        "(7, 'of another process')",
    ]
