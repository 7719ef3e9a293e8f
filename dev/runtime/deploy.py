"""Deploy CarLot Manager to Cloudflare: `make deploy`, or `make deploy ENV=preview`. Lists everything that is missing, if any.

The order is: print a bookmark of the database, apply the migrations, upload the Worker. Migrations only add, so the Worker
that is still running keeps working meanwhile.
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

# The message with which wrangler reports a missing database. Source: wrangler 4.164, src/d1/utils.ts.
NO_DATABASE = "Couldn't find a D1 DB"


def ask_wrangler(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run wrangler without terminal input, so it cannot prompt, and return its result."""
    words = wrangler.command(*arguments)
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true", CI="true")
    return subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


def run_wrangler(*arguments: str) -> None:
    """Run wrangler and show its output. Raises: SystemExit when it fails."""
    print(f"\n[deploy] wrangler {' '.join(arguments)}", flush=True)
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true")
    done = subprocess.run(wrangler.command(*arguments), cwd=ROOT, env=environment, check=False)
    if done.returncode:
        text = f"[deploy] Stopped: wrangler {arguments[0]} failed. Read its message above, then run make deploy again."
        raise SystemExit(text)


def is_logged_in() -> bool:
    """Return whether wrangler is signed in to a Cloudflare account."""
    done = ask_wrangler("whoami", "--json")
    if done.returncode:
        return False
    try:
        return bool(json.loads(done.stdout[done.stdout.index("{") :]).get("loggedIn", True))
    except ValueError:
        return "not authenticated" not in (done.stdout + done.stderr).lower()


def deployed_secrets(flags: Sequence[str] = ()) -> set[str] | None:
    """Return the names of the deployed secrets, `None` before the first deploy. `flags` select the environment."""
    done = ask_wrangler("secret", "list", "--format", "json", *flags)
    if done.returncode:
        return None
    return {str(entry["name"]) for entry in json.loads(done.stdout[done.stdout.index("[") :])}


def uncommitted() -> bool:
    """Return whether the tree has uncommitted changes, so that no commit would match the deployed code."""
    done = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return bool(done.stdout.strip())


def problems_of_config(config: Mapping[str, Any]) -> list[str]:
    """Return the values in wrangler.jsonc that are not safe on the public internet."""
    found = []
    if config.get("vars", {}).get("AUTH_MODE") != "required":
        found.append('wrangler.jsonc: set AUTH_MODE to "required"; other values are only for a local instance')
    if extra := sorted(set(config["compatibility_flags"]) & {"experimental", "python_workers_development"}):
        found.append(f"wrangler.jsonc: remove the compatibility flags {', '.join(extra)}; they are only for a local instance")
    return found


def problems_of_secrets(config: Mapping[str, Any], present: set[str], flags: Sequence[str] = ()) -> list[str]:
    """Return the secrets that the deployed Worker lacks: the essential ones, and those of partly configured partners."""
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    put = " ".join(["npx wrangler secret put", *flags])
    found = [f"secret {name}: run `{put} {name}`" for name in ESSENTIAL if name not in present]
    return found + half_configured(settings)


def problems(config: Mapping[str, Any], flags: Sequence[str]) -> list[str]:
    """Return everything that prevents a deploy, in one list."""
    found = problems_of_config(config)
    if not is_logged_in():
        return [*found, "you are not signed in to Cloudflare: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN"]
    present = deployed_secrets(flags)
    # Before the first deploy there is no Worker that could have secrets. The admin page stays closed until they are set.
    return found if present is None else found + problems_of_secrets(config, present, flags)


def bookmark(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Print the database's bookmark, or create the database when it does not exist. Raises: SystemExit."""
    info = ask_wrangler("d1", "time-travel", "info", "DB", *flags)
    if info.returncode == 0:
        print(f"[deploy] To restore the database to its state before this deploy:\n{info.stdout.strip()}", flush=True)
        return
    said = info.stdout + info.stderr
    if NO_DATABASE not in said:
        raise SystemExit(f"[deploy] Stopped: Cloudflare returned no bookmark of the database.\n{said.strip()}")
    name = config["d1_databases"][0]["database_name"]
    print(f"[deploy] First deploy: creating the database {name}", flush=True)
    made = ask_wrangler("d1", "create", name)
    if made.returncode:
        raise SystemExit(f"[deploy] Stopped: the database could not be created.\n{(made.stdout + made.stderr).strip()}")


def deploy(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Print the bookmark, apply the migrations, and upload the Worker."""
    bookmark(config, flags)
    run_wrangler("d1", "migrations", "apply", "DB", "--remote", *flags)
    # With the packages that `dev/setup` has put into python_modules: the ones that were tested.
    run_wrangler("deploy", *flags)


def main(arguments: Sequence[str]) -> int:
    """Run `make deploy`. Its one argument is the name of the environment."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        raise SystemExit("[deploy] make deploy takes no flags, and at most the name of an environment, such as ENV=preview")
    environment = arguments[0] if arguments else environments.PRODUCTION
    config, flags = environments.config_of(environment), environments.flags_of(environment)
    setup.ensure()
    print(f"[deploy] {environment}: checking configuration, account and secrets ...", flush=True)
    if found := problems(config, flags):
        print("[deploy] Nothing was deployed. Fix these first:", file=sys.stderr)
        for problem in found:
            print(f"  - {problem}", file=sys.stderr)
        return 1
    if uncommitted():
        print("[deploy] Note: there are uncommitted changes, and they are deployed too.")
    for name, what in bindings(config):
        print(f"[deploy] binding {name}: {what}")
    deploy(config, flags)
    report(config, flags)
    return 0


def report(config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Print the remaining steps."""
    present = deployed_secrets(flags) or set()
    put = " ".join(["npx wrangler secret put", *flags])
    if closed := [name for name in ESSENTIAL if name not in present]:
        print(f"\n[deploy] Done. The admin page stays closed until you run: {put} {', '.join(closed)}")
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    idle = [purpose for purpose, lacking in missing(settings).items() if lacking]
    print(f"[deploy] Not configured, so not in use: {', '.join(idle) or 'nothing'}. To set a secret: {put} NAME")
