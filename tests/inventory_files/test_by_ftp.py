"""WAYNE_REEVES_FILE_URL with `ftp://`: the export is fetched from a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inventory_files.sent import ALONE, FileLot, export
from simulators.ftp import FtpServer
from simulators.ftp.server import PASSWORD, USER
from support.sockets import RealSockets


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FtpServer]:
    found = FtpServer(tmp_path, None)
    yield found
    found.stop()


@pytest.fixture
def lot(server: FtpServer) -> FileLot:
    url = f"ftp://{USER}:{PASSWORD}@127.0.0.1:{server.port}/inventory.csv"
    return FileLot(env={**ALONE, "WAYNE_REEVES_FILE_URL": url}, sockets=RealSockets(timeout_s=5))


def leave(server: FtpServer, content: bytes, at: datetime) -> None:
    """The dealer's program leaves its export on the server."""
    path = server.folder / "inventory.csv"
    path.write_bytes(content)
    os.utime(path, (at.timestamp(), at.timestamp()))


async def test_an_export_is_fetched_by_ftp_and_an_older_one_is_not_read(lot: FileLot, server: FtpServer) -> None:
    leave(server, export(*range(1, 701)), datetime(2025, 2, 2, tzinfo=UTC))
    report = await lot.pull()
    assert (report["status"], report["seen"], report["created"], report["pages"]) == ("completed", 700, 700, 2)
    leave(server, export(1), datetime(2025, 2, 1, tzinfo=UTC))
    older = await lot.pull()
    assert (older["status"], older["seen"]) == ("degraded", 0)
    assert set(lot.states().values()) == {"available"}


async def test_what_the_server_refuses_is_said_and_the_password_is_not(lot: FileLot, server: FtpServer) -> None:
    report = await lot.pull()
    assert report["status"] == "degraded"
    assert "FTP server refused" in report["message"]
    lot.env["WAYNE_REEVES_FILE_URL"] = f"ftp://{USER}:other-{PASSWORD}@127.0.0.1:{server.port}/inventory.csv"
    report = await lot.pull()
    assert report["status"] == "failed"
    assert f"other-{PASSWORD}" not in str(report)
    lot.env["WAYNE_REEVES_FILE_URL"] = "ftp://127.0.0.1/"
    assert "not the address of a file" in (await lot.pull())["message"]
