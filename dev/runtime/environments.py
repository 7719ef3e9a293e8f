"""Deployment environments. Production is wrangler.jsonc itself; any other environment is a copy with its own names.

A preview has its own Worker, database, bucket and queues, and differs in nothing else. Its configuration is written next to
wrangler.jsonc when it is needed, as `wrangler.preview.json`, which git ignores.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from runtime.configuration import read_config
from runtime.paths import ROOT

PRODUCTION = "production"


def derived(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return another environment's configuration: its name is appended to the name of every resource in the account."""
    other: dict[str, Any] = copy.deepcopy(dict(config))
    other["name"] += f"-{name}"
    for database in other["d1_databases"]:
        database["database_name"] += f"-{name}"
    for bucket in other["r2_buckets"]:
        bucket["bucket_name"] += f"-{name}"
    for queue in (*other["queues"]["producers"], *other["queues"]["consumers"]):
        for key in {"queue", "dead_letter_queue"} & set(queue):
            queue[key] += f"-{name}"
    return other


def config_of(name: str) -> dict[str, Any]:
    """Return the configuration of an environment. Raises: SystemExit when the name is not valid."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
        raise SystemExit(f"{name!r} is not a valid environment name. Use lowercase letters, digits and hyphens, such as preview.")
    return read_config() if name == PRODUCTION else derived(read_config(), name)


def flags_of(name: str) -> list[str]:
    """Write the environment's configuration and return the wrangler flags that select it."""
    config = config_of(name)
    if name == PRODUCTION:
        return []
    return ["--config", write(name, config)]


def write(name: str, config: Mapping[str, Any]) -> str:
    """Write a configuration next to wrangler.jsonc, whose paths it shares, and return its path. git ignores it."""
    path = ROOT / f"wrangler.{name}.json"
    path.write_text(json.dumps(config, indent=2))
    return str(path)
