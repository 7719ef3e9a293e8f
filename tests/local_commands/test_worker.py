"""`dev/worker`: a complete instance from any folder, with any flag; nothing is left of it however it ends.

One story in three starts on one folder, for each start costs seconds.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from local_commands.commands import Running, run, running
from runtime import configuration
from runtime.worker import defaults, own_config, values_of, with_absolute_paths
from support.running import free_port, wait_until

pytestmark = pytest.mark.xdist_group("local_commands")
NAME = "Sons: Cars & More"
CAR = {"vin": "1HGCM82633A004352", "year": 2003, "make": "Honda", "model": "Accord"}


@contextmanager
def worker(folder: Path, log: str) -> Iterator[tuple[Running, httpx.Client]]:
    """The Worker, started in `folder` with its state beside it, and a client of it."""
    port = free_port()
    flags = ["--ip", "127.0.0.1", "--port", str(port), "--persist-to", "state"]
    flags += ["--var", f"DEALER_NAME:{NAME}", "--var", "AUTH_MODE:dev-open"]
    with (
        running("worker", *flags, cwd=folder, log=folder / log, environment={"TMPDIR": str(folder)}) as process,
        httpx.Client(base_url=f"http://localhost:{port}", timeout=30) as client,
    ):
        process.wait_for("Ready on")
        wait_until(lambda: answers(client), 30, "it answers")
        yield process, client


def answers(client: httpx.Client) -> bool:
    """Whether the program is loaded."""
    try:
        return client.get("/api/health").is_success
    except httpx.TransportError:
        return False


def vehicles(client: httpx.Client) -> list[dict[str, Any]]:
    """The lot as the admin API has it."""
    found: list[dict[str, Any]] = client.get("/api/vehicles").json()["vehicles"]
    return found


def test_from_another_folder_with_flags_and_ended_in_each_way(tmp_path: Path) -> None:
    with worker(tmp_path, "first.log") as (process, client):
        assert client.get("/api/public/dealer").json()["name"] == NAME
        assert client.post("/api/vehicles", json=CAR).status_code == 201
        assert list((tmp_path / "state" / "v3" / "d1").rglob("*.sqlite"))
        assert process.end(signal.SIGTERM) == set(), "SIGTERM to the launcher"
        assert process.process.returncode == 128 + signal.SIGTERM
    with worker(tmp_path, "second.log") as (process, client):
        assert [each["vin"] for each in vehicles(client)] == [CAR["vin"]]
        assert process.end(signal.SIGINT, group=True) == set(), "Ctrl-C in a terminal"
        assert process.process.returncode == 128 + signal.SIGINT
    with worker(tmp_path, "third.log") as (process, client):
        assert process.end(signal.SIGKILL) == set(), "the launcher killed outright"


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("worker", "--port", str(port), "--persist-to", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is in use. Stop the program that uses it, or choose another port with --port.\n"


def test_help_is_wranglers_own() -> None:
    done = run("worker", "--help")
    assert done.returncode == 0
    assert "--persist-to" in done.stdout


def test_paths_are_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = ["--persist-to", "state", "--env-file=given.env", "--port", "8790", "-c", "../other.jsonc"]
    absolute = with_absolute_paths(flags)
    assert absolute == [
        *("--persist-to", f"{tmp_path}/state", f"--env-file={tmp_path}/given.env"),
        *("--port", "8790", "-c", f"{tmp_path}/../other.jsonc"),
    ]
    assert values_of(absolute, "--persist-to") == [f"{tmp_path}/state"]
    assert own_config([*absolute, "--env=staging"]) == ["--config", f"{tmp_path}/../other.jsonc", "--env", "staging"]


def test_it_asks_no_public_vin_decoder_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As delivered, the configuration names one on the internet."""
    settings = tmp_path / "settings.env"
    settings.write_text('AUTH_MODE="dev-open"\n')
    monkeypatch.setattr(configuration, "DEV_VARS", tmp_path / ".dev.vars")
    off = "VIN_DECODER_URL:"
    assert off in values_of(defaults([]), "--var")
    assert off in values_of(defaults(["--env-file", str(settings), "--var", "DEALER_NAME:Joe"]), "--var")
    assert off not in values_of(defaults(["--var", "VIN_DECODER_URL:http://127.0.0.1:9000/vpic"]), "--var")
    for file, flags in ((settings, ["--env-file", str(settings)]), (tmp_path / ".dev.vars", [])):
        file.write_text('VIN_DECODER_URL="http://127.0.0.1:9000/vpic"\n')
        assert off not in values_of(defaults(flags), "--var")
