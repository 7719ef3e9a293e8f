"""Everything that the account holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulators.cloudflare.database import Database
from simulators.cloudflare.knobs import Knobs


def now() -> str:
    """Return the time as Cloudflare writes it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Return an identifier of 32 hexadecimal digits."""
    return uuid.uuid4().hex


@dataclass(slots=True)
class Queue:
    """A queue with its consumers."""

    name: str
    id: str = field(default_factory=new_id)
    consumers: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Script:
    """A Worker: its versions (oldest first, each with the upload's metadata and the names of its parts), secrets and crons."""

    name: str
    versions: list[dict[str, Any]] = field(default_factory=list)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    subdomain: dict[str, bool] = field(default_factory=lambda: {"enabled": False, "previews_enabled": False})

    def bindings(self) -> list[dict[str, Any]]:
        """Return the bindings of the version in use, with the secrets and without their values."""
        named = self.versions[-1]["metadata"].get("bindings", []) if self.versions else []
        return [*named, *({"name": name, "type": "secret_text"} for name in self.secrets)]


@dataclass(slots=True)
class State:
    """The account. `objects` maps a bucket to its objects: content and content type by key."""

    databases: dict[str, Database] = field(default_factory=dict)
    namespaces: dict[str, str] = field(default_factory=dict)
    objects: dict[str, dict[str, tuple[bytes, str]]] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    assets: set[str] = field(default_factory=set)
    knobs: Knobs = field(default_factory=Knobs)
