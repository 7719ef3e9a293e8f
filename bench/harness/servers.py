"""Starts the simulated partners, the peer and CarLot, each on a free port with a fresh database, and ends them."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from harness import processes

ROOT = Path(__file__).resolve().parents[2]
NODE_BIN = ROOT / "node_modules" / ".bin"
PEER = ROOT / "bench" / "peer"
DMS_KEY = "bench-key"
WEBHOOK_SECRET = "bench-webhook-secret"  # noqa: S105
START_LIMIT_S = 90.0
STOP_LIMIT_S = 15.0


class BenchError(Exception):
    """A benchmark could not be run, or what it measured was wrong."""


@dataclass(frozen=True)
class Server:
    """A running Worker: where it answers, its inspector's port, the process that was started, the folder of its database."""

    name: str
    url: str
    inspector_port: int
    pid: int
    folder: Path

    def workerd(self) -> processes.Workerd:
        """The workerd process that runs the Worker itself. Raises: BenchError when there is none to be seen."""
        for found in processes.workerds(self.pid):
            if found.runs_the_worker:
                return found
        raise BenchError(f"{self.name}: no workerd process with an inspector below process {self.pid} (needs Linux)")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What its database holds, read from its file while it runs."""
        (database,) = (path for path in (self.folder / "v3" / "d1").glob("*/*.sqlite") if path.name != "metadata.sqlite")
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()


@contextmanager
def simulators(size: int, latency_ms: int = 0) -> Iterator[str]:
    """The address of the simulated partners; the DMS has `size` made-up vehicles, always the same ones. Raises: BenchError."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "simulators", "--port", str(port), "--generate", str(size), "--latency-ms", str(latency_ms)]
    with _running("simulators", command, ROOT, {"PYTHONPATH": str(ROOT / "dev")}, f"{url}/inventory?limit=1"):
        yield url


def _settings(partners_url: str) -> dict[str, str]:
    return {
        "WAYNE_REEVES_API_URL": partners_url,
        "WAYNE_REEVES_API_KEY": DMS_KEY,
        "WEBHOOK_SECRET": WEBHOOK_SECRET,
        "PUBLIC_BASE_URL": "https://lot.example",
    }


LISTING_SETTINGS = {
    "cargurus": {"CARGURUS_API_URL": "{url}/cargurus", "CARGURUS_API_KEY": "bench-key"},
    "truecar": {"TRUECAR_API_URL": "{url}/truecar", "TRUECAR_DEALER_ID": "bench-dealer"},
    "kbb": {"KBB_API_URL": "{url}/kbb", "KBB_DEALER_ID": "bench-dealer"},
}


def listing_settings(partners_url: str, sites: Iterable[str]) -> dict[str, str]:
    """What a Worker needs to put cars on these simulated sites."""
    return {name: text.format(url=partners_url) for site in sites for name, text in LISTING_SETTINGS[site].items()}


@contextmanager
def carlot(partners_url: str, more: dict[str, str] | None = None, folder: Path | None = None) -> Iterator[Server]:
    """CarLot on the real runtime, open to this machine. Raises: BenchError.

    Its database is empty and goes with it, or is the one in `folder` and stays there. `more` are settings.
    """
    settings = _settings(partners_url) | {"AUTH_MODE": "dev-open", "IMPORT_PUBLISH_TO_WEBSITE": "true"} | (more or {})
    with _folder(folder) as place, _worker("carlot", [str(ROOT / "dev" / "worker")], ROOT, place, settings) as server:
        yield server


@contextmanager
def peer(partners_url: str, more: dict[str, str] | None = None, folder: Path | None = None) -> Iterator[Server]:
    """The peer, likewise. Raises: BenchError."""
    settings = _settings(partners_url) | {"ROWS_PER_STATEMENT": "1"} | (more or {})
    with _folder(folder) as place:
        if not any(place.iterdir()):
            shutil.copytree(_empty_peer_database().name, place, dirs_exist_ok=True)
        with _worker("peer", [str(NODE_BIN / "wrangler"), "dev"], PEER, place, settings) as server:
            yield server


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _worker(name: str, command: list[str], folder: Path, persist_to: Path, settings: dict[str, str]) -> Iterator[Server]:
    port, inspector_port = _free_port(), _free_port()
    url = f"http://127.0.0.1:{port}"
    flags = ["--ip", "127.0.0.1", "--port", str(port), "--inspector-port", str(inspector_port)]
    # Neither prints a line for each request, so neither pays for it.
    flags += ["--persist-to", str(persist_to), "--log-level", "warn"]
    for key, setting in settings.items():
        flags += ["--var", f"{key}:{setting}"]
    with _running(name, [*command, *flags], folder, {}, f"{url}/api/health") as pid:
        before = processes.workerds(pid)
        yield Server(name, url, inspector_port, pid, persist_to)
        if processes.workerds(pid) != before:
            raise BenchError(f"{name} was restarted while it was measured: did a source file change?")


@contextmanager
def _running(name: str, command: list[str], folder: Path, extra: dict[str, str], ready_url: str) -> Iterator[int]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment() | extra,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if not _answers(process, ready_url):
                log.seek(0)
                tail = log.read().decode(errors="replace")[-3000:]
                raise BenchError(f"{name} did not start:\n{tail}")
            yield process.pid
        finally:
            _stop(process)


def _answers(process: subprocess.Popen[bytes], ready_url: str) -> bool:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = httpx.get(ready_url, headers={"Authorization": f"Bearer {DMS_KEY}"}, timeout=20)
            if answer.status_code == httpx.codes.OK:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    children = processes.below(process.pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_LIMIT_S)
            break
        except subprocess.TimeoutExpired:
            continue
    processes.end(children)


@cache
def _empty_peer_database() -> tempfile.TemporaryDirectory[str]:
    """The peer's migrated database, made once and copied for every start; it goes when the program ends."""
    _install_peer()
    folder = tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True)
    command = [str(NODE_BIN / "wrangler"), "d1", "migrations", "apply", "DB", "--local", "--persist-to", folder.name]
    _finish(command, PEER, "the peer's migrations")
    return folder


def _install_peer() -> None:
    stamp, lock = PEER / "node_modules" / ".package-lock.json", PEER / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    print("installing the peer's packages (npm ci)", flush=True)
    _finish([shutil.which("npm") or "npm", "ci", "--no-audit", "--no-fund"], PEER, "npm ci of the peer")


def _finish(command: list[str], folder: Path, what: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchError(f"{what} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _environment() -> dict[str, str]:
    quiet = {"CI": "1", "WRANGLER_SEND_METRICS": "false", "CLOUDFLARE_CF_FETCH_ENABLED": "false"}
    return os.environ | quiet | {"PATH": f"{NODE_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
