"""Put CarLot Manager on Cloudflare: `make deploy`, or `make deploy ENV=preview`. Refuses with one list when something is missing.

Order: a bookmark of the database to go back to, the migrations, the Worker. Migrations only ever add, so the Worker that
is still running meanwhile keeps working.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from runtime import environments, setup, wrangler
from runtime.configuration import ESSENTIAL, bindings, half_configured, is_set, missing
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


def deployed_secrets(flags: Sequence[str] = ()) -> set[str] | None:
    """The names of the secrets there; `None` before the first deploy. `flags` say which environment, by default production."""
    done = ask_wrangler("secret", "list", "--format", "json", *flags)
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


def problems_of_secrets(config: Mapping[str, Any], present: set[str], flags: Sequence[str] = ()) -> list[str]:
    """What a Worker that is there lacks: what nobody can do without, and what a partner that is half configured needs."""
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    put = " ".join(["npx wrangler secret put", *flags])
    found = [f"secret {name}: run `{put} {name}`" for name in ESSENTIAL if name not in present]
    return found + half_configured(settings)


def problems(config: Mapping[str, Any], flags: Sequence[str]) -> list[str]:
    """Everything that stands in the way, at once."""
    found = problems_of_config(config)
    if not is_logged_in():
        return [*found, "wrangler knows no account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN"]
    present = deployed_secrets(flags)
    # Before the first deploy nothing is there that could hold secrets; the admin stays closed until they are set.
    return found if present is None else found + problems_of_secrets(config, present, flags)


def bookmark(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Print what the database can be put back to; make the database when there is none. Raises: SystemExit."""
    info = ask_wrangler("d1", "time-travel", "info", "DB", *flags)
    if info.returncode == 0:
        print(f"[deploy] To go back to the database as it is now:\n{info.stdout.strip()}", flush=True)
        return
    said = info.stdout + info.stderr
    if NO_DATABASE not in said:
        raise SystemExit(f"[deploy] stopped: the database does not say its bookmark.\n{said.strip()}")
    name = config["d1_databases"][0]["database_name"]
    print(f"[deploy] The first deploy: making the database {name}", flush=True)
    made = ask_wrangler("d1", "create", name)
    if made.returncode:
        raise SystemExit(f"[deploy] stopped: the database could not be made.\n{(made.stdout + made.stderr).strip()}")


def deploy(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Bookmark, migrations, Worker."""
    bookmark(config, flags)
    run_wrangler("d1", "migrations", "apply", "DB", "--remote", *flags)
    # With the packages that `dev/setup` has put into python_modules: the ones that were tested.
    run_wrangler("deploy", *flags)


def main(arguments: Sequence[str]) -> int:
    """What `make deploy` does. The one argument that it takes is the environment."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        raise SystemExit("[deploy] takes no flags, and at most the name of an environment, such as preview")
    environment = arguments[0] if arguments else environments.PRODUCTION
    config, flags = environments.config_of(environment), environments.flags_of(environment)
    setup.ensure()
    print(f"[deploy] {environment}: checking configuration, account and secrets ...", flush=True)
    if found := problems(config, flags):
        print("[deploy] Not yet. Missing:", file=sys.stderr)
        for problem in found:
            print(f"  - {problem}", file=sys.stderr)
        return 1
    if uncommitted():
        print("[deploy] Note: the tree differs from its last commit.")
    for name, what in bindings(config):
        print(f"[deploy] binding {name}: {what}")
    deploy(config, flags)
    report(config, flags)
    return 0


def report(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Say what is left to do."""
    present = deployed_secrets(flags) or set()
    put = " ".join(["npx wrangler secret put", *flags])
    if closed := [name for name in ESSENTIAL if name not in present]:
        print(f"\n[deploy] Done. The admin stays closed until this is set: {put} {', '.join(closed)}")
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    idle = [purpose for purpose, lacking in missing(settings).items() if lacking]
    print(f"[deploy] Not configured, and so not in use: {', '.join(idle) or 'nothing'}. Secrets: {put} NAME")
