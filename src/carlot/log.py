"""One JSON line per outcome."""

from __future__ import annotations

from collections.abc import Callable

Sink = Callable[[str, dict[str, object]], None]

_sink: Sink | None = None


def set_sink(sink: Sink) -> None:
    """Where lines go: `cloudflare.py` sends them to the console, which keeps their fields."""
    global _sink
    _sink = sink


def log(event: str, /, *, level: str = "info", **fields: object) -> None:
    """Write one line. Never give it a token, key, signature or body."""
    if _sink is not None:
        _sink(level, {"event": event, **{name: value for name, value in fields.items() if value is not None}})
