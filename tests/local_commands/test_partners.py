"""`dev/partners`: the simulated partners alone, from any folder, and what to set to use them."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from carlot.partners.registry import PARTNERS
from carlot.settings import Settings
from local_commands.commands import run, running
from runtime import up
from support.running import free_port

pytestmark = pytest.mark.xdist_group("local_commands")


def test_alone_from_another_folder(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "lot.csv").write_text("stock_number,vin,make,model,year\nA1,1HGCM82633A004352,Honda,Accord,2003\n")
    with running("partners", "--port", str(port), "--inventory", "lot.csv", cwd=tmp_path, log=tmp_path / "log") as process:
        process.wait_for("ALERT_WEBHOOK_URL")
        told = dict(re.findall(r'^  ([A-Z_]+)="(.*)"$', process.said(), re.MULTILINE))
        settings = Settings.from_env({**up.DEALER, **told}, PARTNERS)
        assert [target for target in PARTNERS if not settings.configured(target)] == []
        key = {"authorization": f"Bearer {told['WAYNE_REEVES_API_KEY']}"}
        page = httpx.get(f"{told['WAYNE_REEVES_API_URL']}/inventory", headers=key, timeout=60).json()
        assert [car["stock_number"] for car in page["vehicles"]] == ["A1"]
        assert process.end(signal.SIGTERM) == set()
        assert process.process.returncode == 0


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("partners", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr == "partners: The port is in use. Stop the program that uses it, or choose another port with --port.\n"


@pytest.mark.parametrize("flags", [["--help"], ["--no-such-flag"]])
def test_its_flags_are_told(flags: list[str]) -> None:
    done = run("partners", *flags)
    assert done.returncode == (0 if flags == ["--help"] else 2)
    assert "--inventory" in done.stdout + done.stderr
