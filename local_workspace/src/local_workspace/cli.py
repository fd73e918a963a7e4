"""The command `local-workspace`: serve, status, env, seed, reset."""

import argparse
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local_workspace.server.addresses import (
    AddressError,
    checked_host,
    checked_names,
    checked_url,
)
from local_workspace.server.kind import KindError, chosen_kind
from local_workspace.server.ports import DEFAULT_PORT, PortInUseError, listen
from local_workspace.server.root_lock import LOCK_NAME, RootIsHeldError, RootLock, holder_of
from local_workspace.server.token import chosen_token
from local_workspace.settings import LOOPBACK, Kind, Settings, own_address

ROOT_VARIABLE, TOKEN_VARIABLE = "LOCAL_WORKSPACE_ROOT", "LOCAL_WORKSPACE_TOKEN"
HOST_VARIABLE, ALLOWED_HOSTS_VARIABLE = "LOCAL_WORKSPACE_HOST", "LOCAL_WORKSPACE_ALLOWED_HOSTS"
PUBLIC_URL_VARIABLE = "LOCAL_WORKSPACE_PUBLIC_URL"
KIND_VARIABLE = "LOCAL_WORKSPACE_KIND"
DEFAULT_ROOT = ".local-workspace"
FAILED, MISUSED, HELD = 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = _parser().parse_args(arguments)
    options.root = options.root.expanduser().absolute()
    try:
        return int(options.command(options))
    except RootIsHeldError as error:
        return _fail(str(error), HELD)
    except (PortInUseError, AddressError, KindError) as error:
        return _fail(str(error), MISUSED)


def serve(options: argparse.Namespace) -> int:
    """Serve the workspace of a root until Ctrl-C or SIGTERM."""
    options.allowed_host = checked_names(options.allowed_host or _named_by_environment())
    checked_host(options.host, options.allowed_host, has_token=bool(options.token))
    options.public_url = checked_url(options.public_url)
    with RootLock(options.root) as lock:
        lock.announce("")
        return _serve(options, lock)


def _serve(options: argparse.Namespace, lock: RootLock) -> int:
    from local_workspace.server import server
    from local_workspace.server.web import StartError

    with listen(options.host, options.port) as listener:
        settings = Settings(
            root=options.root,
            port=listener.getsockname()[1],
            token=chosen_token(options.root, options.token),
            host=options.host,
            allowed_hosts=options.allowed_host,
            public_url=options.public_url,
            kind=chosen_kind(options.root, options.kind),
        )
        if options.port is None and settings.port != DEFAULT_PORT:
            server.say(f"port {DEFAULT_PORT} is in use: taking {settings.port}")
        try:
            return server.serve(settings, listener, lock, lambda: _say_ready(settings, as_json=options.json))
        except StartError as error:
            return _fail(str(error), FAILED)


def _named_by_environment() -> list[str]:
    return os.environ.get(ALLOWED_HOSTS_VARIABLE, "").replace(",", " ").split()


def status(options: argparse.Namespace) -> int:
    """Say whether the workspace of a root answers; status 0 if it does."""
    settings = _running(options.root)
    holder = holder_of(options.root)
    if options.json:
        print(
            json.dumps(
                {"running": settings is not None, "root": str(options.root)}
                | (vars(holder) if holder else {})
            )
        )
    elif settings is not None and holder is not None:
        print(f"running at {settings.origin} on {options.root} (pid {holder.pid})")
    elif holder is not None:
        print(f"pid {holder.pid} holds {options.root}, but does not answer at {holder.url or 'any port yet'}")
    else:
        print(f"not running on {options.root}")
    return 0 if settings else FAILED


def env(options: argparse.Namespace) -> int:
    """Print the exports that let Databricks, MLflow and Airflow clients find the workspace."""
    settings = _running(options.root)
    if settings is None:
        return _fail(f"nothing answers on {options.root}: start it with `local-workspace serve`", FAILED)
    variables = connection_variables(settings)
    if options.json:
        print(json.dumps(variables))
        return 0
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def seed(options: argparse.Namespace) -> int:
    """Fill a running workspace from a folder: files, secrets, requests."""
    from local_workspace.clients.seed import SeedError
    from local_workspace.clients.seed import seed as put

    settings = _running(options.root)
    if settings is None:
        return _fail(f"nothing answers on {options.root}: start it with `local-workspace serve`", FAILED)
    try:
        names = put(options.folder, settings.origin, settings.token)
    except SeedError as error:
        return _fail(str(error), MISUSED)
    print(json.dumps(names) if options.json else "\n".join(names))
    return 0


def reset(options: argparse.Namespace) -> int:
    """Remove everything in a root whose workspace does not run."""
    root: Path = options.root
    if not root.exists():
        return 0
    if any(root.iterdir()) and not (root / LOCK_NAME).is_file():
        return _fail(f"{root} is not the root of a local workspace: nothing removed", MISUSED)
    with RootLock(root):
        for child in root.iterdir():
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            elif child.name != LOCK_NAME:
                child.unlink()
    print(f"removed everything in {root}")
    return 0


