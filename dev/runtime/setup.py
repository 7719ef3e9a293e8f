"""Make everything the local commands need: Python tools, Node tools, the Worker's packages, the Pyodide bundle.

Each part is made again only when what it is made from has changed. Safe to run twice at once.

    dev/setup               all of it
    dev/setup --for-tests   besides, what tests need of the system: Chromium, and PHP for those of the WordPress plugin
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.paths import BUNDLE, MADE, NODE, NODE_MODULES, PYTHON, PYTHON_MODULES, ROOT, RUFF, VENV, WORKERD, WRANGLER

STAMPS = MADE / "stamps"
LOG = MADE / "setup.log"
LOCK = MADE / "setup.lock"
PYTHON_TOOLS = "Python tools"
OLDEST_NODE = (22, 12)
# The Worker's packages are for Python 3.14 on WebAssembly, not for this machine.
WASM_WHEELS = (
    *("--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp"),
    *("--python-version", "3.14", "--abi", "cp314"),
    *("--only-binary=:all:", "--no-compile", "--no-deps", "--require-hashes"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to make: from which files of the tree, and what must exist afterwards."""

    name: str
    make: Callable[[], None]
    sources: tuple[str, ...]
    products: tuple[Path, ...]
    contents: Callable[[], frozenset[str]] = frozenset
    """What is in it now, by name. Another program may take something out again: `uv sync` and pip work in the same folder."""

    @property
    def stamp(self) -> Path:
        """The file that remembers what the part was made from."""
        return STAMPS / self.name.replace(" ", "-")

    def fingerprint(self) -> str:
        """What it is made from. The folder counts: a virtual environment knows its own path."""
        content = hashlib.sha256(f"{ROOT} {self.name}".encode())
        for source in self.sources:
            content.update((ROOT / source).read_bytes())
        return content.hexdigest()

    def is_current(self) -> bool:
        """Whether nothing is to be done: what was made is there, and it was made from these files."""
        if not self.stamp.exists() or not all(product.exists() for product in self.products):
            return False
        fingerprint, *contents = self.stamp.read_text().splitlines()
        return fingerprint == self.fingerprint() and self.contents() >= set(contents)

    def remember(self) -> None:
        """Write the stamp: what the part was made from, and what came out."""
        self.stamp.write_text("\n".join([self.fingerprint(), *sorted(self.contents())]))


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> None:
    """Run a command; on failure show the end of its output and stop."""
    with LOG.open("ab") as log:
        words = [str(part) for part in command]
        done = subprocess.run(
            words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}, check=False
        )
    if done.returncode:
        sys.stderr.write(LOG.read_text(errors="replace")[-3000:])
        raise SystemExit(f"\n[setup] failed: {' '.join(words)}\n[setup] the whole output is in {LOG}")


def make_venv() -> None:
    """The Python tools, made beside and then put in place whole: what runs meanwhile keeps what it runs on."""
    # Not the one inside .venv, which is about to go.
    python = str(getattr(sys, "_base_executable", sys.executable))
    probe = subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if probe.returncode:
        raise SystemExit("[setup] this Python has no venv module (Debian: apt-get install python3-venv)")
    fresh = MADE / "venv"
    shutil.rmtree(fresh, ignore_errors=True)
    run(python, "-m", "venv", fresh)
    pip = (fresh / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", "requirements-dev.lock")
    # Its scripts name the folder that it was made in.
    for script in (fresh / "bin").iterdir():
        if not script.is_symlink():
            script.write_bytes(script.read_bytes().replace(os.fsencode(fresh), os.fsencode(VENV)))
    replace(fresh, VENV)


def python_tools() -> frozenset[str]:
    """The Python tools that are installed, each with its version."""
    return frozenset(path.name for path in VENV.glob("lib/python*/site-packages/*.dist-info"))


def make_node_modules() -> None:
    """The Node tools, made beside and then put in place whole."""
    if not shutil.which("npm"):
        raise SystemExit("[setup] needs npm (Node.js 20 or newer)")
    workshop = MADE / "npm"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, workshop / name)
    run("npm", "ci", "--no-fund", "--no-audit", "--loglevel=error", cwd=workshop)
    replace(workshop / "node_modules", NODE_MODULES)
    shutil.rmtree(workshop, ignore_errors=True)
    if not NODE.exists():
        link_own_node()


