"""Start the Worker alone on the real runtime: `dev/worker [any flag of wrangler dev]`.

Applies the D1 migrations to the chosen --persist-to folder first. Ends with all its children on SIGTERM and SIGINT, and
when wrangler ends by itself.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from runtime import setup, state, wrangler
from runtime.children import Child, stop_on_signals
from runtime.paths import ROOT, STATE
from runtime.port import require_free

# wrangler runs in the tree's root, so what is relative to the caller's folder is made absolute.
PATH_FLAGS = ("--persist-to", "--persistTo", "--env-file", "--config", "-c", "--https-key-path", "--https-cert-path")
HELP = ("--help", "-h")


def with_absolute_paths(flags: Sequence[str]) -> list[str]:
    """The flags with every path made absolute: `--persist-to x` and `--persist-to=x`."""
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
    """What a flag is given, in order."""
    following = [value for name, value in pairwise(flags) if name in names]
    joined = [flag.partition("=")[2] for flag in flags if "=" in flag and flag.partition("=")[0] in names]
    return following + joined


def defaults(flags: Sequence[str]) -> list[str]:
    """What is added to the caller's flags."""
    added: list[str] = []
    for flag in wrangler.LOCAL_FLAGS:
        added += ["--compatibility-flags", flag]
    if not values_of(flags, "--inspector-port", "--inspectorPort"):
        # A free one: several Workers at once do not fight for 9229.
        added += ["--inspector-port", "0"]
    return [*added, "--show-interactive-dev-session=false"]


def own_config(flags: Sequence[str]) -> list[str]:
    """The flags that choose another database than wrangler.jsonc's."""
    chosen: list[str] = []
    for name, short in (("--config", "-c"), ("--env", "-e")):
        for value in values_of(flags, name, short):
            chosen += [name, value]
    return chosen


def main(arguments: Sequence[str]) -> int:
    """What `dev/worker` does. Returns wrangler's exit status, or 128 and the signal that ended it."""
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
    # Workers of one name find each other through this folder; each instance here is to be alone.
    with tempfile.TemporaryDirectory(prefix="carlot-registry-") as registry:
        environment = wrangler.local_environment(WRANGLER_REGISTRY_PATH=registry)
        with Child(wrangler.command("dev", *flags, *defaults(flags)), ROOT, environment) as child:
            status = child.wait()
    print(f"[worker] wrangler has ended with status {status}", file=sys.stderr)
    return status if status >= 0 else 128 - status
