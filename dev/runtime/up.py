"""What `make dev` runs: CarLot Manager with simulated partners and a demo lot, until Ctrl-C.

The lot stays in .wrangler/state from one start to the next. `wrangler dev` fires no cron by itself, so this does.
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

# The made-up dealer. What the partners need is not here: each simulated partner says it itself (`GET /_sim`, "settings").
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
    """One line of progress."""
    print(f"[dev] {text}", flush=True)


def ask(url: str, method: str = "GET", timeout_s: float = 20) -> Any:
    """The JSON that an address answers, `None` when it answers without. Raises: OSError."""
    request = urllib.request.Request(url, method=method, data=b"" if method == "POST" else None)  # noqa: S310
    with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
        content = answer.read()
    return json.loads(content) if content.strip().startswith((b"{", b"[")) else None


def simulators(port: int, worker: str) -> list[str]:
    """The words that start the partners of a Worker at an address."""
    told = ("--quickbooks-webhook", f"{worker}/api/webhooks/quickbooks", "--quickbooks-verifier", VERIFIER)
    return partners.command("--port", str(port), "--photo-base", f"{worker}/demo/", *told)


def lot(port: int, persist_to: Path, settings: Mapping[str, str]) -> list[str]:
    """The words that start the Worker. It gets its settings by a file, beside which a .dev.vars plays no part."""
    given = persist_to / "demo.env"
    given.write_text("".join(f'{name}="{value}"\n' for name, value in settings.items()))
    return [str(ROOT / "dev" / "worker"), "--port", str(port), "--persist-to", str(persist_to), "--env-file", str(given)]


def settings_of_partners(simulated: str) -> dict[str, str]:
    """What to set for all simulated partners, in their own words."""
    told: Mapping[str, Mapping[str, str]] = ask(f"{simulated}/_sim")["settings"]
    return {name: value for settings in told.values() for name, value in settings.items()}


def wait_for(child: Child, url: str, log: Path | None = None) -> None:
    """Wait until an address answers. Raises: SystemExit with the end of the child's log when it ends or takes too long."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            ask(url)
        except OSError:
            time.sleep(0.2)
        else:
            return
    if log is None:
        raise SystemExit(f"[dev] {url} does not answer")
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


def is_due(cron: str, minute: int) -> bool:
    """Whether a cron fires in a minute since the epoch. Raises: ValueError for other forms than `* * * * *` and `M * * * *`."""
    at, *rest = cron.split()
    if rest != ["*"] * 4:
        raise ValueError(f"make dev cannot fire the cron {cron}")
    return at == "*" or minute % 60 == int(at)


def fire_due_crons(worker: str, crons: Sequence[str], minute: int) -> None:
    """Fire the crons of one minute since the epoch."""
    for cron in crons:
        if not is_due(cron, minute):
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


def greet(worker: str, simulated: str, persist_to: Path) -> None:
    """Say where everything is."""
    say(f"Desk                {worker}/")
    say(f"Public lot page     {worker}/inventory.html")
    say(f"API                 {worker}/api/public/inventory")
    say(f"Simulated partners  {simulated}/_sim")
    say(f"Ctrl-C stops everything; the lot stays in {persist_to}. The Worker's log follows.")


def main(arguments: Sequence[str]) -> int:
    """What `make dev` does. Returns only when a part has ended by itself."""
    parser = argparse.ArgumentParser(prog="dev/up", description="CarLot Manager with simulated partners and a demo lot.")
    parser.add_argument("--port", type=int, default=8787, help="of CarLot (default 8787)")
    parser.add_argument("--partners-port", type=int, default=9000, help="of the simulators (default 9000)")
    parser.add_argument("--persist-to", type=Path, default=STATE, help="where the lot is kept (default .wrangler/state)")
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
