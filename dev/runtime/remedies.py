"""What a refusal of Cloudflare's means and what to do about it: one entry for each refusal that a deploy can meet."""

from __future__ import annotations

import re
from typing import NamedTuple

from runtime.cloudflare import ApiError

DASHBOARD = "https://dash.cloudflare.com"
TOKENS = f"{DASHBOARD}/profile/api-tokens"


class Permission(NamedTuple):
    """A permission of an API token, with the part of the API that it opens."""

    area: str
    name: str


# All permissions that a token for `make deploy` needs. Source: developers.cloudflare.com/fundamentals/api/reference/permissions.
PERMISSIONS = (
    Permission("/d1", "Account, D1, Edit"),
    Permission("/storage/kv", "Account, Workers KV Storage, Edit"),
    Permission("/r2", "Account, Workers R2 Storage, Edit"),
    Permission("/queues", "Account, Queues, Edit"),
    Permission("/workers", "Account, Workers Scripts, Edit"),
)
# Codes of a token that lacks a permission: "Authentication error", and "not authorized to access this service".
DENIED = (10000, 7403, 9109)
R2_OFF = f"R2 is not enabled. Open {DASHBOARD}/?to=/:account/r2/overview once and enable it; it asks for a payment method."
PAID = f"Choose Workers Paid at {DASHBOARD}/?to=/:account/workers/plans."
# Source of each code: workers-sdk issues 2877 (10042), 11210 (100129), 12438 (11002), and wrangler 4.164 (10021, 10027, 10063).
REMEDIES = {
    10042: R2_OFF,
    10136: R2_OFF,
    100129: f"The account's plan has no queues. {PAID}",
    11002: f"Queues are not enabled. Open {DASHBOARD}/?to=/:account/workers/queues once and enable them.",
    10021: "Cloudflare ran the Worker's start-up code and refused it; the words above say why. When they speak of the CPU time, "
    "the machine that checked it was busy.",
    10027: f"The Worker is too large for the account's plan. {PAID}",
    10063: f"The account has no workers.dev address. Open {DASHBOARD}/?to=/:account/workers-and-pages once; it asks for a name.",
    7406: "The account has as many D1 databases as its plan allows. Delete one, or choose a larger plan.",
}
# One request in wrangler's output: its path below the account, and the code of the refusal.
_FAILED = re.compile(r"Cloudflare API \(/accounts/\w+(/[^)]*)\) failed")
_CODE = re.compile(r"\[code: (\d+)\]")


def permission_for(path: str) -> str:
    """Return the sentence that names the permission for a part of the API."""
    names = [permission.name for permission in PERMISSIONS if path.startswith(permission.area)]
    return f"The API token lacks the permission {names[0] if names else 'for this'}. Add it at {TOKENS}."


def remedy(code: int, path: str) -> str:
    """Return what to do about a refusal; an empty text when nothing is known of it."""
    return permission_for(path) if code in DENIED else REMEDIES.get(code, "")


def explained(error: ApiError) -> str:
    """Return Cloudflare's words and what to do."""
    return " ".join(filter(None, (f"Cloudflare says: {error}.", remedy(error.code, error.path))))


def explained_output(text: str) -> str:
    """Return what to do about the failure that wrangler's output tells of; an empty text when it has no code."""
    codes, paths = _CODE.findall(text), _FAILED.findall(text)
    return f"[code: {codes[-1]}] {remedy(int(codes[-1]), paths[-1] if paths else '')}" if codes else ""
