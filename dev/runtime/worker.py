"""Start the Worker alone on the real runtime: `dev/worker [any flag of wrangler dev]`.

It first applies the D1 migrations to the chosen --persist-to folder. It ends with all its child processes on SIGTERM and
SIGINT, and when wrangler ends.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from runtime import configuration, setup, snapshots, state, wrangler
from runtime.children import Child, stop_on_signals
from runtime.paths import ROOT, STATE
from runtime.port import require_free

# wrangler runs in the tree's root, so paths relative to the caller's folder are made absolute.
PATH_FLAGS = ("--persist-to", "--persistTo", "--env-file", "--config", "-c", "--https-key-path", "--https-cert-path")
HELP = ("--help", "-h")
DECODER = "VIN_DECODER_URL"


def with_absolute_paths(flags: Sequence[str]) -> list[str]:
    """Return the flags with absolute paths, in both forms: `--persist-to x` and `--persist-to=x`."""
    result: list[str] = []
    previous = ""
    for flag in flags:
        name, equals, path = flag.partition("=")
        if previous in PATH_FLAGS:
            result.append(str(Path(flag).absolute()))
        elif equals and name in PATH_FLAGS:
            result.append(f"{name}={Path(path).absolute()}")
        else:
            result.append(flag)
        previous = flag
    return result


def values_of(flags: Sequence[str], *names: str) -> list[str]:
    """Return the values of a flag, in order."""
    following = [value for name, value in pairwise(flags) if name in names]
    joined = [flag.partition("=")[2] for flag in flags if "=" in flag and flag.partition("=")[0] in names]
    return following + joined


def defaults(flags: Sequence[str]) -> list[str]:
    """Return the flags to add to the caller's flags."""
    added: list[str] = []
    for flag in wrangler.LOCAL_FLAGS:
        added += ["--compatibility-flags", flag]
    if not values_of(flags, "--inspector-port", "--inspectorPort"):
        # Port 0 takes a free port, so that several Workers do not compete for 9229.
        added += ["--inspector-port", "0"]
    if not sets_decoder(flags):
        # A local instance asks no public service by itself.
        added += ["--var", f"{DECODER}:"]
    return [*added, "--show-interactive-dev-session=false"]


def sets_decoder(flags: Sequence[str]) -> bool:
    """Return whether the caller names a VIN decoder: in a flag, or in the file that wrangler reads settings from."""
    files = [Path(path) for path in values_of(flags, "--env-file")] or [configuration.DEV_VARS]
    lines = [line for path in files if path.is_file() for line in path.read_text().splitlines()]
    return any(text.lstrip().startswith((f"{DECODER}:", f"{DECODER}=")) for text in [*values_of(flags, "--var"), *lines])


def own_config(flags: Sequence[str]) -> list[str]:
    """Return the flags that select a database other than the one in wrangler.jsonc."""
    chosen: list[str] = []
    for name, short in (("--config", "-c"), ("--env", "-e")):
        for value in values_of(flags, name, short):
            chosen += [name, value]
    return chosen


def _from_snapshot(flags: Sequence[str]) -> dict[str, str]:
    """Return the environment in which workerd starts from a memory snapshot, unless these flags make it another Worker."""
    return snapshots.environment() if "MINIFLARE_WORKERD_PATH" not in os.environ and snapshots.fits(flags) else {}


def main(arguments: Sequence[str]) -> int:
    """Run `dev/worker`. Return wrangler's exit status, or 128 plus the number of the signal that ended it."""
    stop_on_signals()
    setup.ensure()
    if any(flag in HELP for flag in arguments):
        os.execve(wrangler.command()[0], wrangler.command("dev", *arguments), wrangler.local_environment())
    flags = with_absolute_paths(arguments)
    for port in values_of(flags, "--port"):
        if port.isdecimal() and int(port):
            require_free(int(port), "--port")
    persist_to = Path((values_of(flags, "--persist-to", "--persistTo") or [str(STATE)])[-1])
    state.migrate(persist_to, own_config(flags))
    # Workers with the same name find each other through this folder. Give each instance its own.
    more = _from_snapshot(flags)
    with tempfile.TemporaryDirectory(prefix="carlot-registry-") as registry:
        environment = wrangler.local_environment(WRANGLER_REGISTRY_PATH=registry) | more
        with Child(wrangler.command("dev", *flags, *defaults(flags)), ROOT, environment) as child:
            status = child.wait()
    print(f"[worker] wrangler ended with exit status {status}", file=sys.stderr)
    if status > 0 and more and snapshots.FOLDER not in os.environ:
        hint = f"If it ends so each time, its memory snapshot may be damaged: delete {snapshots.SNAPSHOTS.relative_to(ROOT)}."
        print(f"[worker] {hint}", file=sys.stderr)
    return status if status >= 0 else 128 - status
