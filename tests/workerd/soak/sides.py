"""What must agree when all faults are over and nothing is left to do: CarLot with what it answered, and with each partner.

A side answers sentences, one for each thing that does not agree; none is right.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from carlot.domain.vehicle import BY_WIRE, FROM_DMS, PUSHED_TO_DMS
from simulators.ftp import FtpServer
from support.running import Partners, Worker
from workerd.soak.history import History, cents

LISTABLE = """status = 'available' AND publish_to_third_party = 1 AND vin_valid = 1 AND price_cents > 0
  AND json_array_length(photos) > 0"""


@dataclass(frozen=True)
class Evidence:
    """Everything that can be looked at."""

    worker: Worker
    partners: Partners
    history: History
    servers: Mapping[str, FtpServer]

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What D1 holds."""
        return self.worker.query(sql)

    def vehicles(self) -> dict[str, dict[str, Any]]:
        """The DMS's cars as D1 holds them, by stock number."""
        return {row["external_dms_id"]: row for row in self.rows("SELECT * FROM vehicles")}

    def sales(self) -> list[dict[str, Any]]:
        """The sales in D1, with the stock number of each car."""
        return self.rows("SELECT s.*, v.external_dms_id AS stock FROM sales s JOIN vehicles v ON v.id = s.vehicle_id")


class Side(Protocol):
    """CarLot's agreement with one partner."""

    name: str
    """As the simulated partners call it: its settings and its faults go by this name."""

    def differences(self, seen: Evidence) -> Iterator[str]:
        """What does not agree."""


class Itself:
    """CarLot alone: what was answered is kept and nothing is there twice; everything came to its end; only poison is dead."""

    def differences(self, seen: Evidence) -> Iterator[str]:
        """What does not agree."""
        yield from self._kept(seen)
        yield from self._edited(seen)
        yield from self._ended(seen)
        shown = seen.worker.client.get("/api/public/inventory?limit=1000").json()
        public = seen.rows("SELECT id, price_cents FROM vehicles WHERE status = 'available' AND publish_to_website = 1")
        wanted = {(row["id"], row["price_cents"]) for row in public}
        if {(vehicle["id"], cents(vehicle["price"])) for vehicle in shown} != wanted:
            yield "the public list is not what is available"

    def _kept(self, seen: Evidence) -> Iterator[str]:
        sales = {row["id"]: row for row in seen.sales()}
        yield from (f"sale {sale_id} was answered and is gone" for sale_id in {*seen.history.sales.values()} - sales.keys())
        yield from (f"sale {sale_id} was undone and stands" for sale_id in seen.history.voids if not sales[sale_id]["voided_at"])
        ours = [row for row in sales.values() if row["origin"] == "carlot"]
        yield from (f"sale {row['id']} was never answered" for row in ours if row["id"] not in seen.history.sales.values())
        prices = Counter(row["sale_price_cents"] for row in sales.values())
        yield from (f"{count} sales for {price} cents" for price, count in prices.items() if count > 1)
        services = {row["id"]: row["cost_cents"] for row in seen.rows("SELECT id, cost_cents FROM service_records")}
        if services != seen.history.services:
            yield f"{len(services)} service records are there, {len(seen.history.services)} were entered"
        events = Counter(row["event_key"] for row in seen.rows("SELECT event_key FROM webhook_events"))
        yield from (f"event {key} was answered and is gone" for key in seen.history.events - events.keys())
        vins = Counter(row["vin"] for row in seen.vehicles().values())
        yield from (f"{count} vehicles of VIN {vin}" for vin, count in vins.items() if count > 1)

    def _edited(self, seen: Evidence) -> Iterator[str]:
        """The dealer's last word on a field holds, unless the DMS had one after it."""
        vehicles = seen.vehicles()
        for (stock, name), (number, value) in seen.history.edits.items():
            if seen.history.told.get((stock, name), (0, None))[0] > number:
                continue
            held = vehicles[stock][BY_WIRE[name].column]
            if held != (cents(value) if BY_WIRE[name].kind == "money" else value):
                yield f"{stock}: {name} was edited to {value!r} in change {number}, and is {held!r}"

    def _ended(self, seen: Evidence) -> Iterator[str]:
        for task in seen.rows("SELECT * FROM sync_tasks WHERE state IN ('pending', 'running')"):
            yield f"left to do: {task}"
        configured = {row["target"] for row in seen.rows("SELECT DISTINCT target FROM sync_tasks WHERE state = 'done'")}
        for task in seen.rows("SELECT * FROM sync_tasks WHERE state = 'blocked'"):
            if task["target"] in configured:
                yield f"blocked: {task}"
        poison = "SELECT id, event_key, state, note FROM webhook_events"
        events = {row["id"]: row for row in seen.rows(poison)}
        dead = {row["subject_id"]: row for row in seen.rows("SELECT * FROM audit_dead")}
        buried = {events[subject]["event_key"] for subject in dead if subject in events}
        yield from (f"dead, and no poison: {row}" for subject, row in dead.items() if subject not in events)
        yield from (f"dead, and no poison: event {key}" for key in buried - seen.history.poisoned)
        yield from (f"poison, and not to be seen: event {key}" for key in seen.history.poisoned - buried)
        for event in events.values():
            if event["event_key"] not in seen.history.poisoned and event["state"] not in ("applied", "ignored"):
                yield f"without an end: {event}"
        for run in seen.rows("SELECT * FROM import_runs WHERE status IN ('queued', 'running')"):
            yield f"without an end: {run}"


