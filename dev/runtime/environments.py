"""Where it is deployed to: production is wrangler.jsonc as it stands; any other environment is the same with names of its own.

So a preview has its own Worker, database, bucket and queues, and cannot differ in anything else. Its configuration is written
beside wrangler.jsonc when it is needed, as `wrangler.preview.json`, which git ignores.
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
    """The configuration of another environment: everything that has a name in the account gets the environment's at its end."""
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
    """The configuration of an environment. Raises: SystemExit when that is no name."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
        raise SystemExit(f"{name!r} is no name of an environment: small letters, digits and hyphens, such as preview")
    return read_config() if name == PRODUCTION else derived(read_config(), name)


def flags_of(name: str) -> list[str]:
    """What tells wrangler which environment is meant; writes its configuration."""
    config = config_of(name)
    if name == PRODUCTION:
        return []
    path = ROOT / f"wrangler.{name}.json"
    path.write_text(json.dumps(config, indent=2))
    return ["--config", str(path)]
