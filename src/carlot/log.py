"""One JSON line per outcome."""

from __future__ import annotations

from collections.abc import Callable

from carlot import trace

Sink = Callable[[str, dict[str, object]], None]

sinks: list[Sink] = []
"""Where lines go, by level and fields. `cloudflare.py` adds the console, which keeps their fields."""


def log(event: str, /, *, level: str = "info", **fields: object) -> None:
    """Write one line, with the request that it is about. Never give it a token, key, signature or body."""
    told = {"event": event, "request": trace.current() or None, **fields}
    for sink in sinks:
        sink(level, {name: value for name, value in told.items() if value is not None})
