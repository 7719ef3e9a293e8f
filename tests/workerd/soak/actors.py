"""Who changes cars: the dealer through CarLot's API, and the DMS, which changes its own and tells of it by webhook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulators.generate import vehicles
from support.running import Partners
from support.signing import Scheme, encoded, signed, with_type
from workerd.soak.contact import Contact
from workerd.soak.history import History, cents
from workerd.soak.plan import Change

SALE_DATE = "2026-11-20"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29rIQ=="
OK, CREATED, ACCEPTED, CONFLICT = 200, 201, 202, 409


class Dealer:
    """Edits, sells, undoes, publishes, has cars repaired, and presses buttons."""

    def __init__(self, contact: Contact, history: History) -> None:
        self._contact = contact
        self._history = history
        self._ids: dict[str, str] = {}

    def learn(self) -> None:
        """Learn which car has which id."""
        answer = self._contact.ask("GET", "/api/vehicles?limit=1000").json()
        self._ids = {vehicle["externalDmsId"]: vehicle["id"] for vehicle in answer["vehicles"]}

    def edit(self, change: Change) -> None:
        """Change some fields of a car by hand."""
        stock = self._history.stock[change.car]
        if "price" in change.values:
            self._history.prices[stock].add(cents(change.values["price"]))
        answer = self._contact.ask("PATCH", f"/api/vehicles/{self._ids[stock]}", dict(change.values), twice=change.twice)
        assert answer.status_code == OK, answer.text
        for name, value in change.values.items():
            self._history.edits[stock, name] = (change.number, value)

    publish = edit

    def sell(self, change: Change) -> None:
        """Sell a car. When the answer was lost, the sale that was made all the same is found by its price, which no other has."""
        vehicle_id = self._ids[self._history.stock[change.car]]
        customer = {"customer": {"name": f"Customer {change.number % 20}"}} if change.number % 3 else {}
        entry = {"vehicleId": vehicle_id, "saleDate": SALE_DATE, **change.values, **customer}
        answer = self._contact.ask("POST", "/api/sales", entry, twice=change.twice)
        assert answer.status_code in (CREATED, CONFLICT), answer.text
        there = self._contact.ask("GET", _of("sales", vehicle_id)).json()["sales"]
        for sale in there:
            if cents(sale["salePrice"]) == cents(change.values["salePrice"]):
                self._history.sales[change.number] = sale["id"]
                return
        self._history.refused += 1

    def void(self, change: Change) -> None:
        """Undo a sale."""
        sale_id = self._history.sales.get(change.of)
        if sale_id is None:
            self._history.refused += 1
            return
        answer = self._contact.ask("POST", f"/api/sales/{sale_id}/void", twice=change.twice)
        assert answer.status_code == OK, answer.text
        self._history.voids.add(sale_id)

    def serve(self, change: Change) -> None:
        """Enter a repair. Nobody enters it a second time without a look whether it is in."""
        vehicle_id = self._ids[self._history.stock[change.car]]
        cost = cents(change.values["cost"])
        entry = {"vehicleId": vehicle_id, "serviceDate": SALE_DATE, **change.values}
        while True:
            records = self._contact.ask("GET", _of("service-records", vehicle_id)).json()["serviceRecords"]
            if found := [record["id"] for record in records if cents(record["cost"]) == cost]:
                self._history.services[found[0]] = cost
                return
            answer = self._contact.ask_once("POST", "/api/service-records", entry)
            assert answer is None or answer.status_code == CREATED, answer.text

    def pull(self, change: Change) -> None:
        """Press the button that pulls the DMS's inventory."""
        answer = self._contact.ask("POST", "/api/integrations/wayne-reeves/sync", twice=change.twice)
        assert answer.status_code == ACCEPTED, answer.text

    def insist(self, stock: str) -> None:
        """Have whatever waits for a car tried again at once: its wake-ups come twice."""
        answer = self._contact.ask("GET", f"/api/vehicles/{self._ids[stock]}/sync").json()
        for task in answer["sync"]:
            if task["state"] == "pending":
                self._contact.ask("POST", f"/api/integrations/tasks/{task['id']}/retry")