def connection_variables(settings: Settings) -> dict[str, str]:
    """What Databricks' SDK, MLflow's client and Airflow's provider read from the environment."""
    connection = {
        "conn_type": "databricks",
        "host": own_address(settings.host),
        "port": settings.port,
        "schema": "http",
        "password": settings.token,
    }
    return {
        "DATABRICKS_HOST": settings.origin,
        "DATABRICKS_TOKEN": settings.token,
        "MLFLOW_TRACKING_URI": settings.origin,
        "MLFLOW_TRACKING_TOKEN": settings.token,
        "AIRFLOW_CONN_DATABRICKS_DEFAULT": json.dumps(connection),
    }


def _running(root: Path) -> Settings | None:
    """The workspace of `root` if it answers to the token in the root's token file."""
    from local_workspace.server.web import who_answers

    holder = holder_of(root)
    if holder is None or not holder.url:
        return None
    where = urlsplit(holder.url)
    settings = Settings(
        root=root,
        port=where.port or 0,
        token=chosen_token(root, None),
        host=where.hostname or LOOPBACK,
    )
    return settings if who_answers(settings.origin, settings.token) else None


def _say_ready(settings: Settings, *, as_json: bool) -> None:
    facts = {
        "url": settings.origin,
        "root": str(settings.root),
        "token_file": str(settings.token_file),
        "pid": os.getpid(),
    }
    line = (
        json.dumps(facts)
        if as_json
        else "ready: {url} root={root} token_file={token_file} pid={pid}".format(**facts)
    )
    print(line, flush=True)


def _fail(text: str, exit_status: int) -> int:
    print(f"local-workspace: {text}", file=sys.stderr)
    return exit_status


EXAMPLES = {
    "serve": "local-workspace serve --root /tmp/ws --port 0 --json",
    "status": "local-workspace status --root /tmp/ws",
    "env": 'eval "$(local-workspace env --root /tmp/ws)"',
    "seed": "local-workspace seed tests/seeds --root /tmp/ws",
    "reset": "local-workspace reset --root /tmp/ws",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="local-workspace",
        description="A Databricks workspace on this machine, for one user.",
        epilog="Each command has its own --help.",
    )
    commands = parser.add_subparsers(required=True, title="commands")
    for command in (serve, status, env, seed, reset):
        _add_common(commands, command)
    _add_serve_options(commands.choices["serve"])
    commands.choices["seed"].add_argument("folder", type=Path, help="the folder to fill it from")
    return parser


def _add_common(commands: Any, command: Callable[[argparse.Namespace], int]) -> None:
    name, text = command.__name__, command.__doc__
    parser = commands.add_parser(name, help=text, description=text, epilog=f"Example: {EXAMPLES[name]}")
    parser.set_defaults(command=command)
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(os.environ.get(ROOT_VARIABLE, DEFAULT_ROOT)),
        help=f"folder of the workspace's state (environment: {ROOT_VARIABLE}; default: {DEFAULT_ROOT})",
    )
    if command is not reset:
        parser.add_argument("--json", action="store_true", help="answer with one JSON object, for machines")


def _add_serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kind",
        choices=[*Kind],
        default=os.environ.get(KIND_VARIABLE),
        help="classic: DBFS root, workspace model registry and Unity Catalog; unity: Unity Catalog alone, as "
        f"a new account has it (environment: {KIND_VARIABLE}; default: what the root is, or classic)",
    )
    parser.add_argument(
        "--port",
        type=int,
        help=f"port to listen on; 0 takes any free one (default: {DEFAULT_PORT}, or the next free one)",
    )
    parser.add_argument(
        "--token",
        default=os.environ.get(TOKEN_VARIABLE),
        help=f"token that clients must send; kept in ROOT/token (environment: {TOKEN_VARIABLE}; default: "
        "that of the last start, or a new one)",
    )
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        default=os.environ.get(HOST_VARIABLE, LOOPBACK),
        help=f"address to listen on (environment: {HOST_VARIABLE}; default: {LOOPBACK}); any but this "
        "machine's own needs --allowed-host and a token",
    )
    parser.add_argument(
        "--allowed-host",
        action="append",
        metavar="NAME",
        help="a name by which clients on other machines call this one; may be given several times "
        f"(environment: {ALLOWED_HOSTS_VARIABLE}, separated by spaces or commas)",
    )
    parser.add_argument(
        "--public-url",
        metavar="URL",
        default=os.environ.get(PUBLIC_URL_VARIABLE, ""),
        help="where a browser finds the workspace, for links such as run_page_url, if that is another "
        f"address (environment: {PUBLIC_URL_VARIABLE})",
    )


if __name__ == "__main__":
    sys.exit(main())
