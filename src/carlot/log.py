"""One JSON line per outcome."""

from __future__ import annotations

from collections.abc import Callable

from carlot import trace

Sink = Callable[[str, dict[str, object]], None]

sinks: list[Sink] = []
"""The outputs for lines, by level and fields. `platform/cloudflare.py` adds the console."""


def log(event: str, /, *, level: str = "info", **fields: object) -> None:
    """Write one line, with the id of its request. Never pass a token, key, signature or body."""
    told = {"event": event, "request": trace.current() or None, **fields}
    for sink in sinks:
        sink(level, {name: value for name, value in told.items() if value is not None})