def link_own_node() -> None:
    """Where the registry has no Node for this system, this machine's own serves, if wrangler can run on it."""
    own = shutil.which("node")
    version = subprocess.run([own or "node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if own is None or tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < OLDEST_NODE:
        raise SystemExit(f"[setup] wrangler needs Node.js {'.'.join(map(str, OLDEST_NODE))} or newer, this is {version}")
    NODE.symlink_to(own)


def make_python_modules() -> None:
    """The Worker's own packages, as `pywrangler sync` would make them."""
    fresh = MADE / "python_modules"
    shutil.rmtree(fresh, ignore_errors=True)
    pip = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check")
    run(*pip, "--target", fresh, *WASM_WHEELS, "-r", "requirements.lock")
    replace(fresh, PYTHON_MODULES)


def make_bundle() -> None:
    """The Pyodide bundle, and the script that starts workerd with it (named by MINIFLARE_WORKERD_PATH)."""
    run(PYTHON, "dev/runtime/bundle.py", NODE_MODULES / "pyodide", BUNDLE)
    # The binary itself: node_modules/workerd/bin/workerd can be a Node script in front of it.
    found = sorted((NODE_MODULES / "@cloudflare").glob("workerd-*/bin/workerd"))
    if not found:
        raise SystemExit("[setup] npm has installed no workerd for this system; it exists for Linux and macOS on x64 and arm64")
    fresh = WORKERD.with_suffix(".partial")
    fresh.write_text(
        "#!/bin/sh\n# workerd with the Pyodide bundle beside it, so that it downloads none.\n"
        f'command=$1; shift; exec "{found[0]}" "$command" "--pyodide-bundle-disk-cache-dir={MADE}" "$@"\n'
    )
    fresh.chmod(0o755)
    fresh.replace(WORKERD)


def replace(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another."""
    old = MADE / f"{target.name}.old"
    remove(old)
    if target.exists() or target.is_symlink():
        target.rename(old)
    fresh.rename(target)
    remove(old)


def remove(folder: Path) -> None:
    """Remove a folder; of one that somebody linked here from elsewhere, the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


PARTS = (
    Part(PYTHON_TOOLS, make_venv, ("requirements-dev.lock",), (PYTHON, RUFF), python_tools),
    Part("Node tools", make_node_modules, ("package.json", "package-lock.json", ".npmrc"), (NODE, WRANGLER)),
    Part("Worker packages", make_python_modules, ("requirements.lock",), (PYTHON_MODULES / "pydantic",)),
    Part(
        "Pyodide bundle",
        make_bundle,
        ("package-lock.json", "dev/runtime/bundle.py", "dev/runtime/bundle.capnp", "dev/runtime/setup.py"),
        (BUNDLE, WORKERD),
    ),
)


def ensure(*names: str) -> bool:
    """Make what is missing or out of date; with names, only those parts. Returns whether anything was made.

    When there is nothing to do, it takes a few milliseconds.
    """
    parts = [part for part in PARTS if not names or part.name in names]
    if all(part.is_current() for part in parts):
        return False
    STAMPS.mkdir(parents=True, exist_ok=True)
    made = False
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for part in parts:
            if part.is_current():
                continue
            started = time.monotonic()
            print(f"[setup] {part.name} ...", flush=True)
            part.make()
            part.remember()
            made = True
            print(f"[setup] {part.name}: ready after {time.monotonic() - started:.0f} s", flush=True)
    return made


def find_browser() -> str | None:
    """A Chromium on this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def ensure_programs() -> None:
    """What tests need of the system: this machine's own, or Debian's packages where they may be installed."""
    missing = [] if find_browser() else ["chromium"]
    missing += [] if shutil.which("php") else ["php-cli"]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"[setup] {', '.join(missing)} ...", flush=True)
        apt = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300")
        run(*apt, "update", DEBIAN_FRONTEND="noninteractive")
        run(*apt, "install", "-y", "--no-install-recommends", *missing, DEBIAN_FRONTEND="noninteractive")
        print(f"[setup] {', '.join(missing)}: ready", flush=True)
    elif "chromium" in missing:
        raise SystemExit("[setup] the browser tests need Chromium: install the package chromium, or Google Chrome")
    else:
        print("[setup] Without PHP (Debian: php-cli) the tests of the WordPress plugin are left out.", flush=True)


def main(arguments: Sequence[str]) -> None:
    """What `dev/setup` does."""
    if unknown := [argument for argument in arguments if argument != "--for-tests"]:
        raise SystemExit(f"[setup] knows no {unknown[0]}; there is --for-tests")
    ensure()
    if "--for-tests" in arguments:
        ensure_programs()
