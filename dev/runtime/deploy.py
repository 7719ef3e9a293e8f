"""Put CarLot Manager on Cloudflare: `make deploy`. Refuses with one list when something is missing.

Order: a bookmark of the database to go back to, the migrations, the Worker. Migrations only ever add, so the Worker that
is still running meanwhile keeps working.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from runtime import setup, wrangler
from runtime.configuration import ESSENTIAL, bindings, is_set, read_config, secret_names
from runtime.paths import ROOT


def ask_wrangler(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What wrangler answers, without its being able to ask back."""
    words = wrangler.command(*arguments)
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true", CI="true")
    return subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def run_wrangler(*arguments: str) -> None:
    """Run wrangler before the reader's eyes. Raises: SystemExit when it fails."""
    print(f"\n[deploy] wrangler {' '.join(arguments)}", flush=True)
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true")
    done = subprocess.run(wrangler.command(*arguments), cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"[deploy] stopped: wrangler {arguments[0]} failed. What came before it is done; run it again any time.")


def is_logged_in() -> bool:
    """Whether wrangler knows an account."""
    done = ask_wrangler("whoami", "--json")
    if done.returncode:
        return False
    try:
        return bool(json.loads(done.stdout[done.stdout.index("{") :]).get("loggedIn", True))
    except ValueError:
        return "not authenticated" not in (done.stdout + done.stderr).lower()


def deployed_secrets() -> set[str] | None:
    """The names of the secrets in production; `None` before the first deploy."""
    done = ask_wrangler("secret", "list", "--format", "json")
    if done.returncode:
        return None
    return {str(entry["name"]) for entry in json.loads(done.stdout[done.stdout.index("[") :])}


def uncommitted() -> bool:
    """Whether the tree differs from its last commit, so that nobody could say later what was deployed."""
    done = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def problems_of_config(config: Mapping[str, Any]) -> list[str]:
    """What in wrangler.jsonc would not do in public."""
    found = []
    settings = config.get("vars", {})
    if settings.get("AUTH_MODE") != "required":
        found.append('wrangler.jsonc: set AUTH_MODE to "required"; anything else is for a local instance')
    if extra := sorted(set(config["compatibility_flags"]) & {"experimental", "python_workers_development"}):
        found.append(f"wrangler.jsonc: take out the compatibility flags {', '.join(extra)}; they are for a local instance")
    half_set = (
        ("WAYNE_REEVES_API_URL", "the address of the DMS; without it nothing is imported"),
        ("DEALER_NAME", "your name as the public page shows it"),
        ("PUBLIC_BASE_URL", "the address this will have, for links and photos in feeds"),
    )
    found += [f"wrangler.jsonc: set {name}: {why}" for name, why in half_set if not is_set(settings.get(name))]
    return found


def problems() -> list[str]:
    """Everything that stands in the way, at once."""
    found = problems_of_config(read_config())
    if not is_logged_in():
        return [*found, "wrangler knows no account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN"]
    present = deployed_secrets()
    if present is None:
        # Before the first deploy there is nothing that could hold secrets; the admin stays closed until they are set.
        return found
    return found + [
        f"secret {name} is missing: run `npx wrangler secret put {name}`" for name in ESSENTIAL if name not in present
    ]


def deploy() -> None:
    """Bookmark, migrations, Worker."""
    bookmark = ask_wrangler("d1", "time-travel", "info", "DB", "--json")
    if bookmark.returncode:
        print("[deploy] The database does not exist yet; the first deploy creates it.")
        deploy_worker()
        run_wrangler("d1", "migrations", "apply", "DB", "--remote")
        return
    print(f"[deploy] To go back to the database as it is now:\n{bookmark.stdout.strip()}")
    run_wrangler("d1", "migrations", "apply", "DB", "--remote")
    deploy_worker()


def deploy_worker() -> None:
    """With uv as Cloudflare's guide says; without it with the packages that `dev/setup` has put into python_modules."""
    if not shutil.which("uv"):
        run_wrangler("deploy")
        return
    print("\n[deploy] uv run pywrangler deploy", flush=True)
    if subprocess.run(["uv", "run", "pywrangler", "deploy"], cwd=ROOT, env=wrangler.environment(), check=False).returncode:
        raise SystemExit("[deploy] stopped: pywrangler deploy failed; run make deploy again any time")


def main(arguments: Sequence[str]) -> int:
    """What `make deploy` does."""
    if arguments:
        raise SystemExit("[deploy] takes no flags")
    setup.ensure()
    print("[deploy] Checking configuration, account and secrets ...", flush=True)
    if found := problems():
        print("[deploy] Not yet. Missing:", file=sys.stderr)
        for problem in found:
            print(f"  - {problem}", file=sys.stderr)
        return 1
    if uncommitted():
        print("[deploy] Note: the tree differs from its last commit.")
    for name, what in bindings(read_config()):
        print(f"[deploy] binding {name}: {what}")
    deploy()
    present = deployed_secrets() or set()
    if missing := [name for name in ESSENTIAL if name not in present]:
        print(f"\n[deploy] Done. The admin stays closed until these are set (npx wrangler secret put NAME): {', '.join(missing)}")
    unset = [name for name in secret_names() if name not in present and name not in ESSENTIAL]
    print(f"[deploy] Secrets not set, so not configured: {', '.join(unset) or 'none'}")
    return 0
