"""The inventory as a file, from the real runtime to a real FTP server with TLS: Cloudflare's sockets, D1 and the queue."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from app.typed import entry, vin
from simulators.ftp import Authority, FtpServer
from simulators.ftp.server import PASSWORD
from support.running import Worker, wait_until
from workerd.conftest import SETTINGS

LIMIT_S = 90


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, FtpServer]]:
    """A server without TLS, one that encrypts when asked, and one whose certificate has expired."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    found = {
        "plain": FtpServer(tmp_path_factory.mktemp("plain")),
        "explicit": FtpServer(tmp_path_factory.mktemp("explicit"), authority.certificate()),
        "expired": FtpServer(tmp_path_factory.mktemp("expired"), authority.certificate(expired=True)),
    }
    yield found
    for server in found.values():
        server.stop()


@pytest.fixture(scope="module")
def worker(servers: dict[str, FtpServer], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Three sites by file, each at another server. The local runtime trusts what NODE_EXTRA_CA_CERTS names."""
    folder = tmp_path_factory.mktemp("worker")
    authority = next(path for path in folder.parent.glob("authority*/authority.pem"))
    settings = {
        **SETTINGS,
        "CARGURUS_FTP_URL": servers["explicit"].url(tls=True),
        "TRUECAR_FTP_URL": servers["plain"].url(),
        "KBB_FTP_URL": servers["expired"].url(tls=True),
    }
    found = Worker(folder, settings, environment={"NODE_EXTRA_CA_CERTS": str(authority)})
    found.run()
    yield found
    found.stop()


def prices(server: FtpServer) -> dict[str, float]:
    content = server.read() or b""
    return {row["VIN"]: float(row["Price"]) for row in csv.DictReader(io.StringIO(content.decode(), newline=""))}


def test_the_lot_arrives_encrypted_and_plain_and_not_where_nobody_can_be_trusted(
    worker: Worker, servers: dict[str, FtpServer]
) -> None:
    cars: list[dict[str, Any]] = []
    for number in range(1, 6):
        answer = worker.client.post("/api/vehicles", json=entry(number, publishToThirdParty=True, price=10_000 + number))
        assert answer.status_code == 201, answer.text
        cars.append(answer.json())
    wanted = {vin(number): 10_000.0 + number for number in range(1, 6)}

    def all_there() -> bool:
        worker.tick()
        return prices(servers["explicit"]) == prices(servers["plain"]) == wanted

    wait_until(all_there, LIMIT_S, "both files are the lot")
    assert "PROT P" in servers["explicit"].commands

    def known() -> bool:
        worker.tick()
        live = worker.query("SELECT platform, count(*) AS n FROM audit_listing WHERE state = 'live' GROUP BY platform ORDER BY 1")
        return [(row["platform"], row["n"]) for row in live] == [("cargurus", 5), ("truecar", 5)]

    wait_until(known, LIMIT_S, "the rows say so")
    sites = worker.client.get("/api/integrations/status").json()["listings"]
    for wire in ("carGurus", "trueCar"):
        assert (sites[wire]["delivery"], sites[wire]["lastFile"]["cars"]) == ("file", 5)
    assert sites["kbb"]["lastFile"] is None
    assert servers["expired"].commands == ["AUTH TLS"] * len(servers["expired"].commands)
    [task] = worker.query("SELECT error FROM sync_tasks WHERE target = 'kbb' AND kind = 'file'")
    assert "could not be trusted" in task["error"]
    assert PASSWORD not in worker.said()
    assert PASSWORD not in str(worker.query("SELECT * FROM sync_tasks"))
