"""Check whether a port is free, and report a used one in a single sentence."""

from __future__ import annotations

import socket

PATIENCE_S = 2.0


def is_free(port: int, host: str = "localhost") -> bool:
    """Return whether no program listens on the port, at any of the host's addresses."""
    try:
        socket.create_connection((host, port), PATIENCE_S).close()
    except OSError:
        return True
    return False


def find_free_port() -> int:
    """Return a port on which no program listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def require_free(port: int, flag: str) -> None:
    """Raise SystemExit when a program already listens on a port of this machine. `flag` is the flag that chooses the port."""
    if not is_free(port):
        raise SystemExit(f"Port {port} is in use. Stop the program that uses it, or choose another port with {flag}.")
