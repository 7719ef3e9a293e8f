"""Run `make dev`: CarLot Manager with simulated partners and a demo lot, until Ctrl-C.

The lot stays in .wrangler/state between runs. `wrangler dev` does not fire cron jobs, so this program does.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runtime import partners, setup
from runtime.children import Child, stop_on_signals
from runtime.configuration import read_config
from runtime.paths import ROOT, STATE
from runtime.port import require_free

START_S = 90
IMPORT_S = 180
GOING = ("queued", "running")
VERIFIER = "demo-verifier"
BY_FILE = "kbb"
"""The simulated site that takes the inventory as a file."""

# The made-up dealer. The partners' settings come from the simulated partners themselves (`GET /_sim`, "settings").
DEALER = {
    "AUTH_MODE": "dev-open",
    "IMPORT_PUBLISH_TO_WEBSITE": "true",
    "WEBHOOK_SECRET": "demo-webhook-secret",
    "TOKEN_ENCRYPTION_KEY": base64.b64encode(b"for a lot on this machine only..").decode(),
    "DEALER_NAME": "Maple Street Motors",
    "DEALER_PHONE": "(555) 010-0142",
    "DEALER_EMAIL": "cars@maple-street-motors.example",
    "DEALER_ADDRESS": "142 Maple Street, Springfield",
}


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"[dev] {text}", flush=True)


def ask(url: str, method: str = "GET", timeout_s: float = 20) -> Any:
    """Return the JSON at an address, or `None` when the response is not JSON. Raises: OSError."""
    request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
        content = answer.read()
    return json.loads(content) if content.strip().startswith((b"{", b"[")) else None


def simulators(port: int, worker: str) -> list[str]:
    """Return the command that starts the simulated partners of the Worker at an address."""
    told = ("--quickbooks-webhook", f"{worker}/api/webhooks/quickbooks", "--quickbooks-verifier", VERIFIER)
    return partners.command("--port", str(port), "--photo-base", f"{worker}/demo/", "--files-to", BY_FILE, *told)


def lot(port: int, persist_to: Path, settings: Mapping[str, str]) -> list[str]:
    """Return the command that starts the Worker. Its settings are in a file, so a .dev.vars file has no effect."""
    given = persist_to / "demo.env"
    given.write_text("".join(f'{name}="{value}"\n' for name, value in settings.items()))
    return [str(ROOT / "dev" / "worker"), "--port", str(port), "--persist-to", str(persist_to), "--env-file", str(given)]


def settings_of_partners(simulated: str) -> dict[str, str]:
    """Return the settings of all simulated partners, as the partners state them."""
    told: Mapping[str, Mapping[str, str]] = ask(f"{simulated}/_sim")["settings"]
    return {name: value for settings in told.values() for name, value in settings.items()}


def wait_for(child: Child, url: str, log: Path | None = None) -> None:
    """Wait until an address responds. Raises: SystemExit with the end of the child's log when that ends or takes too long."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            ask(url)
        except OSError:
            time.sleep(0.2)
        else:
            return
    if log is None:
        raise SystemExit(f"[dev] {url} does not respond. Stop make dev and start it again.")
    sys.stderr.write(log.read_text(errors="replace")[-6000:])
    raise SystemExit(f"[dev] {url} does not respond. The complete output is in {log}.")


def import_lot(worker: str) -> None:
    """Import the demo lot through the queue, unless it was imported before, and print the progress."""
    if ask(f"{worker}/api/integrations/runs?limit=1")["runs"]:
        say("The demo lot was imported before and stays as it is.")
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
            say(f"Import {report['status']}: {report['created']} vehicles added to the lot")
            return
        time.sleep(0.3)
    say(f"The import is still running after {IMPORT_S} s. See its progress at {worker}/api/integrations/runs/{run}.")


def is_due(cron: str, minute: int) -> bool:
    """Return whether a cron fires in a minute since the epoch. Raises: ValueError unless it is `* * * * *` or `M * * * *`."""
    at, *rest = cron.split()
    if rest != ["*"] * 4:
        raise ValueError(f"make dev cannot fire the cron {cron}")
    return at == "*" or minute % 60 == int(at)


def fire_due_crons(worker: str, crons: Sequence[str], minute: int) -> None:
    """Fire the cron jobs of one minute since the epoch."""
    for cron in crons:
        if not is_due(cron, minute):
            continue
        query = urllib.parse.urlencode({"cron": cron, "time": minute * 60_000})
        try:
            ask(f"{worker}/cdn-cgi/handler/scheduled?{query}")
        except OSError as error:
            say(f"The cron {cron} failed: {error}")


def follow(log: Path, position: int) -> int:
    """Print the part of a log after a position, and return the new position."""
    with log.open("rb") as lines:
        lines.seek(position)
        news = lines.read()
    sys.stdout.buffer.write(news)
    sys.stdout.flush()
    return position + len(news)


def keep_running(children: Sequence[Child], worker: str, log: Path) -> int:
    """Print the Worker's log and fire its cron jobs until a child process ends."""
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
    say("The Worker or the simulated partners ended, so everything stops. Read the messages above for the reason.")
    return 1


def greet(worker: str, simulated: str, persist_to: Path) -> None:
    """Print the addresses."""
    say(f"Desk                {worker}/")
    say(f"Public lot page     {worker}/inventory.html")
    say(f"API                 {worker}/api/public/inventory")
    say(f"Simulated partners  {simulated}/_sim")
    say(f"A site's file       {simulated}/_sim/{BY_FILE}/file")
    say(f"Press Ctrl-C to stop. The lot stays in {persist_to}. The Worker's log follows.")


def main(arguments: Sequence[str]) -> int:
    """Run `make dev`. Returns only when a child process ends by itself."""
    parser = argparse.ArgumentParser(prog="dev/up", description="CarLot Manager with simulated partners and a demo lot.")
    parser.add_argument("--port", type=int, default=8787, help="port of CarLot Manager (default 8787)")
    parser.add_argument("--partners-port", type=int, default=9000, help="port of the simulated partners (default 9000)")
    parser.add_argument("--persist-to", type=Path, default=STATE, help="folder for the lot's data (default .wrangler/state)")
    flags = parser.parse_args(arguments)
    stop_on_signals()
    setup.ensure()
    require_free(flags.port, "--port")
    require_free(flags.partners_port, "--partners-port")
    worker, simulated = f"http://localhost:{flags.port}", f"http://127.0.0.1:{flags.partners_port}"
    persist_to = flags.persist_to.absolute()
    persist_to.mkdir(parents=True, exist_ok=True)
    log = persist_to / "dev.log"
    say("Starting the simulated partners and the Worker ...")
    with Child(simulators(flags.partners_port, worker), ROOT, partners.environment()) as partner:
        wait_for(partner, f"{simulated}/_sim")
        settings = {**settings_of_partners(simulated), **DEALER, "PUBLIC_BASE_URL": worker}
        carlot = lot(flags.port, persist_to, settings)
        with log.open("wb") as output, Child(carlot, ROOT, os.environ, output) as running:
            wait_for(running, f"{worker}/api/health", log)
            import_lot(worker)
            greet(worker, simulated, persist_to)
            return keep_running((partner, running), worker, log)
