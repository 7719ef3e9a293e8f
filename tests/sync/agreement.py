"""What must hold between CarLot and its partners: always, whatever is going wrong, and at rest, when all has been put right.

A partner joins with one class here, that reads its ledger, and one line in `AGREEMENTS`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Protocol

from carlot.domain.vehicle import FROM_DMS, PUSHED_TO_DMS
from support.books import check_books, invoices
from support.world import World


@dataclass
class History:
    """What a test knows to have happened, beside what is stored.

    `prices`: every price, in cents, that a car may ever have had here, by stock number. `sales`, `voids`: those that were
    answered with 2xx, by id. `events`: keys of the webhook events that were answered 200. `poisoned`: subjects whose tasks
    may be dead.
    """

    prices: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    sales: set[str] = field(default_factory=set)
    voids: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)


class Agreement(Protocol):
    """What must hold between CarLot and one partner."""

    def always(self, world: World, history: History) -> None:
        """After every step."""

    def at_rest(self, world: World, history: History) -> None:
        """When all faults are over and nothing is left to do."""


class WithTheDms:
    """Wayne Reeves: each standing sale once, no other; prices and edits; what it shows is what the lot shows."""

    def always(self, world: World, history: History) -> None:
        sales = {row["id"]: row for row in world.database.query("SELECT * FROM sales")}
        told: dict[str, str] = {}
        for entry in world.network.heard("POST", "/sales"):
            key, body = str(entry["idempotency_key"]), json.dumps(entry["body"], sort_keys=True)
            assert key in sales, f"the DMS was told of a sale that is none: {entry}"
            assert told.setdefault(key, body) == body, f"two tellings of one sale differ: {body}, {told[key]}"
            sent_cents = round(entry["body"]["sale_price"] * 100)
            assert sent_cents == sales[key]["sale_price_cents"], f"told to the cent: {entry}"
        for entry in world.network.heard("PATCH", "/inventory/*"):
            stock_number = entry["path"].rpartition("/")[2]
            price = entry["body"].get("price")
            assert price is None or round(price * 100) in history.prices[stock_number], f"a price that never was: {entry}"

    def at_rest(self, world: World, history: History) -> None:
        ours = {sale["idempotency_key"]: sale for sale in world.dms_sales()}
        sold_there = {record["stock_number"] for record in world.network.dms.lot.records() if record["status"] == "sold"}
        rows = world.database.query("SELECT s.*, v.external_dms_id AS stock FROM sales s JOIN vehicles v ON v.id = s.vehicle_id")
        for row in rows:
            if row["voided_at"] is not None:
                assert row["id"] not in ours, f"undone here, but standing there: {row}"
            else:
                assert row["stock"] in sold_there, f"sold here, but not there: {row}"
        standing = {row["id"] for row in rows if row["voided_at"] is None}
        assert {key for key in ours if not key.startswith("dms-")} <= standing, "the DMS has a sale that is none"
        for record in world.network.dms.lot.records():
            self._same_car(world, record)

    def _same_car(self, world: World, record: dict[str, Any]) -> None:
        vehicle = world.vehicle(record["stock_number"])
        sold = (vehicle["status"] == "sold", record["status"] == "sold")
        assert sold in ((True, True), (False, False)), f"sold here, sold there: {sold}, {vehicle}, {record}"
        # What the DMS does not take back, and what was edited of a car that is sold, may differ for good.
        edited = set(json.loads(vehicle["edited_fields"]))
        kept = edited - PUSHED_TO_DMS if vehicle["status"] != "sold" else edited
        for shown in FROM_DMS:
            if shown.wire in kept or shown.wire in ("photos", "status"):
                continue
            here, there = vehicle[shown.column], record.get(str(shown.dms))
            there = round(there * 100) if shown.kind == "money" and there is not None else there
            assert here == there, f"{record['stock_number']}: {shown.wire} is {here} here and {there} there"


class WithTheBooks:
    """QuickBooks: an invoice for each standing sale, once and to the cent, and no other."""

    def always(self, world: World, history: History) -> None:
        if not world.services.settings.configured("quickbooks"):
            return
        prices = {row["doc_number"]: row["sale_price_cents"] for row in world.database.query("SELECT * FROM sales")}
        standing = [line for line in invoices(world) if line["state"] == "standing"]
        numbers = [line["doc_number"] for line in standing]
        assert len(numbers) == len(set(numbers)), f"an invoice is there twice: {standing}"
        assert all(prices.get(line["doc_number"]) == line["total_cents"] for line in standing), f"{standing} are not {prices}"

    def at_rest(self, world: World, history: History) -> None:
        if world.services.settings.configured("quickbooks"):
            check_books(world)


class WithinItself:
    """CarLot alone: what was answered is kept, sold is final, an event counts once, nothing is dead but poison."""

    def always(self, world: World, history: History) -> None:
        sales = {row["id"]: row for row in world.database.query("SELECT * FROM sales")}
        assert history.sales <= sales.keys(), "a sale that was answered 201 is gone"
        assert all(sales[sale_id]["voided_at"] for sale_id in history.voids), "an undoing that was answered 200 is gone"
        kept = {row["event_key"] for row in world.database.query("SELECT event_key FROM webhook_events")}
        assert history.events <= kept, "an event that was answered 200 is gone"
        relisted = world.database.query(
            """SELECT v.id FROM vehicles v JOIN sales s ON s.vehicle_id = v.id AND s.voided_at IS NULL WHERE v.status <> 'sold'"""
        )
        assert not relisted, f"sold cars are back on the lot: {relisted}"
        dead = world.database.query("SELECT * FROM audit_dead")
        assert all(task["subject_id"] in history.poisoned for task in dead), f"dead without poison: {dead}"

    def at_rest(self, world: World, history: History) -> None:
        left = world.database.query("SELECT * FROM sync_tasks WHERE state IN ('pending', 'running')")
        assert not left, f"something is left to do: {left}"
        waiting = world.database.query("SELECT * FROM sync_tasks WHERE state = 'blocked' AND target <> 'quickbooks'")
        assert not waiting, f"something waits for the dealer: {waiting}"
        unsettled = world.database.query("SELECT * FROM webhook_events WHERE state NOT IN ('applied', 'ignored')")
        assert not unsettled, f"events without an end: {unsettled}"
        going = world.database.query("SELECT * FROM import_runs WHERE status IN ('queued', 'running')")
        assert not going, f"a pull without an end: {going}"
        dead = {row["subject_id"] for row in world.database.query("SELECT * FROM audit_dead")}
        assert dead <= history.poisoned, f"dead without poison: {dead}"


AGREEMENTS: tuple[Agreement, ...] = (WithinItself(), WithTheDms(), WithTheBooks())


def check_always(world: World, history: History) -> None:
    """Every agreement that holds always. Raises: AssertionError."""
    for agreement in AGREEMENTS:
        agreement.always(world, history)


async def check_at_rest(world: World, history: History) -> None:
    """Let everything come to rest, pull twice more, and check every agreement. Raises: AssertionError.

    The first pull shows what the DMS has otherwise, and has it told again; the second shows that it has taken it.
    """
    await world.until_quiet()
    for _ in range(2):
        assert await world.pull() == "completed"
    check_always(world, history)
    for agreement in AGREEMENTS:
        agreement.at_rest(world, history)
