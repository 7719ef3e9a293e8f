"""Install everything that the local commands need: Python tools, Node tools, the Worker's packages, the Pyodide bundle.

Each part is rebuilt only when its sources have changed. Two runs at the same time are safe.

        dev/setup               everything
        dev/setup --for-tests   everything, and the programs that the tests need: Chromium, and PHP for the WordPress plugin
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

from runtime import snapshots
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
    """One part to build: its source files in the tree, and the files that must exist afterwards."""

    name: str
    make: Callable[[], None]
    sources: tuple[str, ...]
    products: tuple[Path, ...]
    contents: Callable[[], frozenset[str]] = frozenset
    """What is in it now, by name. Another program may take something out again: `uv sync` and pip work in the same folder."""

    @property
    def stamp(self) -> Path:
        """Return the path of the file that records the fingerprint of the built part."""
        return STAMPS / self.name.replace(" ", "-")

    def fingerprint(self) -> str:
        """Return a hash of the sources and of the tree's path: a virtual environment contains its own path."""
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
    """Run a command. Raises: SystemExit when it fails, after printing the end of its output."""
    with LOG.open("ab") as log:
        words = [str(part) for part in command]
        done = subprocess.run(
            words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **environment}, check=False
        )
    if done.returncode:
        sys.stderr.write(LOG.read_text(errors="replace")[-3000:])
        raise SystemExit(f"\n[setup] This command failed: {' '.join(words)}\n[setup] Its complete output is in {LOG}.")


def make_venv() -> None:
    """Install the Python tools in a new folder, then swap it in, so that programs that run meanwhile keep their files."""
    # Use the base Python, because the one inside .venv is about to be replaced.
    python = str(getattr(sys, "_base_executable", sys.executable))
    probe = subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if probe.returncode:
        raise SystemExit("[setup] This Python has no venv module. Install it (Debian: apt-get install python3-venv).")
    fresh = MADE / "venv"
    shutil.rmtree(fresh, ignore_errors=True)
    run(python, "-m", "venv", fresh)
    pip = (fresh / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", "requirements-dev.lock")
    # The scripts contain the path of the folder that they were installed in.
    for script in (fresh / "bin").iterdir():
        if not script.is_symlink():
            script.write_bytes(script.read_bytes().replace(os.fsencode(fresh), os.fsencode(VENV)))
    replace(fresh, VENV)


def python_tools() -> frozenset[str]:
    """The Python tools that are installed, each with its version."""
    return frozenset(path.name for path in VENV.glob("lib/python*/site-packages/*.dist-info"))


def make_node_modules() -> None:
    """Install the Node tools in a new folder, then swap it in."""
    if not shutil.which("npm"):
        raise SystemExit("[setup] npm is missing. Install Node.js 20 or newer.")
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
    """Use this machine's Node.js when the registry has none for this system. Raises: SystemExit when it is too old."""
    own = shutil.which("node")
    version = subprocess.run([own or "node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if own is None or tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < OLDEST_NODE:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise SystemExit(f"[setup] wrangler needs Node.js {oldest} or newer. Install it; this machine has {version or 'none'}.")
    NODE.symlink_to(own)


def make_python_modules() -> None:
    """Install the Worker's own packages, as `pywrangler sync` would, with their bytecode."""
    fresh = MADE / "python_modules"
    shutil.rmtree(fresh, ignore_errors=True)
    pip = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check")
    run(*pip, "--target", fresh, *WASM_WHEELS, "-r", "requirements.lock")
    run(NODE, "dev/runtime/compile.mjs", NODE_MODULES / "pyodide", fresh)
    replace(fresh, PYTHON_MODULES)


def make_bundle() -> None:
    """Build the Pyodide bundle, and the script that starts workerd with it (MINIFLARE_WORKERD_PATH names the script)."""
    run(PYTHON, "dev/runtime/bundle.py", NODE_MODULES / "pyodide", BUNDLE)
    # Start the binary itself, because node_modules/workerd/bin/workerd can be a Node script that starts it.
    found = sorted((NODE_MODULES / "@cloudflare").glob("workerd-*/bin/workerd"))
    if not found:
        raise SystemExit("[setup] npm has no workerd for this system. Use Linux or macOS on an x64 or arm64 processor.")
    fresh = WORKERD.with_suffix(".partial")
    fresh.write_text(
        "#!/bin/sh\n# workerd with the Pyodide bundle beside it, so that it downloads none.\n"
        f'command=$1; shift; exec "{found[0]}" "$command" "--pyodide-bundle-disk-cache-dir={MADE}" "$@"\n'
    )
    fresh.chmod(0o755)
    fresh.replace(WORKERD)


def replace(fresh: Path, target: Path) -> None:
    """Replace a folder with another one."""
    old = MADE / f"{target.name}.old"
    remove(old)
    if target.exists() or target.is_symlink():
        target.rename(old)
    fresh.rename(target)
    remove(old)


def remove(folder: Path) -> None:
    """Remove a folder. When it is a symbolic link, remove only the link."""
    if folder.is_symlink():
        folder.unlink()
    else:
        shutil.rmtree(folder, ignore_errors=True)


PARTS = (
    Part(PYTHON_TOOLS, make_venv, ("requirements-dev.lock",), (PYTHON, RUFF), python_tools),
    Part("Node tools", make_node_modules, ("package.json", "package-lock.json", ".npmrc"), (NODE, WRANGLER)),
    Part(
        "Worker packages",
        make_python_modules,
        ("requirements.lock", "package-lock.json", "dev/runtime/compile.mjs"),
        (PYTHON_MODULES / "pydantic",),
    ),
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
    """Return the path of a Chromium on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


def ensure_programs() -> None:
    """Find the programs that the tests need, and install missing ones from Debian's packages where that is possible."""
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
        raise SystemExit("[setup] The browser tests need Chromium. Install the package chromium, or Google Chrome.")
    else:
        print(
            "[setup] PHP is missing, so the WordPress tests are skipped. To run them, install PHP (Debian: php-cli).", flush=True
        )


def take_snapshot() -> None:
    """Take a memory snapshot of the Worker: every start of the present source then takes half the time."""
    if snapshots.file_of(snapshots.key()).exists():
        return
    print("[setup] Memory snapshot ...", flush=True)
    started = time.monotonic()
    done = "ready" if snapshots.take() else "none, so the Worker starts more slowly"
    print(f"[setup] Memory snapshot: {done} after {time.monotonic() - started:.0f} s", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Run `dev/setup`."""
    if unknown := [argument for argument in arguments if argument != "--for-tests"]:
        raise SystemExit(f"[setup] Unknown argument {unknown[0]}. The only flag is --for-tests.")
    ensure()
    take_snapshot()
    if "--for-tests" in arguments:
        ensure_programs()