class Dms:
    """Wayne Reeves: each standing sale once and no other, to the cent; every car with the same fields on both sides."""

    name = "wayne-reeves"

    def differences(self, seen: Evidence) -> Iterator[str]:
        """What does not agree."""
        yield from self._sales(seen)
        yield from self._told(seen)
        vehicles = seen.vehicles()
        records = seen.partners.sim("GET", "wayne-reeves/inventory")["vehicles"]
        yield from (f"{record['stock_number']} is not on the lot" for record in records if record["stock_number"] not in vehicles)
        for record in records:
            yield from self._car(vehicles[record["stock_number"]], record)

    def _sales(self, seen: Evidence) -> Iterator[str]:
        there = [sale for sale in seen.partners.sim("GET", "wayne-reeves/sales")["sales"] if not sale["undone"]]
        own = {sale["stock_number"] for sale in there if sale["idempotency_key"].startswith("dms-")}
        told = Counter(sale["idempotency_key"] for sale in there if not sale["idempotency_key"].startswith("dms-"))
        rows = seen.sales()
        standing = {row["id"]: row for row in rows if row["voided_at"] is None}
        yield from (f"the DMS has sale {key} {count} times" for key, count in told.items() if count > 1)
        yield from (f"the DMS has sale {key}, which is void or none" for key in told if key not in standing)
        for row in standing.values():
            if row["origin"] == "carlot" and row["id"] not in told and row["stock"] not in own:
                yield f"the DMS has not heard of {row}"
        sold_here = {row["stock"] for row in standing.values()}
        for stock, price in seen.history.dms_sales.items():
            if stock not in sold_here:
                yield f"the DMS sold {stock}, and CarLot has no sale of it"
            taken = [row["sale_price_cents"] for row in standing.values() if row["stock"] == stock and row["origin"] == "dms"]
            if taken not in ([], [price]):
                yield f"the DMS sold {stock} for {price} cents, CarLot has {taken}"

    def _told(self, seen: Evidence) -> Iterator[str]:
        """Nothing was ever said that is not so: sales by their key and price, prices that a car had."""
        prices = {row["id"]: row["sale_price_cents"] for row in seen.sales()}
        for entry in seen.partners.heard("POST", "/sales"):
            if prices.get(entry["idempotency_key"]) != cents(entry["body"]["sale_price"]):
                yield f"told of a sale that is none: {entry['body']}"
        for entry in seen.partners.heard("PATCH", "/inventory/*"):
            stock, price = entry["path"].rpartition("/")[2], entry["body"].get("price")
            if price is not None and cents(price) not in seen.history.prices[stock]:
                yield f"told of a price of {stock} that never was: {price}"

    def _car(self, vehicle: dict[str, Any], record: dict[str, Any]) -> Iterator[str]:
        stock = record["stock_number"]
        if vehicle["status"] != record["status"]:
            yield f"{stock} is {vehicle['status']} here and {record['status']} there"
        # Of a car that is sold the DMS takes no edits back.
        edited = set(json.loads(vehicle["edited_fields"]))
        kept = edited if vehicle["status"] == "sold" else edited - PUSHED_TO_DMS
        for shown in FROM_DMS:
            if shown.wire in kept or shown.wire in ("photos", "status"):
                continue
            here, there = vehicle[shown.column], record.get(str(shown.dms))
            there = cents(there) if shown.kind == "money" and there is not None else there
            if here != there:
                yield f"{stock}: {shown.wire} is {here!r} here and {there!r} there"


