"""What a workspace is told at its start, and where things are below its root."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

WAREHOUSE = "/user/hive/warehouse"
LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = frozenset({LOOPBACK, "localhost", "[::1]"})
_EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - to tell it from the others


class Kind(StrEnum):
    """What a workspace has. Both have Unity Catalog."""

    CLASSIC = "classic"  # also a DBFS root and a workspace model registry, as accounts that have grown have
    UNITY = "unity"  # neither, as a new account


@dataclass(frozen=True)
class Settings:
    """One workspace: its root folder, its address, its token and its single user."""

    root: Path
    port: int
    token: str = field(repr=False)
    # The IPv4 address to listen on, and the names besides this machine's own by which clients call it there.
    host: str = LOOPBACK
    allowed_hosts: tuple[str, ...] = ()
    # The origin that a person's browser knows, where it is not `origin`.
    public_url: str = ""
    kind: Kind = Kind.CLASSIC
    user_name: str = "local.user@example.com"
    # Databricks' own number of a workspace; clients send it back and read it as an integer.
    workspace_id: int = 1_000_000_000_000_001
    account_id: str = "00000000-0000-4000-8000-000000000001"

    @property
    def origin(self) -> str:
        """The URL under which every API and MLflow answer on this machine, without a trailing slash."""
        return f"http://{own_address(self.host)}:{self.port}"

    @property
    def link_origin(self) -> str:
        """What links in answers begin with: they are for the browser of a person."""
        return self.public_url or self.origin

    @property
    def host_names(self) -> frozenset[str]:
        """The names (in lower case, without port) by which requests may call the workspace."""
        return LOOPBACK_NAMES | {own_address(self.host), *self.allowed_hosts} | self._public_name

    @property
    def _public_name(self) -> set[str]:
        name = urlsplit(self.public_url).hostname
        return {name} if name else set()

    @property
    def token_file(self) -> Path:
        """Where the token is for the next start; only its owner reads it."""
        return self.root / "token"

    @property
    def kind_file(self) -> Path:
        """Where the kind is for the next start."""
        return self.root / "kind"

    @property
    def database(self) -> Path:
        """The store's SQLite file."""
        return self.root / "workspace.db"

    @property
    def secrets(self) -> Path:
        """The values of secrets; only its owner reads the file."""
        return self.root / "secrets.json"

    @property
    def dbfs(self) -> Path:
        """The folder that is `dbfs:/` to the API and to Spark, with `/Volumes` in it."""
        return self.root / "dbfs"

    @property
    def volumes(self) -> Path:
        """The folder that is `/Volumes`: in it those of catalogs, schemas and volumes."""
        return self.dbfs / "Volumes"

    @property
    def mounts(self) -> dict[str, Path]:
        """What Spark has below `dbfs:/`: paths there, and the folders that they are.

        Tables have a folder in either kind, as each cluster makes one for its default database.
        """
        if self.kind is Kind.CLASSIC:
            return {"/": self.dbfs}
        return {"/Volumes": self.volumes, WAREHOUSE: self.root / "warehouse"}

    @property
    def tables(self) -> Path:
        """The definitions of tables, whose rows are in the warehouse."""
        return self.root / "tables"

    @property
    def local_mounts(self) -> dict[str, Path]:
        """What plain Python and the shell find in a job run: paths, and the folders that they are."""
        dbfs = {"/dbfs": self.dbfs} if self.kind is Kind.CLASSIC else {}
        return {"/Volumes": self.volumes, "/Workspace": self.workspace_files} | dbfs

    @property
    def local_paths(self) -> dict[str, str]:
        """The same as text, with their real paths."""
        return {name: str(folder.resolve()) for name, folder in self.local_mounts.items()}

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
    def catalog_models(self) -> Path:
        """The files of Unity Catalog's model versions: a folder per model and version."""
        return self.root / "catalog_models"

    @property
    def uploads(self) -> Path:
        """Files on their way into the Files API's trees; on the same file system as those."""
        return self.root / "uploads"

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


def own_address(host: str) -> str:
    """The address by which the server and its processes call it when it listens on `host`."""
    return LOOPBACK if host == _EVERY_ADDRESS else host
