"""Deploy CarLot Manager to Cloudflare: `make deploy`, or `make deploy ENV=preview`. Lists everything that is missing, if any.

The order is: look up or create what the account lacks, print a bookmark of the database, apply the migrations, upload the Worker,
ask the Worker until it answers. Each step looks first at what is there, so a deploy that failed anywhere can be run again.
Migrations only add, so the Worker that is still running keeps working meanwhile.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from runtime import environments, resources, setup, verify, wrangler
from runtime.cloudflare import Account, ApiError, connect
from runtime.configuration import ESSENTIAL, bindings, half_configured, is_set, missing
from runtime.migrate import MigrationRefused, migrate
from runtime.paths import ROOT
from runtime.remedies import explained, explained_output
from runtime.remote_database import RemoteDatabase

AGAIN = "Then run make deploy again: it continues where this one stopped."


def run_wrangler(*arguments: str) -> None:
    """Run wrangler and show its output. Raises: SystemExit when it fails, with what to do about the reason."""
    print(f"\n[deploy] wrangler {' '.join(arguments)}", flush=True)
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true", CI="true")
    said = ""
    with subprocess.Popen(
        wrangler.command(*arguments),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            said += line
            print(line, end="", flush=True)
    if process.returncode:
        what = explained_output(said) or "Read its message above."
        raise SystemExit(f"[deploy] Stopped: wrangler {arguments[0]} failed. {what}\n[deploy] {AGAIN}")


def deployed_secrets(account: Account, worker: str) -> set[str] | None:
    """Return the names of the deployed secrets, `None` before the first deploy. Raises: ApiError."""
    try:
        return {str(entry["name"]) for entry in account.call("GET", f"/workers/scripts/{worker}/secrets")}
    except ApiError as error:
        if error.code == resources.NO_WORKER:
            return None
        raise


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


def check(config: Mapping[str, Any]) -> Account:
    """Return the account, once nothing prevents a deploy. Raises: SystemExit with everything that does, in one list."""
    found = problems_of_config(config)
    account = None
    try:
        account = connect(config)
        deployed_secrets(account, config["name"])
    except ApiError as error:
        found.append(f"Worker {config['name']}: {explained(error)}")
    except SystemExit as refusal:
        found.append(str(refusal))
    if found or account is None:
        refuse(found)
    return account


def refuse(found: Sequence[str]) -> NoReturn:
    """End the deploy before the Worker is touched. Raises: SystemExit."""
    listed = "".join(f"\n  - {problem}" for problem in found)
    raise SystemExit(f"[deploy] Nothing was deployed. Fix these first:{listed}\n[deploy] {AGAIN}")


def migrated(account: Account, config: Mapping[str, Any]) -> str:
    """Print the database's bookmark, apply the migrations, and return the bookmark. Raises: SystemExit."""
    database = RemoteDatabase(account, config["d1_databases"][0]["database_id"])
    try:
        bookmark = database.bookmark()
        print(f"[deploy] bookmark of the database before this deploy: {bookmark}", flush=True)
        done = migrate(database)
    except MigrationRefused as refused:
        text = f"[deploy] Stopped: {refused} {explained(refused.error)} The running Worker and the data are as they were."
        raise SystemExit(f"{text} Correct the migration.\n[deploy] {AGAIN}") from refused
    except ApiError as error:
        raise SystemExit(f"[deploy] Stopped: the database could not be read. {explained(error)}\n[deploy] {AGAIN}") from error
    print(f"[deploy] migrations: {', '.join(done) or 'none is missing'}", flush=True)
    return bookmark


def main(arguments: Sequence[str]) -> int:
    """Run `make deploy`. Its one argument is the name of the environment."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        raise SystemExit("[deploy] make deploy takes no flags, and at most the name of an environment, such as ENV=preview")
    environment = arguments[0] if arguments else environments.PRODUCTION
    config, flags = environments.config_of(environment), environments.flags_of(environment)
    setup.ensure()
    print(f"[deploy] {environment}: checking configuration, account and secrets ...", flush=True)
    account = check(config)
    if uncommitted():
        print("[deploy] Note: there are uncommitted changes, and they are deployed too.")
    for name, what in bindings(config):
        print(f"[deploy] binding {name}: {what}")
    for note in verify.replaced_variables(account, config):
        print(f"[deploy] Note: {note}")
    ready, refused = resources.prepare(account, config)
    if refused:
        refuse(refused)
    bookmark = migrated(account, ready)
    # So that wrangler uses the same account, also when the sign-in reaches several.
    ready["account_id"] = account.id
    # With the packages that `dev/setup` has put into python_modules: the ones that were tested.
    run_wrangler("deploy", "--config", environments.write(f"{environment}-deploy", ready))
    verify.require_answers(account, config, flags, bookmark)
    report(account, config, flags)
    return 0


def report(account: Account, config: Mapping[str, Any], flags: Sequence[str]) -> None:
    """Print the remaining steps.

    A missing secret stops no deploy: without it the admin API stays closed, and a first deploy has no Worker to give one to.
    """
    print("\n[deploy] Done.")
    present = deployed_secrets(account, config["name"]) or set()
    put = " ".join(["npx wrangler secret put", *flags])
    if closed := [name for name in ESSENTIAL if name not in present]:
        print(f"[deploy] The admin page stays closed until you run: {put} {', '.join(closed)}")
    settings = {name for name, value in config.get("vars", {}).items() if is_set(value)} | present
    for half in half_configured(settings):
        print(f"[deploy] Note: only partly configured, so not in use: {half}")
    idle = [purpose for purpose, lacking in missing(settings).items() if lacking]
    print(f"[deploy] Not configured, so not in use: {', '.join(idle) or 'nothing'}. To set a secret: {put} NAME")
