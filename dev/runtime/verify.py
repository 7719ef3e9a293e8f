"""What a deploy looks at around the upload: the variables that it replaces, and afterwards whether the Worker answers."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.cloudflare import Account, ApiError, send
from runtime.remedies import explained

# A new workers.dev address needs its name and its certificate first, which takes minutes.
PATIENCE_S = 180.0
PAUSE_S = 2.0
TIMEOUT_S = 20.0
PATHS = ("/api/health", "/api/public/inventory?limit=1")


def replaced_variables(account: Account, config: Mapping[str, Any]) -> list[str]:
    """Return a line for each variable that has another value on Cloudflare, where somebody may have set it in the dashboard.

    wrangler.jsonc names every variable, so its values win whatever `keep_vars` says.
    """
    try:
        bindings = account.call("GET", f"/workers/scripts/{config['name']}/settings")["bindings"]
    except ApiError:
        return []  # No Worker is there yet.
    there = {each["name"]: each.get("text", "") for each in bindings if each["type"] == "plain_text"}
    ours = config.get("vars", {})
    changed = sorted(name for name, value in there.items() if name in ours and value != ours[name])
    gone = sorted(name for name in there if name not in ours)
    found = [f"{name} is {there[name]!r} on Cloudflare and becomes {ours[name]!r}, as in wrangler.jsonc" for name in changed]
    return found + [f"{name} is not in wrangler.jsonc, and is removed from Cloudflare" for name in gone]


def address(account: Account, config: Mapping[str, Any]) -> str | None:
    """Return the address to ask: the one that was given, the Worker's own, or PUBLIC_BASE_URL. Raises: ApiError."""
    if chosen := os.environ.get("CARLOT_URL"):
        return chosen.rstrip("/")
    if config.get("workers_dev"):
        name = account.call("GET", "/workers/subdomain")["subdomain"]
        return f"https://{config['name']}.{name}.workers.dev"
    return str(config.get("vars", {}).get("PUBLIC_BASE_URL", "")).rstrip("/") or None


def unanswered(url: str) -> str:
    """Ask each path once; return what is wrong with the first answer that is not good, else an empty text."""
    for path in PATHS:
        try:
            answer = send("GET", url + path, {"user-agent": "carlot-deploy"}, timeout_s=TIMEOUT_S)
        except (OSError, http.client.HTTPException) as failure:
            return f"{path} does not answer ({failure!r})"
        if answer.status != 200:
            return f"{path} answers {answer.status}"
    return ""


def require_answers(account: Account, config: Mapping[str, Any], flags: Sequence[str], bookmark: str) -> None:
    """Ask the deployed Worker until it answers. Raises: SystemExit, with how to go back, when it does not in time."""
    try:
        url = address(account, config)
    except ApiError as error:
        raise SystemExit(f"[deploy] Uploaded, but the Worker's address is not known. {explained(error)}") from error
    if url is None:
        print("[deploy] Note: no address is known, so nothing was asked. Name one: make deploy URL=https://...")
        return
    print(f"[deploy] asking {url} until it answers ...", flush=True)
    deadline = time.monotonic() + PATIENCE_S
    while wrong := unanswered(url):
        if time.monotonic() > deadline:
            raise SystemExit(f"[deploy] Uploaded, but {url}{wrong} after {PATIENCE_S:.0f} s.\n{ways_back(flags, bookmark)}")
        time.sleep(PAUSE_S)
    print(f"[deploy] {url} answers.", flush=True)


def ways_back(flags: Sequence[str], bookmark: str) -> str:
    """Return the commands that show the reason, and that put the Worker and the database back."""
    more = "".join(f" {flag}" for flag in flags)
    return (
        f"  What the Worker says:           npx wrangler tail{more}\n"
        f"  The Worker before this deploy:  npx wrangler rollback{more}\n"
        f"  The database before it:         npx wrangler d1 time-travel restore DB{more} --bookmark {bookmark}\n"
        "  An older Worker runs on the newer database, so put the database back only if the data is wrong."
    )
