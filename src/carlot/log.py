"""One JSON line per outcome."""

from __future__ import annotations

from collections.abc import Callable

Sink = Callable[[str, dict[str, object]], None]

sinks: list[Sink] = []
"""Where lines go, by level and fields. `cloudflare.py` adds the console, which keeps their fields."""


def log(event: str, /, *, level: str = "info", **fields: object) -> None:
    """Write one line. Never give it a token, key, signature or body."""
    for sink in sinks:
        sink(level, {"event": event, **{name: value for name, value in fields.items() if value is not None}})
