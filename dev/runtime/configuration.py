"""Read the configuration: wrangler.jsonc, .dev.vars, and the names that a dealer has to fill in."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Container, Mapping
from functools import cache
from typing import Any

import json5

from runtime.paths import CONFIG, ROOT

sys.path.insert(0, str(ROOT / "src"))  # The registry is plain Python: it is readable before anything is installed.
from carlot.partners.registry import PARTNERS

DEV_VARS = ROOT / ".dev.vars"
EXAMPLE = ROOT / ".dev.vars.example"
# The same values that src/carlot/settings.py treats as "not configured".
PLACEHOLDER = re.compile(r"^(YOUR[_-].*|<.*>|CHANGE[_-]?ME|REPLACE[_-].*|xxx+)$", re.IGNORECASE)
# Secrets without which a public instance is useless: nobody could sign in.
ESSENTIAL = ("ADMIN_TOKEN",)
# The addresses that wrangler.jsonc has as delivered, each with the partner and the setting that is sent there. ASSUMED: these
# partners publish no API. To confirm: ask the partner, then write the address that it gives you into wrangler.jsonc.
ASSUMED: Mapping[str, tuple[str, str, str]] = {
    "WAYNE_REEVES_API_URL": ("https://api.waynereeves.com/v1", "Wayne Reeves", "WAYNE_REEVES_API_KEY"),
    "CARGURUS_API_URL": ("https://api.cargurus.com/v1", "CarGurus", "CARGURUS_API_KEY"),
    "TRUECAR_API_URL": ("https://api.truecar.com/v1", "TrueCar", "TRUECAR_DEALER_ID"),
    "KBB_API_URL": ("https://api.kbb.com/v1", "Kelley Blue Book", "KBB_DEALER_ID"),
}
# A partner's webhooks have a secret of their own.
_WEBHOOKS = {"wayne_reeves": "WEBHOOK_SECRET", "quickbooks": "QUICKBOOKS_WEBHOOK_VERIFIER"}
PURPOSES: Mapping[str, tuple[str, ...]] = {
    "the admin page": ("ADMIN_TOKEN",),
    **{partner.name: partner.needs for partner in PARTNERS.values() if partner.needs},
    **{f"webhooks of {PARTNERS[target].name}": (secret,) for target, secret in _WEBHOOKS.items()},
    "your name on the public page": ("DEALER_NAME",),
}
# A purpose that one setting alone serves as well: the address of a file.
ALONE: Mapping[str, str] = {partner.name: partner.alone for partner in PARTNERS.values() if partner.alone}

_SETTING = re.compile(r"^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$")


def read_config() -> dict[str, Any]:
    """wrangler.jsonc. Raises: SystemExit when it is no JSON with comments."""
    return copy.deepcopy(_parsed(CONFIG.read_text()))


@cache
def _parsed(text: str) -> dict[str, Any]:
    """Return the file's content. Its parser is slow, so a text is parsed once."""
    try:
        config: dict[str, Any] = json5.loads(text)
    except ValueError as error:
        raise SystemExit(f"wrangler.jsonc is not valid JSON: {error}. Correct it and try again.") from error
    return config


def read_dev_vars() -> dict[str, str]:
    """Return the names and values in .dev.vars, or an empty dict without the file."""
    if not DEV_VARS.exists():
        return {}
    found = (_SETTING.match(line) for line in DEV_VARS.read_text().splitlines())
    return {match[1]: match[2].strip("\"'`") for match in found if match}


def secret_names() -> list[str]:
    """Return the name of every secret listed in .dev.vars.example, also of those that are commented out."""
    found = (_SETTING.match(line.removeprefix("#")) for line in EXAMPLE.read_text().splitlines())
    return [match[1] for match in found if match]


def asked_by_the_button() -> set[str]:
    """Return the secrets that the Deploy button asks for: every entry of the example that is no comment, and it requires each.

    Source: cloudflare-docs issues 31988 and 31989; developers.cloudflare.com/workers/platform/deploy-buttons.
    """
    found = (_SETTING.match(line) for line in EXAMPLE.read_text().splitlines())
    return {match[1] for match in found if match}


def is_set(value: object) -> bool:
    """Return whether a value configures something: it is neither empty nor a placeholder."""
    text = str(value or "").strip()
    return bool(text) and not PLACEHOLDER.match(text)


def missing(names: Container[str]) -> dict[str, list[str]]:
    """Return the settings that each purpose lacks, given the names that are set."""
    return {
        purpose: [] if ALONE.get(purpose) in names else [name for name in needed if name not in names]
        for purpose, needed in PURPOSES.items()
    }


def half_configured(names: Container[str]) -> list[str]:
    """Return one line for each purpose that has some of its settings but not all: the rest was probably forgotten.

    The key that seals tokens, and the addresses that are there as delivered, do not count as begun.
    """
    shared = {"TOKEN_ENCRYPTION_KEY", *ASSUMED}
    lacks = missing(names)
    half = {purpose: lacking for purpose, lacking in lacks.items() if lacking and set(PURPOSES[purpose]) - shared - set(lacking)}
    return [f"{purpose}: {', '.join(lacking)} not set" for purpose, lacking in half.items()]


def unconfirmed(settings: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return the assumed addresses that are in use as delivered, each with the request to confirm it."""
    found = []
    for name, (address, partner, sent) in ASSUMED.items():
        if str(settings.get(name, "")).rstrip("/") == address:
            when = f"{sent} is set: ask {partner} now" if is_set(settings.get(sent)) else f"ask {partner} before you set {sent}"
            found.append((name, f"{address} is assumed; {when} whether it is right"))
    return found


def bindings(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return every binding with a description: D1 database, KV namespace, R2 bucket, queue, assets."""
    found = [(entry["binding"], f"D1 database {entry['database_name']}") for entry in config.get("d1_databases", [])]
    found += [(entry["binding"], "KV namespace") for entry in config.get("kv_namespaces", [])]
    found += [(entry["binding"], f"R2 bucket {entry['bucket_name']}") for entry in config.get("r2_buckets", [])]
    queues = config.get("queues", {})
    found += [(entry["binding"], f"queue {entry['queue']}") for entry in queues.get("producers", [])]
    found += [("(consumer)", f"queue {entry['queue']}") for entry in queues.get("consumers", [])]
    if binding := config.get("assets", {}).get("binding"):
        found.append((binding, f"assets in {config['assets']['directory']}"))
    return found
