"""Which starts of the Worker come from a memory snapshot: one of another source would be the program of yesterday."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import snapshots
from support.platform import ROOT


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small tree in the place of ours."""
    made = tmp_path / ".runtime"
    for name in ("src/entry.py", "src/carlot/lot.py", ".runtime/stamps/Worker-packages", ".runtime/stamps/Pyodide-bundle"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "wrangler.jsonc").write_text("{}")
    (made / "bundle").write_bytes(b"bundle")
    places = {"ROOT": tmp_path, "MADE": made, "CONFIG": tmp_path / "wrangler.jsonc", "BUNDLE": made / "bundle"}
    for name, place in {**places, "SNAPSHOTS": made / "snapshots", "STARTER": made / "starter"}.items():
        monkeypatch.setattr(snapshots, name, place)
    return tmp_path


def keep(wanted: str) -> Path:
    kept = snapshots.file_of(wanted)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"memory")
    return kept


def append(path: Path) -> None:
    path.write_text(path.read_text() + " ")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a module": lambda tree: append(tree / "src/carlot/lot.py"),
    "a new module": lambda tree: (tree / "src/carlot/new.py").touch(),
    "a module less": lambda tree: (tree / "src/carlot/lot.py").unlink(),
    "a module's name": lambda tree: (tree / "src/carlot/lot.py").rename(tree / "src/carlot/lots.py"),
    "a module that takes text from the next": lambda tree: (
        (tree / "src/carlot/lot.py").write_text("src/carlot/lot.pysrc"),
        (tree / "src/entry.py").write_text("/entry.py"),
    ),
    "the settings of the runtime": lambda tree: append(tree / "wrangler.jsonc"),
    "the packages": lambda tree: append(tree / ".runtime/stamps/Worker-packages"),
    "the bundle": lambda tree: append(tree / ".runtime/bundle"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_snapshot_is_of_one_source_only(tree: Path, change: str) -> None:
    before = snapshots.key()
    assert snapshots.key() == before
    kept = keep(before)
    assert snapshots.flags_of("serve") == [f"--python-load-snapshot={kept.name}", f"--python-snapshot-dir={kept.parent}"]
    assert snapshots.flags_of("--version") == []
    CHANGES[change](tree)
    assert snapshots.key() != before
    # A Worker that serves takes none.
    assert snapshots.flags_of("serve") == []


@pytest.mark.parametrize(
    "flags", [["--port", "8787"], ["--port=8787", "--var", "A:b"], ["--persist-to", "x", "--ip", "127.0.0.1"], []]
)
def test_flags_that_leave_the_worker_as_it_is(flags: list[str]) -> None:
    assert snapshots.fits(flags)


@pytest.mark.parametrize(
    "flags",
    [
        ["--config", "other.jsonc"],
        ["-c", "x"],
        ["--env=preview"],
        ["--port", "1", "src/other.py"],
        ["--compatibility-date", "2026-01-01"],
    ],
)
def test_flags_that_make_it_another_one(flags: list[str]) -> None:
    assert not snapshots.fits(flags)


WORKER = """#!{python}
import http.server, os, pathlib, sys
sys.path.insert(0, {dev!r})
from runtime import snapshots
snapshots.ROOT, snapshots.MADE = pathlib.Path({tree!r}), pathlib.Path({tree!r}, ".runtime")
snapshots.CONFIG, snapshots.BUNDLE = snapshots.ROOT / "wrangler.jsonc", snapshots.MADE / "bundle"
snapshots.SNAPSHOTS = snapshots.MADE / "snapshots"
flags = snapshots.flags_of("serve")
folder = pathlib.Path(flags[1].partition("=")[2])
(folder / "snapshot.bin").write_bytes(b"half")
class Starting(http.server.BaseHTTPRequestHandler):
    asked = 0
    def do_GET(self):
        Starting.asked += 1
        if Starting.asked == 3:
            # A workerd that wrangler starts again meanwhile leaves the file alone.
            (folder / "snapshot.bin").write_bytes(b"whole" if snapshots.flags_of("serve") == [] else b"twice")
            {change}
        self.send_response(200 if Starting.asked == 3 else 503)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Starting).serve_forever()
"""


@pytest.mark.parametrize("changed", [False, True])
def test_it_is_kept_when_the_worker_answers_and_not_before(tree: Path, changed: bool) -> None:
    program = tree / "dev" / "worker"
    program.parent.mkdir()
    change = '(snapshots.ROOT / "src" / "entry.py").write_text("new")' if changed else ""
    program.write_text(WORKER.format(python=sys.executable, dev=str(ROOT / "dev"), tree=str(tree), change=change))
    program.chmod(0o755)
    wanted = snapshots.key()
    assert snapshots.take() is not changed
    kept = snapshots.file_of(wanted)
    assert (kept.read_bytes() if kept.exists() else None) == (None if changed else b"whole")
    assert [path.name for path in snapshots.SNAPSHOTS.iterdir()] == ([] if changed else [kept.name])


def test_only_the_newest_are_kept(tree: Path) -> None:
    kept = [keep(f"{number}") for number in range(6)]
    for age, path in enumerate(reversed(kept)):
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    snapshots._drop_old()
    assert sorted(path.stem for path in snapshots.SNAPSHOTS.glob("*.bin")) == ["2", "3", "4", "5"]


def test_a_copied_tree_starts_its_own_source(tree: Path) -> None:
    snapshots.STARTER.write_text("#!/bin/sh\n# the one of the tree that this is a copy of\n")
    started = Path(snapshots.environment()["MINIFLARE_WORKERD_PATH"]).read_text()
    assert f'PYTHONPATH="{tree / "dev"}"' in started
