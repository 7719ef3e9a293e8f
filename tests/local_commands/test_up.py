"""`make dev`: a lot imported from simulated partners, crons fired, everything ended; the second time as it was left."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from carlot.partners.registry import SITES
from local_commands.commands import Running, run, running
from runtime import up
from runtime.children import Child
from runtime.configuration import read_config
from support.running import free_port, wait_until

pytestmark = pytest.mark.xdist_group("local_commands")
READY = "Press Ctrl-C to stop"
NOON = int(datetime(2027, 2, 3, 17, tzinfo=UTC).timestamp() // 60)
"""The minute in which it is noon where the demo's dealer is: the day's pull is due."""


def starters(client: httpx.Client) -> list[str]:
    """Who started the pulls, newest first."""
    return [run["startedBy"] for run in client.get("/api/integrations/runs").json()["runs"]]


@contextmanager
def demo(folder: Path, port: int, partners_port: int) -> Iterator[Running]:
    """`dev/up`, until it says that it is ready."""
    flags = ["--port", str(port), "--partners-port", str(partners_port), "--persist-to", str(folder / "state")]
    with running("up", *flags, cwd=folder, log=folder / "log", environment={"TMPDIR": str(folder)}) as process:
        process.wait_for(READY)
        yield process


def test_two_minutes_of_a_stranger(tmp_path: Path) -> None:
    port, partners_port = free_port(), free_port()
    address = f"http://localhost:{port}"
    with demo(tmp_path, port, partners_port) as process, httpx.Client(base_url=address, timeout=30) as client:
        assert "Import completed: 60 vehicles added to the lot" in process.said()
        assert f"{address}/inventory.html" in process.said()
        lot = client.get("/api/public/inventory").json()
        assert len(lot) > 50
        picture = next(photo for car in lot for photo in car["photos"])
        assert client.get(picture).headers["content-type"] == "image/svg+xml"
        assert client.get("/api/public/dealer").json()["name"] == "Maple Street Motors"
        told = client.get("/api/integrations/status").json()
        assert told["wayneReeves"]["status"] == "connected"
        assert told["quickbooks"]["configured"]
        assert [site.name for site in SITES.values() if not told["listings"][site.wire]["configured"]] == []
        assert [name for name, site in told["listings"].items() if name != "totalPublished" and site["delivery"] == "file"] == [
            "kbb"
        ]
        car = client.get("/api/vehicles", params={"status": "available"}).json()["vehicles"][0]
        assert client.patch(f"/api/vehicles/{car['id']}", json={"publishToThirdParty": True}).status_code == 200
        file = f"http://127.0.0.1:{partners_port}/_sim/kbb/file"
        wait_until(lambda: car["vin"] in httpx.get(file).text, 60, "the site has the file")
        # Open to this machine only: a page of somebody else's gets no further.
        assert client.get("/api/vehicles", headers={"origin": "https://evil.example"}).status_code in (401, 403, 503)

        up.fire_due_crons(address, read_config()["triggers"]["crons"], NOON)
        wait_until(lambda: "cron" in starters(client), 30, "the day's pull has begun")

        other = run("up", "--port", str(port))
        assert (other.returncode, other.stderr.count("\n")) == (1, 1)
        assert f"Port {port} is in use" in other.stderr
        assert process.end(signal.SIGINT, group=True) == set(), "Ctrl-C in a terminal"
    with demo(tmp_path, port, partners_port) as process, httpx.Client(base_url=address, timeout=30) as client:
        assert "The demo lot was imported before and stays as it is." in process.said()
        assert [car["id"] for car in client.get("/api/public/inventory").json()] == [car["id"] for car in lot]
        assert process.end(signal.SIGTERM) == set(), "SIGTERM to the launcher"


@pytest.mark.parametrize(("cron", "minute", "due"), [("* * * * *", 7, True), ("0 * * * *", 120, True), ("0 * * * *", 121, False)])
def test_crons_fire_in_their_minute(cron: str, minute: int, due: bool) -> None:
    assert up.is_due(cron, minute) == due


def test_a_cron_that_it_cannot_fire_is_told() -> None:
    with pytest.raises(ValueError, match="0 3"):
        up.is_due("0 3 * * *", 0)


def test_a_worker_that_does_not_start_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log"
    log.write_text("the reason why")
    with Child(["/bin/sh", "-c", "exit 3"], tmp_path, {}) as child:
        child.wait(60)
        with pytest.raises(SystemExit, match="does not respond"):
            up.wait_for(child, f"http://localhost:{free_port()}/", log)
    assert "the reason why" in capsys.readouterr().err
