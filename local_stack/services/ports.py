"""Ports of the loopback address that are free."""

import socket


def free_port(port: int = 0) -> int:
    """The port itself (any port for 0) if nobody listens on it at this moment, else 0."""
    with socket.socket() as listener:
        # As servers do: the last connections of an earlier start must not make its port look taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return 0
        found: int = listener.getsockname()[1]
    return found
