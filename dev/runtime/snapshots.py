"""Start workerd from a memory snapshot of the Worker, as Cloudflare does, instead of importing the whole program again.

A snapshot is what the interpreter's memory holds once the Worker is imported, before its first request. `dev/setup` takes one of
the present source, from a workerd that serves nobody: Web Crypto fails in one that takes a snapshot ("Illegal invocation").
Run as a program (`python -m runtime.snapshots`), this module stands in for workerd: it decides anew at each start, because
wrangler starts workerd again after each change of a file.

Source: workerd, src/workerd/server/workerd.c++, `--python-save-snapshot`, `--python-load-snapshot` and `--python-snapshot-dir`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from runtime.children import Child
from runtime.paths import BUNDLE, CONFIG, MADE, PYTHON, ROOT, WORKERD
from runtime.port import find_free_port

SNAPSHOTS = MADE / "snapshots"
STARTER = MADE / "workerd-from-snapshot"
KEPT = 4
"""How many snapshots are kept, each of about 45 MB."""

TAKE_S = 120.0
"""How long a start may take that takes a snapshot."""

WANTED = "CARLOT_SNAPSHOT_WANTED"
FOLDER = "CARLOT_SNAPSHOT_FOLDER"
_FILE = "snapshot.bin"
_POLL_S = 0.2
_DAY_S = 86_400.0
# wrangler's flags that change nothing about the Worker's own code.
_HARMLESS = frozenset(
    ("--port", "--ip", "--persist-to", "--persistTo", "--env-file", "--var", "--inspector-port", "--inspectorPort", "--log-level")
)


def key() -> str:
    """Return what a snapshot depends on, as one hash: the source, its packages, the settings of the runtime, the bundle."""
    content = hashlib.sha256()
    stamps = [MADE / "stamps" / name for name in ("Worker-packages", "Pyodide-bundle")]
    for path in [*sorted((ROOT / "src").rglob("*.py")), CONFIG, *stamps]:
        text = path.read_bytes()
        content.update(f"{path.relative_to(ROOT)} {len(text)} ".encode())
        content.update(text)
    bundle = BUNDLE.stat()
    content.update(f"{bundle.st_size} {bundle.st_mtime_ns}".encode())
    return content.hexdigest()[:32]


def fits(flags: Sequence[str]) -> bool:
    """Whether a Worker that is started with these flags of wrangler is the one of which a snapshot is kept."""
    expected = False
    for flag in flags:
        name, equals, _ = flag.partition("=")
        if not expected and name not in _HARMLESS:
            return False
        expected = not expected and not equals
    return True


def environment() -> dict[str, str]:
    """Return the environment that has wrangler start workerd from the snapshot of the present source, if there is one."""
    write_starter()
    return {"MINIFLARE_WORKERD_PATH": str(STARTER)}


def file_of(wanted: str) -> Path:
    """Return where the snapshot of a source is kept."""
    return SNAPSHOTS / f"{wanted}.bin"


def take() -> bool:
    """Take a snapshot of the present source, unless there is one. Return whether there is one now."""
    wanted = key()
    if file_of(wanted).exists():
        return True
    SNAPSHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=SNAPSHOTS, ignore_cleanup_errors=True) as name:
        taken, port = Path(name) / _FILE, find_free_port()
        flags = ["--ip", "127.0.0.1", "--port", str(port), "--persist-to", f"{name}/state", "--log-level", "error"]
        more = {WANTED: wanted, FOLDER: name}
        with (
            (Path(name) / "log").open("wb") as log,
            Child([str(ROOT / "dev" / "worker"), *flags], ROOT, {**os.environ, **more}, log) as child,
        ):
            deadline = time.monotonic() + TAKE_S
            while child.poll() is None and time.monotonic() < deadline:
                # Once the Worker answers, it is written to its end.
                if taken.exists() and _answers(port):
                    _keep(taken, wanted)
                    break
                time.sleep(_POLL_S)
    return file_of(wanted).exists()


def _keep(taken: Path, wanted: str) -> None:
    """Move a snapshot to its place, if it is still of the present source. Drop the oldest ones."""
    if key() == wanted:
        # On the disk before it has its name: a power cut leaves no half of it.
        with taken.open("rb") as written:
            os.fsync(written.fileno())
        taken.replace(file_of(wanted))
    _drop_old()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=20) as answer:
        return bool(answer.status == 200)
    return False


def _drop_old() -> None:
    kept = sorted(SNAPSHOTS.glob("*.bin"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[KEPT:]:
        path.unlink(missing_ok=True)
    for left in SNAPSHOTS.glob("new-*"):
        if time.time() - left.stat().st_mtime > _DAY_S:
            shutil.rmtree(left, ignore_errors=True)


def write_starter() -> None:
    """Write the program that stands in for workerd. It names this tree: one that came with a copied tree names the other."""
    text = (
        "#!/bin/sh\n# workerd, from a memory snapshot where there is one of the present source.\n"
        f'PYTHONPATH="{ROOT / "dev"}" exec "{PYTHON}" -S -m runtime.snapshots "$@"\n'
    )
    if STARTER.exists() and STARTER.read_text() == text:
        return
    fresh = STARTER.with_suffix(f".{os.getpid()}")
    fresh.write_text(text)
    fresh.chmod(0o755)
    fresh.replace(STARTER)


def flags_of(command: str) -> list[str]:
    """Return the flags with which workerd loads the snapshot of the present source, or takes the one that `take` wants."""
    if command != "serve":
        return []
    present = key()
    kept = file_of(present)
    with contextlib.suppress(OSError):
        os.utime(kept)
        return [f"--python-load-snapshot={kept.name}", f"--python-snapshot-dir={SNAPSHOTS}"]
    folder = os.environ.get(FOLDER)
    # The source was bundled between the two hashes. wrangler starts a workerd without the Worker, too, which takes none.
    if folder and present == os.environ[WANTED] and not (Path(folder) / _FILE).exists():
        return ["--python-save-snapshot", f"--python-snapshot-dir={folder}"]
    return []


if __name__ == "__main__":
    os.execv(WORKERD, [str(WORKERD), *sys.argv[1:2], *flags_of(sys.argv[1]), *sys.argv[2:]])
