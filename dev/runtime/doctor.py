"""Report the installed versions, the configuration and the next steps: `make doctor`. With a URL, check that instance.

Prints no secret.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from runtime import setup
from runtime.checkup import LOCAL, checked_url, look_at
from runtime.cloudflare import ApiError, connect
from runtime.configuration import DEV_VARS, bindings, is_set, missing, read_config, read_dev_vars, secret_names, unconfirmed
from runtime.deploy import deployed_secrets
from runtime.paths import BUNDLE, NODE, NODE_MODULES, PYTHON_MODULES, ROOT


def version_of(*command: str) -> str:
    """Return a program's version, which is the last word of its output, or the text "missing"."""
    if not shutil.which(command[0]):
        return "missing"
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    words = (done.stdout or done.stderr).split()
    return words[-1].lstrip("v") if words and not done.returncode else "does not start"


def npm_version(package: str) -> str:
    """Return the installed version of an npm package."""
    path = NODE_MODULES / package / "package.json"
    return str(json.loads(path.read_text())["version"]) if path.exists() else "not set up"


def worker_package_version(package: str) -> str:
    """Return the version of a Python package of the Worker."""
    found = sorted(PYTHON_MODULES.glob(f"{package}-*.dist-info"))
    return found[0].name.removeprefix(f"{package}-").removesuffix(".dist-info") if found else "not set up"


def show(title: str, lines: Sequence[tuple[str, str]]) -> None:
    """Print a heading and a table of names and texts."""
    width = max((len(name) for name, _ in lines), default=0)
    print(f"\n{title}")
    for name, text in lines:
        print(f"  {name:<{width}}  {text}")


def versions() -> list[tuple[str, str]]:
    """Return the tools on this machine with their versions."""
    return [
        ("Python", ".".join(str(part) for part in sys.version_info[:3])),
        ("npm", version_of("npm", "--version")),
        ("Node.js, on this machine", version_of("node", "--version")),
        ("Node.js, of the project", version_of(str(NODE), "--version") if NODE.exists() else "not set up"),
        ("wrangler", npm_version("wrangler")),
        ("workerd", npm_version("workerd")),
        ("Pyodide", npm_version("pyodide")),
        ("Pyodide bundle", f"{BUNDLE.stat().st_size / 1e6:.0f} MB" if BUNDLE.exists() else "not set up"),
        ("pydantic, in the Worker", worker_package_version("pydantic")),
        ("workers-runtime-sdk", worker_package_version("workers_runtime_sdk")),
        ("uv (optional)", version_of("uv", "self", "version") if shutil.which("uv") else "missing"),
        ("Chromium, for tests", setup.find_browser() or "missing (run dev/setup --for-tests)"),
    ]


def placeholders(settings: Mapping[str, object]) -> list[str]:
    """Return the names whose value is still a placeholder of the setup guide, such as YOUR_..."""
    return sorted(name for name, value in settings.items() if str(value or "").strip() and not is_set(value))


def next_steps(settings: Mapping[str, object]) -> list[str]:
    """Return the next steps, in order."""
    steps = []
    if not all(part.is_current() for part in setup.PARTS):
        steps.append("make setup     installs the missing parts (make dev and make test do this too)")
    steps.append("make dev       runs CarLot Manager at http://localhost:8787 with simulated partners; it needs no secrets")
    if not DEV_VARS.exists():
        steps.append("cp .dev.vars.example .dev.vars   and fill in your values, to run with real partners (dev/worker)")
    if left := placeholders(settings):
        steps.append(f"replace the placeholders of {', '.join(left)}, or leave them if you do not use these partners")
    steps.append("make deploy    deploys to Cloudflare; it first lists everything that is missing")
    return steps


def main(arguments: Sequence[str]) -> int:
    """Run `make doctor`. Return 0 for this machine, or 1 when the instance at the given address has a problem."""
    if len(arguments) == 1 and not arguments[0].startswith("-"):
        return examine(checked_url(arguments[0]))
    if arguments:
        raise SystemExit("[doctor] make doctor takes no flags, and at most one address, such as URL=https://lot.example.com")
    config, secrets = read_config(), read_dev_vars()
    settings = {**config.get("vars", {}), **secrets}
    show("Versions", versions())
    show("Bindings in wrangler.jsonc", bindings(config))
    flags = " ".join(config["compatibility_flags"])
    show(
        "Runtime",
        [("compatibility", f"{config['compatibility_date']} {flags}"), ("crons", ", ".join(config["triggers"]["crons"]))],
    )
    where = "" if DEV_VARS.exists() else " (no such file)"
    show(
        f"Secrets in .dev.vars{where}; to list those in production, run npx wrangler secret list",
        [(name, "set" if is_set(secrets.get(name)) else "not set") for name in secret_names()],
    )
    lacking = missing({name for name, value in settings.items() if is_set(value)})
    show("Ready for", [(purpose, f"no: {', '.join(names)}" if names else "yes") for purpose, names in lacking.items()])
    if addresses := unconfirmed(settings):
        show("Addresses to confirm", addresses)
    unknown = sorted(name for name in secrets if name not in secret_names() and name not in config.get("vars", {}))
    if unknown:
        show("Unknown names in .dev.vars", [(name, "misspelled?") for name in unknown])
    print("\nNext")
    for step in next_steps(settings):
        print(f"  {step}")
    if found := leftovers():
        print(f"\nStill running from this folder: {', '.join(found)}")
    return 0


def examine(url: str) -> int:
    """Print the findings about a running instance. Return 1 when something is wrong."""
    findings = look_at(url)
    marks = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}
    show(url, [(finding.name, f"{marks[finding.verdict]}  {finding.text}") for finding in findings])
    there = None if urlsplit(url).hostname in LOCAL else known_secrets()
    if there is not None:
        show("Secrets of the deployed instance", [(name, "set" if name in there else "not set") for name in secret_names()])
    wrong = [finding.name for finding in findings if finding.verdict == "wrong"]
    print(f"\nProblems found: {', '.join(wrong)}" if wrong else "\nEverything works.")
    return 1 if wrong else 0


def known_secrets() -> set[str] | None:
    """Return the names of the deployed secrets, or None when nobody is signed in to Cloudflare or there is no Worker."""
    config = read_config()
    try:
        return deployed_secrets(connect(config), config["name"])
    except (SystemExit, ApiError):
        return None


def leftovers() -> list[str]:
    """Return the workerd processes that were started from this folder and still run."""
    done = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=False)
    pattern = re.compile(rf"^\s*(\d+)\s+.*{re.escape(str(ROOT))}/node_modules/.*workerd serve")
    found = (pattern.match(line) for line in done.stdout.splitlines())
    return [f"workerd {match[1]}" for match in found if match and int(match[1]) != os.getpid()]
