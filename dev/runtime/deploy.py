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
from runtime.configuration import ESSENTIAL, bindings, half_configured, is_set, missing, read_config
from runtime.paths import ROOT

# How wrangler says that a database of that name is not there. Source: wrangler 4.164, src/d1/utils.ts.
NO_DATABASE = "Couldn't find a D1 DB"


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
    if config.get("vars", {}).get("AUTH_MODE") != "required":
        found.append('wrangler.jsonc: set AUTH_MODE to "required"; anything else is for a local instance')
    if extra := sorted(set(config["compatibility_flags"]) & {"experimental", "python_workers_development"}):
        found.append(f"wrangler.jsonc: take out the compatibility flags {', '.join(extra)}; they are for a local instance")
    return found


def problems_of_secrets(config: Mapping[str, Any], present: set[str]) -> list[str]:
    """What a Worker that is there lacks: what nobody can do without, and what a partner that is half configured needs."""
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    found = [f"secret {name}: run `npx wrangler secret put {name}`" for name in ESSENTIAL if name not in present]
    return found + half_configured(settings)


def problems() -> list[str]:
    """Everything that stands in the way, at once."""
    config = read_config()
    found = problems_of_config(config)
    if not is_logged_in():
        return [*found, "wrangler knows no account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN"]
    present = deployed_secrets()
    # Before the first deploy nothing is there that could hold secrets; the admin stays closed until they are set.
    return found if present is None else found + problems_of_secrets(config, present)


def bookmark() -> None:
    """Print what the database can be put back to; make the database when there is none. Raises: SystemExit."""
    info = ask_wrangler("d1", "time-travel", "info", "DB")
    if info.returncode == 0:
        print(f"[deploy] To go back to the database as it is now:\n{info.stdout.strip()}", flush=True)
        return
    said = info.stdout + info.stderr
    if NO_DATABASE not in said:
        raise SystemExit(f"[deploy] stopped: the database does not say its bookmark.\n{said.strip()}")
    name = read_config()["d1_databases"][0]["database_name"]
    print(f"[deploy] The first deploy: making the database {name}", flush=True)
    made = ask_wrangler("d1", "create", name)
    if made.returncode:
        raise SystemExit(f"[deploy] stopped: the database could not be made.\n{(made.stdout + made.stderr).strip()}")


def deploy() -> None:
    """Bookmark, migrations, Worker."""
    bookmark()
    run_wrangler("d1", "migrations", "apply", "DB", "--remote")
    if not shutil.which("uv"):
        # With the packages that `dev/setup` has put into python_modules.
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
    config = read_config()
    for name, what in bindings(config):
        print(f"[deploy] binding {name}: {what}")
    deploy()
    present = deployed_secrets() or set()
    if closed := [name for name in ESSENTIAL if name not in present]:
        print(f"\n[deploy] Done. The admin stays closed until this is set: npx wrangler secret put {', '.join(closed)}")
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    idle = [purpose for purpose, lacking in missing(settings).items() if lacking]
    print(f"[deploy] Not configured, and so not in use: {', '.join(idle) or 'nothing'}. Secrets: npx wrangler secret put NAME")
    return 0
