"""The port of the server: the one that was asked for, a free one, or the next after the default."""

import errno
import socket

import psutil

from local_workspace.server.addresses import AddressError

DEFAULT_PORT = 8765
NEXT_PORTS = 20
ANOTHER = "choose another with --port (0: any free one)"


class PortInUseError(Exception):
    """Something else listens on the port."""


def listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on `port` (0: any free one; None: the default, or the next free one after it)."""
    if port is not None:
        return _listen(host, port)
    for candidate in range(DEFAULT_PORT, DEFAULT_PORT + NEXT_PORTS):
        try:
            return _listen(host, candidate)
        except PortInUseError:
            continue
    raise PortInUseError(f"ports {DEFAULT_PORT} to {DEFAULT_PORT + NEXT_PORTS - 1} are all in use: {ANOTHER}")


def _listen(host: str, port: int) -> socket.socket:
    # With the protocol said, asyncio sets TCP_NODELAY on what is accepted; else an answer takes 40 ms more.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise AddressError(f"--host {host} is no address of this machine") from error
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUseError(f"port {port} is in use by {_holder(port)}: stop that, or {ANOTHER}") from error
    return listener


def _holder(port: int) -> str:
    """Who listens on `port`, as far as the system tells this user."""
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.AccessDenied, PermissionError):
        return "another process"
    for connection in connections:
        if (
            connection.status == psutil.CONN_LISTEN
            and tuple(connection.laddr)[1:] == (port,)
            and connection.pid
        ):
            return _named(connection.pid)
    return "another process"


def _named(pid: int) -> str:
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})"
    except psutil.Error:
        return f"pid {pid}"