class Site:
    """A listing site: it shows the cars that are to be listed, at their price, and no other; it was never sent another price."""

    def __init__(self, name: str, price: str) -> None:
        self.name = name
        self._price = price

    def differences(self, seen: Evidence) -> Iterator[str]:
        """What does not agree."""
        listings = seen.partners.sim("GET", f"{self.name}/listings")["listings"]
        yield from _shown(seen, self.name, {vin: cents(listing[self._price]) for vin, listing in listings.items()})
        stocks = {row["vin"]: row["external_dms_id"] for row in seen.vehicles().values()}
        for event in seen.partners.sim("GET", f"{self.name}/history")["history"]:
            if event["what"] == "put" and cents(event["price"]) not in seen.history.prices[stocks[event["vin"]]]:
                yield f"{self.name} showed a price that never was: {event}"


class FileSite:
    """A listing site that takes files: the last one has the cars that are to be listed and no other; each was whole and true."""

    def __init__(self, name: str) -> None:
        self.name = name

    def differences(self, seen: Evidence) -> Iterator[str]:
        """What does not agree."""
        server = seen.servers[self.name]
        yield from _shown(seen, self.name, dict(_cars(server.read() or b"")))
        stocks = {row["vin"]: row["external_dms_id"] for row in seen.vehicles().values()}
        for _, content in server.arrived:
            if not content.startswith(b"VIN,StockNumber,Price,") or not content.endswith(b"\r\n"):
                yield f"{self.name} had a file that was not whole: {content[-60:]!r}"
            for vin, price in _cars(content):
                if price not in seen.history.prices[stocks[vin]]:
                    yield f"{self.name} had {vin} for a price that never was: {price}"
        if calls := seen.partners.sim("GET", f"{self.name}/history")["history"]:
            yield f"{self.name} heard of cars by its API too: {calls[:3]}"


def _cars(content: bytes) -> Iterator[tuple[str, int]]:
    """The cars of a file, each with its price in cents."""
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        yield row["VIN"], cents(float(row["Price"]))


def _shown(seen: Evidence, site: str, shown: Mapping[str, int]) -> Iterator[str]:
    """What a site shows beside what it should, and beside what CarLot believes."""
    wanted = {row["vin"]: row["price_cents"] for row in seen.rows(f"SELECT vin, price_cents FROM vehicles WHERE {LISTABLE}")}
    for vin in sorted(wanted.keys() | shown.keys()):
        if wanted.get(vin) != shown.get(vin):
            yield f"{site} shows {vin} for {shown.get(vin)}, it is to be {wanted.get(vin)}"
    audit = seen.rows(f"SELECT * FROM audit_listing WHERE platform = '{site}'")
    held = {row["vin"]: row["price_cents"] for row in audit if row["state"] == "live"}
    if held != shown:
        yield f"CarLot believes that {site} shows otherwise: {dict(held.items() ^ shown.items())}"
    yield from (f"without an end at {site}: {row}" for row in audit if row["state"] not in ("live", "absent"))
