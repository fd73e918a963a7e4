"""Where the job code's files are, and a DAG run's: every path of a run follows from (data root, DAG, run)."""

import hashlib
import re
from dataclasses import dataclass

from rookery_jobs.errors import ContractError

PACKAGE = "rookery_jobs"
ARCHIVE = f"{PACKAGE}.zip"
SCRIPT = "run.py"
"""The package that a code folder holds as an archive, and the script beside it that every job run starts."""
USER_ARCHIVE = "package.zip"
"""A package of the user's own in the same folder, if the plan names one."""

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")
_SLUG_LENGTH = 80


def slug(text: str) -> str:
    """A file name from any text: ASCII letters, digits, `_`, `.`, `-`; at most 80 characters; never hidden.

    Spark and Hadoop ignore files whose name starts with `_` or `.`, and refuse colons.
    """
    return _UNSAFE.sub("-", text).lstrip("_.-")[:_SLUG_LENGTH] or "x"


def run_key(dag_id: str, run_id: str) -> str:
    """The folder name of one DAG run: readable, and unique by 8 hex digits of a SHA-256."""
    digest = hashlib.sha256(f"{dag_id}\n{run_id}".encode()).hexdigest()
    return f"{slug(run_id)}-{digest[:8]}"


@dataclass(frozen=True)
class RunLayout:
    """The paths of one DAG run. `data_root` is `dbfs:/…` or `/Volumes/<catalog>/<schema>/<volume>/…`."""

    data_root: str
    dag_id: str
    run_id: str

    @property
    def root(self) -> str:
        return f"{self.data_root.rstrip('/')}/{slug(self.dag_id)}/{run_key(self.dag_id, self.run_id)}"

    @property
    def tmp(self) -> str:
        """Staging, MLflow's `dfs_tmpdir` among it. Whoever writes there deletes it."""
        return f"{self.root}/tmp"  # noqa: S108  (a folder of the data root)

    def source(self, sha256: str, file_name: str) -> str:
        return f"{self.root}/sources/{_component(sha256)}/{_component(file_name)}"

    def snapshot(self, digest: str) -> str:
        return f"{self.root}/snapshots/{_component(digest)}"

    def sweep(self, sweep_id: str) -> str:
        return f"{self.root}/sweeps/{_component(sweep_id)}"

    def points(self, sweep_id: str) -> str:
        """The file that holds the sweep's SweepSpec."""
        return f"{self.sweep(sweep_id)}/points.json"

    def registration(self, sweep_id: str, key: str) -> str:
        """The file that holds the RegistrationSpec with this registration key."""
        return f"{self.sweep(sweep_id)}/register-{_component(key)}.json"

    def scoring(self, digest: str) -> str:
        """The file that holds the ScoringSpec with this digest."""
        return f"{self.root}/scorings/{_component(digest)}.json"


def spec_path(snapshot_path: str) -> str:
    """The file of a snapshot that holds its SnapshotSpec."""
    return f"{snapshot_path}/spec.json"


def pinned_path(snapshot_path: str) -> str:
    """The file beside a SnapshotSpec whose source is not pinned, with the spec of what was made of it."""
    return f"{snapshot_path}/pinned.json"


def listing_path(snapshot_path: str) -> str:
    """The file of a snapshot that lists the files which were read in place, with their content's hashes."""
    return f"{snapshot_path}/source.json"


def manifest_path(snapshot_path: str) -> str:
    """The file of a snapshot that holds its Manifest; the snapshot is complete when it exists."""
    return f"{snapshot_path}/manifest.json"


def side_path(snapshot_path: str, side: str) -> str:
    """The Parquet folder of one side (`train`, `validation`, `test`) of a snapshot."""
    return f"{snapshot_path}/{side}"


def _component(name: str) -> str:
    if _UNSAFE.search(name) or name != name.lstrip("_.-") or not name:
        raise ContractError(f"{name!r} cannot be part of a path; use letters, digits, '_', '.' and '-'")
    return name