def _of(resource: str, vehicle_id: str) -> str:
    return f"/api/{resource}?vehicleId={vehicle_id}&limit=1000"


@dataclass(frozen=True, slots=True)
class _Event:
    """An event on its way: it is sent when change `due` is over, or as soon after as it is taken."""

    due: int
    key: str
    body: bytes
    scheme: Scheme


class Dms:
    """Changes, adds and sells cars of its own, and tells CarLot of each until it is heard."""

    def __init__(self, partners: Partners, contact: Contact, history: History, seed: int) -> None:
        self._partners = partners
        self._contact = contact
        self._history = history
        self._seed = seed
        self._outbox: list[_Event] = []

    @property
    def waiting(self) -> int:
        """Events that are not heard yet."""
        return len(self._outbox)

    def change(self, change: Change) -> None:
        """Somebody at the DMS changes fields of a car."""
        stock = self._history.stock[change.car]
        if "price" in change.values:
            self._history.prices[stock].add(cents(change.values["price"]))
        record = self._partners.sim("PATCH", f"wayne-reeves/vehicles/{stock}", dict(change.values))
        for name, value in change.values.items():
            self._history.told[stock, name] = (change.number, value)
        self._tell(change, {"event": "vehicle.updated", "vehicle": record})

    def add(self, change: Change) -> None:
        """A car is taken in."""
        record = {**vehicles(change.car + 1, self._seed)[-1], "updated_at": _now()}
        self._history.stock.append(record["stock_number"])
        self._history.prices[record["stock_number"]].add(cents(record["price"]))
        self._partners.sim("POST", "wayne-reeves/vehicles", record)
        self._tell(change, {"event": "vehicle.added", "vehicle": record})

    def sell(self, change: Change) -> None:
        """A car is sold at the DMS, unless it has it as sold already."""
        stock = self._history.stock[change.car]
        lot = self._partners.sim("GET", "wayne-reeves/inventory")["vehicles"]
        record = next(record for record in lot if record["stock_number"] == stock)
        if record["status"] == "sold":
            self._history.refused += 1
            return
        sale = {"sale_price": change.values["sale_price"], "sale_date": SALE_DATE}
        report = {"stock_number": stock, "vin": record["vin"], **sale}
        sold = self._partners.client.post("/_sim/wayne-reeves/sales", json=report)
        if sold.status_code == CONFLICT:  # CarLot was quicker.
            self._history.refused += 1
            return
        self._history.dms_sales[stock] = cents(change.values["sale_price"])
        self._tell(change, {"event": "vehicle.sold", "vehicle": sold.json()["vehicle"], "sale": sale})

    def garble(self, change: Change) -> None:
        """A sale is told in a way that nobody can read."""
        self._history.poisoned.add(self._tell(change, {"event": "vehicle.sold", "vehicle": {"stock_number": None}}))

    def send_due(self, number: int) -> None:
        """Send what is due. What is not answered stays due."""
        due = [event for event in self._outbox if event.due <= number]
        for event in due:
            headers = with_type(signed(event.body, SECRET, datetime.now(UTC), event.scheme, event.key))
            status = self._contact.post_event("/api/webhooks/wayne-reeves", event.body, headers)
            if status is None:
                return
            assert status == OK, f"{status} to event {event.key}"
            self._history.events.add(event.key)
            self._outbox.remove(event)

    def _tell(self, change: Change, event: dict[str, Any]) -> str:
        key = f"evt_{change.number}"
        body = encoded({"id": key, "occurred_at": _now(), **event})
        sent = _Event(change.number + change.late, key, body, change.scheme)
        self._outbox.append(sent)
        self._history.overtaken += change.late > 0
        if change.twice:
            self._outbox.append(_Event(sent.due + 3, key, body, change.scheme))
            self._history.sent_twice += 1
        return key


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
