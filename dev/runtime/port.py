"""Whether a port can be had, said in one sentence when it cannot."""

from __future__ import annotations

import socket

PATIENCE_S = 2.0


def is_free(port: int, host: str = "localhost") -> bool:
    """Whether nobody answers there, by any of the host's addresses."""
    try:
        socket.create_connection((host, port), PATIENCE_S).close()
    except OSError:
        return True
    return False


def require_free(port: int, flag: str) -> None:
    """Raises: SystemExit when somebody listens on a port of this machine that `flag` chooses."""
    if not is_free(port):
        raise SystemExit(f"Port {port} is in use: stop what listens there, or choose another with {flag}.")
