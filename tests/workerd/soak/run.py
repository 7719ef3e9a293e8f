"""One run: the Worker beside its partners, every change of a plan, every kill; then rest, and judgement."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.ftp import FtpServer
from simulators.ftp.server import Faults
from simulators.generate import vehicles
from support.running import Partners, Worker
from workerd.soak.actors import SECRET, Dealer
from workerd.soak.actors import Dms as DmsActor
from workerd.soak.contact import HOUR, MINUTE, Contact
from workerd.soak.history import History, cents
from workerd.soak.plan import FORBIDDING, Change, Kill, Plan
from workerd.soak.sides import Dms, Evidence, FileSite, Itself, Side, Site

FILES = (FileSite("cargurus"), FileSite("kbb"))
SIDES: tuple[Side, ...] = (Dms(), Site("truecar", "list_price"), *FILES)
APART_S = 15 * 60
"""How long a site's next file waits after the last one."""
TICK_EVERY = 10
"""A cron comes after so many changes."""
REST_LIMIT_S = 1200.0
WAITS = "next_attempt_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS waits"
OPEN = f"SELECT id, state, target, kind, error, {WAITS} FROM sync_tasks WHERE state IN ('pending', 'running')"
LATER = f"""SELECT id, target, state, error, {WAITS} FROM sync_tasks
  WHERE state = 'blocked' OR (state = 'dead' AND target = '{FORBIDDING}')
    OR (state = 'pending' AND next_attempt_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 second'))"""
LOOKS_DUE = "SELECT 1 FROM listings WHERE verify_after IS NOT NULL"
MISTAKES = ("A bug in CarLot Manager", "request.failed", "Traceback", "The program made a mistake")


@dataclass
class Report:
    """What a run came to. `differences`: what does not agree, a sentence each; none is right."""

    seed: int
    figures: dict[str, object] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{name}: {figure}" for name, figure in self.figures.items()]
        return "\n".join([f"soak, seed {self.seed}", *lines, *(f"DIFFERS: {difference}" for difference in self.differences)])


