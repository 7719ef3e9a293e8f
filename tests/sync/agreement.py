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
    may be dead. `sale_prices`: every price, in cents, that anybody said a car was sold for, by VIN. `decided`: sales of which the
    dealer has decided something, by id. `past`: stock numbers of cars that the DMS has sold and taken back since; `again`: the
    numbers that they got, and `past_sales` the ids of those sales.
    """

    prices: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    sales: set[str] = field(default_factory=set)
    voids: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    poisoned: set[str] = field(default_factory=set)
    sale_prices: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    decided: set[str] = field(default_factory=set)
    past: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    past_sales: set[str] = field(default_factory=set)


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
        refused: set[str] = set()
        for entry in world.network.heard("POST", "/sales"):
            key, body = str(entry["idempotency_key"]), json.dumps(entry["body"], sort_keys=True)
            assert key in sales, f"the DMS was told of a sale that is none: {entry}"
            # What was refused may be told otherwise.
            if told.setdefault(key, body) != body:
                assert key in refused, f"two tellings of one sale differ: {body}, {told[key]}"
                told[key] = body
            (refused.add if entry["status"] in (404, 409) else refused.discard)(key)
            sent_cents = round(entry["body"]["sale_price"] * 100)
            # What is told after it was corrected, or answered otherwise, is what was told first.
            may_be = history.sale_prices[entry["body"]["vin"]] if key in history.decided else set()
            assert sent_cents in may_be | {sales[key]["sale_price_cents"]}, f"told to the cent: {entry}"
        for entry in world.network.heard("PATCH", "/inventory/*"):
            stock_number = entry["path"].rpartition("/")[2]
            price = entry["body"].get("price")
            assert price is None or round(price * 100) in history.prices[stock_number], f"a price that never was: {entry}"

    def at_rest(self, world: World, history: History) -> None:
        ours = {sale["idempotency_key"]: sale for sale in world.dms_sales()}
        sold_there = {record["stock_number"] for record in world.network.dms.lot.records() if record["status"] == "sold"}
        # A deal that fell through there after it was paid is what the dealer says it is.
        rows = world.database.query(
            """SELECT s.*, v.external_dms_id AS stock FROM sales s JOIN vehicles v ON v.id = s.vehicle_id WHERE NOT EXISTS (
              SELECT 1 FROM questions q WHERE q.state = 'open' AND q.kind = 'sale_undone' AND q.subject_id = s.id)"""
        )
        for row in rows:
            if row["voided_at"] is not None:
                assert row["id"] not in ours, f"undone here, but standing there: {row}"
            else:
                assert row["stock"] in sold_there or row["stock"] in (None, *history.past), f"sold here, but not there: {row}"
        standing = {row["id"] for row in rows if row["voided_at"] is None}
        assert {key for key in ours if not key.startswith("dms-")} <= standing, "the DMS has a sale that is none"
        for record in world.network.dms.lot.records():
            self._same_car(world, history, record)
        # A car of an earlier stay, of which the dealer has undone the sale, is his alone.
        on_lot = world.database.query(
            """SELECT external_dms_id AS stock, vin FROM vehicles v WHERE status IN ('available', 'pending') AND (external_dms_id
              IS NOT NULL OR NOT EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NOT NULL))"""
        )
        # Whether a paid sale that the DMS has undone is undone here is asked; until then its car is sold.
        asked = {
            row["stock"]
            for row in world.database.query(
                """SELECT v.external_dms_id AS stock FROM questions q JOIN vehicles v ON v.id = q.vehicle_id
                WHERE q.state = 'open' AND q.kind = 'sale_undone' AND v.status = 'sold'"""
            )
        }
        free = [each for each in world.network.dms.lot.records() if each["status"] != "sold"]
        shown = {(each["stock_number"], each["vin"]) for each in free if each["stock_number"] not in asked}
        assert sorted((each["stock"], each["vin"]) for each in on_lot) == sorted(shown), "each car on the lot once, and no other"
        for sale in world.dms_sales():
            # What is told of a sale after its car was taken back and sold again may pass for the other sale.
            if sale["idempotency_key"].startswith("dms-") and sale["sale_id"] not in history.past_sales:
                self._follows(world, history, sale)

    def _follows(self, world: World, history: History, sale: dict[str, Any]) -> None:
        """A sale of the DMS's is known as the DMS has it by now, or the dealer is asked about it, or he has decided otherwise."""
        known = world.database.query(
            """SELECT s.id, s.sale_price_cents AS cents, s.sale_date AS day, s.origin, s.voided_at, c.name, (
              SELECT details FROM questions q WHERE q.state = 'open' AND q.subject_id = s.id) AS asked
            FROM sales s JOIN vehicles v ON v.id = s.vehicle_id LEFT JOIN customers c ON c.id = s.customer_id WHERE v.vin = ?""",
            sale["vin"],
        )
        cents, day = round(sale["sale_price"] * 100), sale["sale_date"]
        for row in known:
            if row["id"] in history.decided | history.voids:
                return
            if row["voided_at"] is None and (row["cents"], row["day"]) == (cents, day) and row["asked"] is None:
                buyer = (sale.get("customer") or {}).get("name")
                if row["origin"] == "carlot" or row["name"] == buyer:
                    return
                continue
            if row["asked"] is not None:
                asked = json.loads(row["asked"])
                if not asked or (asked.get("priceCents"), asked.get("saleDate")) == (cents, day):
                    return
            if row["origin"] == "carlot" and row["voided_at"] is None and row["cents"] == cents:
                return
        raise AssertionError(f"the DMS has sold it otherwise: {sale}, {known}")

    def _same_car(self, world: World, history: History, record: dict[str, Any]) -> None:
        rows = world.database.query("SELECT * FROM vehicles WHERE external_dms_id = ?", record["stock_number"])
        if not rows and record["status"] == "sold" and record["stock_number"] in history.past:
            return  # The record of an earlier stay is no car on the lot, and owes nothing.
        if record["status"] == "sold" and [row["status"] for row in rows] == ["archived"]:
            return  # The dealer has voided the sale of an earlier stay.
        assert len(rows) == 1, f"{record['stock_number']} is {len(rows)} vehicles here"
        vehicle = rows[0]
        if world.database.query(
            "SELECT 1 FROM questions WHERE state = 'open' AND kind = 'sale_undone' AND vehicle_id = ?", vehicle["id"]
        ):
            return
        sold = (vehicle["status"] == "sold", record["status"] == "sold")
        assert sold in ((True, True), (False, False)), f"sold here, sold there: {sold}, {vehicle}, {record}"
        # What the DMS does not take back, and what was edited of a car that is sold, may differ for good.
        edited = set(json.loads(vehicle["edited_fields"]))
        kept = edited - PUSHED_TO_DMS if vehicle["status"] != "sold" else edited
        for shown in FROM_DMS:
            if shown.wire in kept or shown.wire in ("photos", "status"):
                continue
            here, there = vehicle[shown.column], record.get(str(shown.dms))
            if there is None and record["stock_number"] in history.again:
                continue  # The new record of a car that was taken back does not say all that is known of the car.
            there = round(there * 100) if shown.kind == "money" and there is not None else there
            assert here == there, f"{record['stock_number']}: {shown.wire} is {here} here and {there} there"


class WithTheBooks:
    """QuickBooks: an invoice for each standing sale, once and to the cent, and no other."""

    def always(self, world: World, history: History) -> None:
        if not world.services.settings.configured("quickbooks"):
            return
        sold = world.database.query("SELECT s.*, v.vin FROM sales s JOIN vehicles v ON v.id = s.vehicle_id")
        prices = {row["doc_number"]: history.sale_prices[row["vin"]] | {row["sale_price_cents"]} for row in sold}
        standing = [line for line in invoices(world) if line["state"] == "standing"]
        numbers = [line["doc_number"] for line in standing]
        assert len(numbers) == len(set(numbers)), f"an invoice is there twice: {standing}"
        assert all(line["total_cents"] in prices.get(line["doc_number"], ()) for line in standing), f"{standing} are not {prices}"

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
