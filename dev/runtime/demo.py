"""What `make dev` runs: CarLot Manager with simulated partners and a demo lot, until Ctrl-C.

The state stays in .wrangler/state. `wrangler dev` never fires crons by itself, so this does.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime import partners, setup
from runtime.children import Child, stop_on_signals
from runtime.configuration import read_config
from runtime.paths import ROOT

START_S = 90
IMPORT_S = 180
GOING = ("queued", "running")


def variables(port: int, partners_port: int) -> list[str]:
    """The settings of a made-up dealer whose partners are simulated, as flags of wrangler dev."""
    simulated = f"http://127.0.0.1:{partners_port}"
    settings = {
        "AUTH_MODE": "dev-open",
        "IMPORT_PUBLISH_TO_WEBSITE": "true",
        "WAYNE_REEVES_API_URL": simulated,
        "WAYNE_REEVES_API_KEY": "demo-key",
        "WEBHOOK_SECRET": "demo-webhook-secret",
        "ALERT_WEBHOOK_URL": f"{simulated}/alerts",
        "DEALER_NAME": "Maple Street Motors",
        "DEALER_PHONE": "(555) 010-0142",
        "DEALER_EMAIL": "cars@maple-street-motors.example",
        "DEALER_ADDRESS": "142 Maple Street, Springfield",
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
    }
    return [word for name, value in settings.items() for word in ("--var", f"{name}:{value}")]


def say(text: str) -> None:
    """One line of progress."""
    print(f"[dev] {text}", flush=True)


def ask(url: str, method: str = "GET", timeout_s: float = 20) -> Any:
    """The JSON that an address answers, `None` when it answers without. Raises: OSError."""
    request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
        content = answer.read()
    return json.loads(content) if content.strip().startswith((b"{", b"[")) else None


def require_free(port: int, flag: str) -> None:
    """Raises: SystemExit when somebody listens there already."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise SystemExit(f"[dev] port {port} is in use: stop what listens there, or choose another with {flag}")


def wait_for(child: Child, url: str, log: Path) -> None:
    """Wait until an address answers. Raises: SystemExit with the child's output when it ends or takes too long."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            ask(url)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.stderr.write(log.read_text(errors="replace")[-6000:])
    raise SystemExit(f"[dev] {url} does not answer; the whole output is in {log}")


def import_lot(worker: str) -> None:
    """Pull the demo lot over the queue, unless a run has been there before, and show how it goes."""
    if ask(f"{worker}/api/integrations/runs?limit=1")["runs"]:
        say("The lot has been imported before; it stays as it is.")
        return
    run = ask(f"{worker}/api/integrations/wayne-reeves/sync", "POST")["runId"]
    deadline = time.monotonic() + IMPORT_S
    seen = -1
    while time.monotonic() < deadline:
        report = ask(f"{worker}/api/integrations/runs/{run}")
        if report["seen"] != seen:
            seen = report["seen"]
            say(f"Importing from the simulated Wayne Reeves: {seen} vehicles seen, {report['created']} new")
        if report["status"] not in GOING:
            say(f"Import {report['status']}: {report['created']} vehicles on the lot")
            return
        time.sleep(0.3)
    say(f"The import is still going after {IMPORT_S} s; see {worker}/api/integrations/runs/{run}")


def fire_due_crons(worker: str, crons: Sequence[str], minute: int) -> None:
    """Fire the crons of one minute since the epoch: those of every minute, and on the hour those of every hour."""
    for cron in crons:
        if cron.split()[0] != "*" and minute % 60 != int(cron.split()[0]):
            continue
        query = urllib.parse.urlencode({"cron": cron, "time": minute * 60_000})
        try:
            ask(f"{worker}/cdn-cgi/handler/scheduled?{query}")
        except OSError as error:
            say(f"The cron {cron} failed: {error}")


def follow(log: Path, position: int) -> int:
    """Show what a log has got since a position; returns the new one."""
    with log.open("rb") as lines:
        lines.seek(position)
        news = lines.read()
    sys.stdout.buffer.write(news)
    sys.stdout.flush()
    return position + len(news)


def keep_running(children: Sequence[Child], worker: str, log: Path) -> int:
    """Show the Worker's log and fire its crons until a child ends."""
    crons = read_config()["triggers"]["crons"]
    position = log.stat().st_size
    minute = int(time.time() // 60)
    while all(child.poll() is None for child in children):
        position = follow(log, position)
        if (now := int(time.time() // 60)) != minute:
            minute = now
            fire_due_crons(worker, crons, minute)
        time.sleep(0.5)
    follow(log, position)
    say("One part has ended; stopping the other.")
    return 1


def main(arguments: Sequence[str]) -> int:
    """What `make dev` does. Returns only when a part has ended by itself."""
    parser = argparse.ArgumentParser(prog="dev/up", description="CarLot Manager with simulated partners and a demo lot.")
    parser.add_argument("--port", type=int, default=8787, help="of CarLot (default 8787)")
    parser.add_argument("--partners-port", type=int, default=9000, help="of the simulators (default 9000)")
    parser.add_argument("--persist-to", default=str(ROOT / ".wrangler" / "state"), help="where the lot is kept")
    flags = parser.parse_args(arguments)
    stop_on_signals()
    setup.ensure()
    require_free(flags.port, "--port")
    require_free(flags.partners_port, "--partners-port")
    worker, simulated = f"http://localhost:{flags.port}", f"http://127.0.0.1:{flags.partners_port}"
    log = ROOT / ".wrangler" / "dev.log"
    log.parent.mkdir(exist_ok=True)
    say("Starting the simulated partners and the Worker ...")
    sims = partners.command("--port", str(flags.partners_port), "--photo-base", f"{worker}/demo/")
    carlot = [str(ROOT / "dev" / "worker"), "--port", str(flags.port), "--persist-to", flags.persist_to]
    carlot += variables(flags.port, flags.partners_port)
    with (
        log.open("wb") as output,
        Child(sims, ROOT, partners.environment()) as partner,
        Child(carlot, ROOT, dict(os.environ), output) as lot,
    ):
        wait_for(partner, f"{simulated}/_sim", log)
        wait_for(lot, f"{worker}/api/health", log)
        import_lot(worker)
        say(f"Desk                {worker}/")
        say(f"Public lot page     {worker}/inventory.html")
        say(f"API                 {worker}/api/public/inventory   (all of it: {worker}/api/openapi.json)")
        say(f"Simulated partners  {simulated}/_sim")
        say("Ctrl-C stops everything; the lot stays in .wrangler/state. The Worker's log follows.")
        return keep_running((partner, lot), worker, log)
