"""What a workspace is told at its start, and where things are below its root."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """One workspace: its root folder, its address, its token and its single user."""

    root: Path
    port: int
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    user_name: str = "local.user@example.com"
    # Databricks' own number of a workspace; clients send it back and read it as an integer.
    workspace_id: int = 1_000_000_000_000_001

    @property
    def origin(self) -> str:
        """The URL under which every API and MLflow answer, without a trailing slash."""
        return f"http://{self.host}:{self.port}"

    @property
    def token_file(self) -> Path:
        """Where the token is for the next start; only its owner reads it."""
        return self.root / "token"

    @property
    def database(self) -> Path:
        """The store's SQLite file."""
        return self.root / "workspace.db"

    @property
    def dbfs(self) -> Path:
        """The folder that is `dbfs:/` (and `/Volumes` in it) to the API and to Spark."""
        return self.root / "dbfs"

    @property
    def workspace_files(self) -> Path:
        """The folder that is `/Workspace`."""
        return self.root / "workspace"

    @property
    def mlflow(self) -> Path:
        """MLflow's database and artifacts."""
        return self.root / "mlflow"

    @property
    def artifacts(self) -> Path:
        """The folder that is `mlflow-artifacts:/`."""
        return self.mlflow / "artifacts"

    @property
    def clusters(self) -> Path:
        """A folder per cluster: driver log and Spark's local files."""
        return self.root / "clusters"

    @property
    def runs(self) -> Path:
        """A folder per job run: its output, error and working files."""
        return self.root / "runs"

    @property
    def sockets(self) -> Path:
        """The scoring servers' sockets; short, as the path of a socket may have some hundred bytes only."""
        return self.root / "sockets"

    @property
    def served_models(self) -> Path:
        """A folder per served version: the model's own files and the scoring server's log."""
        return self.root / "served_models"