class Soak:
    """A run in `folder`, which holds the Worker's state and what everybody said."""

    def __init__(self, plan: Plan, folder: Path, say: Callable[[str], None] = print) -> None:
        self._plan = plan
        self._say = say
        self._history = History()
        lot = ("--generate", str(plan.scale.cars), "--seed", str(plan.seed))
        self._partners = Partners(folder / "partners.log", *lot)
        self._folder = folder
        self._servers: dict[str, FtpServer] = {}
        self._began = time.monotonic()

    def run(self) -> Report:
        """Go through with it. Raises: TimeoutError when it does not come to rest, AssertionError at an answer out of place."""
        try:
            self._partners.run()
            for side in FILES:
                (self._folder / side.name).mkdir()
                self._servers[side.name] = FtpServer(self._folder / side.name)
            self._worker = Worker(self._folder / "worker", self._settings()).run()
            self._contact = Contact(self._worker, lambda text: self._say(f"[{self._s():5.0f} s] {text}"))
            try:
                return self._whole()
            finally:
                self._contact.close()
                self._worker.stop()
        finally:
            self._partners.stop()
            for server in self._servers.values():
                server.stop()

    def _whole(self) -> Report:
        self._open()
        ails = {name: self._plan.file_faults(name) for name in self._servers}
        for change in self._plan.changes:
            for name, server in self._servers.items():
                if change.number in ails[name]:
                    server.faults = Faults(**ails[name][change.number])
            with self._contact.peril(self._plan.kills.get(change.number)):
                self._make(change)
                self._dms.send_due(change.number)
            if change.number % TICK_EVERY == 0:
                self._contact.tick(MINUTE)
            if change.number % 100 == 0:
                self._contact.say(f"{change.number} changes")
            time.sleep(change.pause_s)
        made_s = self._s()
        struck = self._end_faults()
        self._rest()
        report = Report(self._plan.seed, self._figures(made_s, struck))
        report.differences = self._judge()
        return report

    def _settings(self) -> dict[str, str]:
        told = self._partners.client.get("/_sim").json()["settings"]
        settings = {name: value for side in SIDES for name, value in told[side.name].items()}
        files = {f"{name.upper()}_FTP_URL": server.url() for name, server in self._servers.items()}
        return (
            settings
            | files
            | {
                "WEBHOOK_SECRET": SECRET,
                "IMPORT_PUBLISH_TO_WEBSITE": "true",
                "PUBLIC_BASE_URL": "https://lot.example",
            }
        )

    def _open(self) -> None:
        """The lot is imported and every other car put on the listing sites while all is well; then the faults begin."""
        for record in vehicles(self._plan.scale.cars, self._plan.seed):
            self._history.stock.append(record["stock_number"])
            self._history.prices[record["stock_number"]].add(cents(record["price"]))
        imported = self._worker.finished(self._worker.pull())
        assert (imported["status"], imported["created"]) == ("completed", self._plan.scale.cars), imported
        self._dealer = Dealer(self._contact, self._history)
        self._dms = DmsActor(self._partners, self._contact, self._history, self._plan.seed)
        self._dealer.learn()
        for side in SIDES:
            self._partners.sim("PUT", f"faults/{side.name}", self._plan.faults(side.name))
        for car in range(0, self._plan.scale.cars, 2):
            self._dealer.publish(Change(0, "publish", car, {"publishToThirdParty": True}))

    def _make(self, change: Change) -> None:
        self._history.sent_twice += change.twice and change.what not in ("dms_changes", "dms_adds", "dms_sells", "dms_garbles")
        {
            "edit": self._dealer.edit,
            "publish": self._dealer.publish,
            "sell": self._dealer.sell,
            "void": self._dealer.void,
            "serve": self._dealer.serve,
            "pull": self._dealer.pull,
            "dms_changes": self._dms.change,
            "dms_adds": self._dms.add,
            "dms_sells": self._dms.sell,
            "dms_garbles": self._dms.garble,
        }[change.what](change)
        if change.twice and change.what in ("edit", "sell", "void", "publish"):
            self._dealer.insist(self._history.stock[change.car])

    def _end_faults(self) -> dict[str, Counter[str]]:
        """All partners are well again. What each suffered. What was forbidden for some cars has blocked no partner."""
        blocked = self._worker.query(
            f"SELECT target, blocked_reason FROM partners WHERE target = '{FORBIDDING}' AND blocked_reason IS NOT NULL"
        )
        self._contact.mistakes += [f"{row['target']} was blocked: {row['blocked_reason']}" for row in blocked]
        struck = {}
        for side in SIDES:
            struck[side.name] = Counter(self._partners.sim("GET", f"faults/{side.name}")["struck"])
            self._partners.sim("DELETE", f"faults/{side.name}")
        for server in self._servers.values():
            server.faults = Faults()
        return struck

    def _rest(self) -> None:
        """Let everything come to rest, and pull twice: what is otherwise in the DMS is sent again between the two."""
        if self._plan.scale.down_s:
            self._let_pass(self._plan.scale.down_s)
        deadline = time.monotonic() + REST_LIMIT_S
        self._settle(deadline)
        for _ in range(2):
            run = self._worker.finished(self._worker.pull(), 300)
            assert run["status"] == "completed", run
            self._settle(deadline)
        while self._worker.query(OPEN):
            self._let_pass(APART_S)
            self._settle(deadline)

    def _let_pass(self, seconds: float) -> None:
        """The Worker is down for so long, as far as it can tell."""
        with self._contact.peril(Kill(0, seconds)):
            pass

    def _settle(self, deadline: float) -> None:
        """Crons, and a dealer who has tried at once what waits for a later try or for him, until nothing is left to do.

        What waits for the hour of a site's next file is left.

        He retries the cars that were forbidden. What was to go by itself, he leaves alone: finding a lost message or a lease that
        ran out is for the cron.
        """
        self._contact.tick(HOUR)
        last = self._plan.scale.changes * 2
        targets = {side.name.replace("-", "_") for side in SIDES}
        while True:
            self._dms.send_due(last)
            self._contact.tick(MINUTE)
            left = [task for task in self._worker.query(OPEN) if not self._waits_for_a_file(task)]
            if not left and not self._dms.waiting and not self._worker.query(LOOKS_DUE):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"no rest after {REST_LIMIT_S:g} s: {left}")
            for task in self._worker.query(LATER):
                if task["target"] in targets and not self._waits_for_a_file(task):
                    self._contact.ask("POST", f"/api/integrations/tasks/{task['id']}/retry")
            time.sleep(1)

    def _waits_for_a_file(self, task: Mapping[str, Any]) -> bool:
        """Whether all that is left to do of a task is to wait for the hour of a site's next file."""
        pending = task["state"] == "pending" and task["waits"]
        return pending and task["target"] in self._servers and "next file" in (task["error"] or "")

    def _judge(self) -> list[str]:
        seen = Evidence(self._worker, self._partners, self._history, self._servers)
        found = [*Itself().differences(seen), *(difference for side in SIDES for difference in side.differences(seen))]
        lines = [line for line in self._worker.said().splitlines() if any(mistake in line for mistake in MISTAKES)]
        return [*found, *self._contact.mistakes, *lines]

    def _figures(self, made_s: float, struck: dict[str, Counter[str]]) -> dict[str, object]:
        history, contact = self._history, self._contact
        heard = {side.name: len(self._heard(side.name)) for side in SIDES}
        return {
            "changes": len(self._plan.changes),
            "kinds": dict(Counter(change.what for change in self._plan.changes)),
            "kills": contact.kills,
            "requests": f"{contact.requests}, {contact.unanswered} without an answer",
            "sent twice": history.sent_twice,
            "events": f"{len(history.events)}, {history.overtaken} overtaken, {len(history.poisoned)} poisoned",
            "came too late": history.refused,
            "partners heard": heard,
            "files": {name: len(server.arrived) for name, server in self._servers.items()},
            "faults": {name: f"{sum(count.values())}: {json.dumps(count)}" for name, count in struck.items()},
            "seconds": f"{made_s:.0f} of changes, {self._s() - made_s:.0f} to rest",
        }

    def _heard(self, name: str) -> list[object]:
        entries: list[object] = self._partners.client.get("/_sim/ledger", params={"partner": name}).json()["entries"]
        return entries

    def _s(self) -> float:
        return time.monotonic() - self._began
