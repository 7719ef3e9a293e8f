"""The listing sites on the real runtime: a lot of cars, changing prices, sales, faults, kills, a long outage."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

import pytest

from carlot.domain.csv_text import NOTHING
from simulators.generate import vehicles
from support.naughty import NAUGHTY, storable
from support.running import Partners, Worker, wait_until
from workerd.conftest import SETTINGS, StartWorker
from workerd.sites import SITES, all_calm, check, imported, settings, shown

CARS = 150
HOUR_S = 3600
LEASE_S = 120
PUBLIC_FIELDS = {
    *("id", "vin", "stockNumber", "year", "make", "model", "trim", "bodyStyle", "exteriorColor", "interiorColor", "transmission"),
    *("fuelType", "drivetrain", "engine", "mileage", "price", "description", "location", "photos", "url"),
}


class Dealer:
    """A dealer's day: his cars by stock number, and every price that each has had."""

    def __init__(self, worker: Worker, partners: Partners) -> None:
        self.worker = worker
        self.partners = partners
        found = worker.client.get("/api/vehicles", params={"limit": 1000}).json()["vehicles"]
        self.cars: dict[str, dict[str, Any]] = {car["stockNumber"]: car for car in found}
        self.held: dict[str, set[float]] = {car["vin"]: {car["price"]} for car in found}
        self.sold: set[str] = set()

    def reprice(self, stock: str, price: float) -> None:
        car = self.cars[stock]
        answer = self.worker.client.patch(f"/api/vehicles/{car['id']}", json={"price": price})
        assert answer.status_code == 200, answer.text
        self.held[car["vin"]].add(price)

    def sell(self, stock: str) -> None:
        sale = {"vehicleId": self.cars[stock]["id"], "salePrice": 5000, "saleDate": "2026-11-02"}
        answer = self.worker.client.post("/api/sales", json=sale)
        assert answer.status_code == 201, answer.text
        self.sold.add(stock)

    def told(self, stock: str, kind: str, at_s: int, **changed: Any) -> None:
        """A webhook of the DMS, as of so many seconds into the day."""
        record = next(car for car in self.records if car["stock_number"] == stock) | changed
        at = f"2026-11-02T{10 + at_s // 3600:02d}:{at_s // 60 % 60:02d}:{at_s % 60:02d}Z"
        event = {"event": f"vehicle.{kind}", "occurred_at": at, "vehicle": {**record, "updated_at": at}}
        if kind == "sold":
            event["sale"] = {"sale_price": 5000, "sale_date": "2026-11-02"}
            self.sold.add(stock)
            # The DMS itself shows what it tells: it is asked where two of its reports contradict each other.
            self.partners.sim("PATCH", f"wayne-reeves/vehicles/{stock}", {"status": "sold"})
        emission = {"url": f"{self.worker.url}/api/webhooks/wayne-reeves", "secret": SETTINGS["WEBHOOK_SECRET"], "event": event}
        assert self.partners.sim("POST", "wayne-reeves/emit", emission)["status"] == 200
        self.held[self.cars[stock]["vin"]].add(record["price"])

    @property
    def records(self) -> list[dict[str, Any]]:
        """The DMS's records as they were when the day began."""
        return vehicles(CARS, seed=9)

    def check(self) -> None:
        check(self.worker, self.partners, self.held)
        for site in SITES:
            assert not {self.cars[stock]["vin"] for stock in self.sold} & shown(self.partners, site).keys()


@pytest.fixture(scope="module")
def dealer(new_worker: StartWorker, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The cars of the DMS, on every site."""
    partners = Partners(tmp_path_factory.mktemp("sites") / "log", "--generate", "0").run()
    partners.sim("PUT", "wayne-reeves/inventory", vehicles(CARS, seed=9))
    worker = new_worker(WAYNE_REEVES_API_URL=partners.url, **settings(partners))
    worker.client.timeout = partners.client.timeout = 120
    worker.finished(worker.pull())
    found = worker.client.get("/api/vehicles", params={"limit": 1000}).json()["vehicles"]
    report = imported(worker, ({"vin": car["vin"], "publishToThirdParty": "true"} for car in found))
    assert (report["updated"], report["rejected"]) == (CARS, [])
    all_calm(worker)
    busy = Dealer(worker, partners)
    busy.check()
    assert len(shown(partners, "kbb")) == CARS
    yield busy
    partners.stop()


def stocks(dealer: Dealer, count: int, seed: int) -> list[str]:
    """Some of the cars that are still on the lot."""
    return Random(seed).sample(sorted(dealer.cars.keys() - dealer.sold), count)


def test_a_day_of_prices_and_sales_with_every_fault(dealer: Dealer) -> None:
    chance = Random(4)
    rates = dict.fromkeys(("error_rate", "rate_limit_rate", "truncate_rate", "lost_answer_rate", "reset_rate", "html_rate"), 0.03)
    for site in SITES:
        dealer.partners.sim("PUT", f"faults/{site}", {**rates, "retry_after_s": 0.2, "seed": 4})
    chosen = stocks(dealer, 60, seed=1)
    # Each car gets prices and, every third, a sale; all in one shuffled order, the DMS's own news older or newer than each other.
    # All of it is older than the DMS's sales: a car that it shows as available later has not been sold after all.
    steps = [(stock, step) for stock in chosen for step in range(3)] + [(stock, 9) for stock in chosen[::3]]
    chance.shuffle(steps)
    for stock, step in steps:
        if step == 9 and stock not in dealer.sold:
            if chance.random() < 0.5:
                dealer.sell(stock)
            else:
                dealer.told(stock, "sold", 3600 + chance.randrange(600))
        elif step == 0 and stock not in dealer.sold:
            dealer.reprice(stock, float(chance.randrange(3000, 30000)))
        elif step != 9:
            # Also after the sale: nothing that arrives later brings a sold car back.
            dealer.told(stock, "updated", chance.randrange(3600), price=float(chance.randrange(3000, 30000)))
    for site in SITES:
        dealer.partners.sim("DELETE", f"faults/{site}")
    _later(dealer.worker, 900)  # A task rests a quarter of an hour at most.
    all_calm(dealer.worker)
    assert len(dealer.sold) == 20
    dealer.check()


def test_what_anyone_may_see_of_the_day(dealer: Dealer) -> None:
    """The lot's page and the feeds: nothing sold, nothing unpublished, nothing that is nobody's business."""
    http = dealer.worker.client
    hidden = dealer.cars[stocks(dealer, 1, seed=6)[0]]
    assert http.patch(f"/api/vehicles/{hidden['id']}", json={"publishToWebsite": False}).status_code == 200
    shown_to_all = http.get("/api/public/inventory", params={"limit": 1000}, headers={"Authorization": ""}).json()
    on_show = dealer.worker.query("SELECT id FROM vehicles WHERE status = 'available' AND publish_to_website = 1")
    assert {car["id"] for car in shown_to_all} == {row["id"] for row in on_show}
    assert len(shown_to_all) == CARS - len(dealer.sold) - 1
    assert {name for car in shown_to_all for name in car} == PUBLIC_FIELDS
    for stock in [*sorted(dealer.sold)[:5], hidden["stockNumber"]]:
        assert http.get(f"/api/public/vehicle/{dealer.cars[stock]['id']}").status_code == 404
    sold = {dealer.cars[stock]["vin"] for stock in dealer.sold}
    for feed in http.get("/api/feeds").json()["feeds"]:
        lines = csv.DictReader(io.StringIO(http.get(feed["url"]).text, newline=""), strict=True)
        assert not sold & {line["vin"] for line in lines}


def test_a_site_that_asks_for_rest_gets_it(dealer: Dealer) -> None:
    rest_s, on_its_way_s = 8, 3
    dealer.partners.sim("DELETE", "ledger")
    dealer.partners.sim("PUT", "faults/kbb", {"script": [{"fault": "rate_limit", "retry_after_s": rest_s}]})
    for stock in stocks(dealer, 12, seed=7):
        dealer.reprice(stock, 6543.0)
    all_calm(dealer.worker)
    dealer.partners.sim("DELETE", "faults/kbb")
    heard = dealer.partners.client.get("/_sim/ledger", params={"partner": "kbb"}).json()["entries"]
    asked = next(datetime.fromisoformat(entry["time"]) for entry in heard if entry["status"] == 429)
    waited_s = [(datetime.fromisoformat(entry["time"]) - asked).total_seconds() for entry in heard]
    assert [after_s for after_s in waited_s if on_its_way_s < after_s < rest_s] == []
    assert max(waited_s) >= rest_s
    dealer.check()


def test_killed_between_put_and_delete(dealer: Dealer) -> None:
    """A new price is on its way, then a sale; each time the Worker dies before it hears the answer."""
    stock = stocks(dealer, 1, seed=2)[0]
    worker, partners = dealer.worker, dealer.partners
    vin = dealer.cars[stock]["vin"]
    path = f"/cargurus/v1/listings/{vin}"
    for method in ("PUT", "DELETE"):
        rule = {"fault": "stall", "stall_s": 30, "method": method}
        partners.sim("PUT", "faults/cargurus", {"script": [{**rule, "stall_before_work": method == "DELETE"}]})
        partners.sim("DELETE", "ledger")
        if method == "PUT":
            dealer.reprice(stock, 4321.0)
        else:
            dealer.sell(stock)
        wait_until(partial(_heard, partners, method, path), 60, f"a {method} on its way")
        worker.kill()
        partners.sim("DELETE", "faults/cargurus")
        worker.pass_time(LEASE_S)
        worker.run()
        worker.tick()
    wait_until(lambda: vin not in shown(partners, "cargurus"), 30, "the sold car is gone")
    all_calm(worker)
    dealer.check()


def test_a_site_that_is_down_for_23_hours(dealer: Dealer) -> None:
    worker, partners = dealer.worker, dealer.partners
    chosen = stocks(dealer, 20, seed=3)
    partners.sim("PUT", "faults/truecar", {"outage": True})
    for stock in chosen[:10]:
        dealer.sell(stock)
    for stock in chosen[10:]:
        dealer.reprice(stock, 7777.0)
    gone = {dealer.cars[stock]["vin"] for stock in chosen[:10]}
    wait_until(
        lambda: not gone & (shown(partners, "kbb").keys() | shown(partners, "cargurus").keys()), 60, "gone where it can be"
    )
    _later(worker, 23 * HOUR_S)
    worker.tick()
    due = worker.client.get("/api/integrations/status").json()["deadlines"]
    assert due["removalsDue"] == 10  # They are overdue too: a sale that is entered late has an hour.
    assert gone <= shown(partners, "truecar").keys()
    partners.sim("DELETE", "faults/truecar")
    _later(worker, 900)
    all_calm(worker)
    assert not gone & shown(partners, "truecar").keys()
    assert worker.client.get("/api/integrations/status").json()["deadlines"]["removalsDue"] == 0
    dealer.check()


def test_515_naughty_texts_reach_every_site_and_come_back(dealer: Dealer) -> None:
    """By file in and out, as the sites were told, and through the feeds."""
    worker, partners = dealer.worker, dealer.partners
    texts = [text[:180].strip() for text in map(storable, NAUGHTY) if text]
    fields = ["trim", "exteriorColor", "interiorColor", "transmission", "fuelType", "description", "bodyStyle", "make", "model"]
    cars = [dealer.cars[stock] for stock in stocks(dealer, -(-len(texts) // len(fields)), seed=5)]
    spread: dict[str, list[str]] = {}
    for first, car in enumerate(cars):
        part = zip(fields, texts[first * len(fields) : (first + 1) * len(fields)], strict=False)
        spread[car["vin"]] = [_kept(name, text) for name, text in part]
    rows = [{"vin": vin, **dict(zip(fields, map(_typed, part), strict=False))} for vin, part in spread.items()]
    assert imported(worker, rows)["rejected"] == []
    all_calm(worker)
    told = shown(partners, "cargurus")
    assert {vin: [told[vin][name] for name in fields[: len(part)]] for vin, part in spread.items()} == spread
    exported = worker.client.get("/api/vehicles/export.csv").content
    again = worker.client.post("/api/vehicles/import", content=exported, headers={"content-type": "text/csv"}).json()
    assert (again["created"], again["updated"], again["rejected"]) == (0, 0, [])
    for feed in worker.client.get("/api/feeds").json()["feeds"]:
        lines = list(csv.DictReader(io.StringIO(worker.client.get(feed["url"]).text, newline=""), strict=True))
        by_vin = {line["vin"]: line for line in lines}
        assert {vin: by_vin[vin]["make"] for vin, part in spread.items() if len(part) > 7} == {
            vin: _harmless(part[7]) for vin, part in spread.items() if len(part) > 7
        }
    dealer.check()


def _later(worker: Worker, seconds: float) -> None:
    """Stop it, and start it again when so much time has passed."""
    worker.stop()
    worker.pass_time(seconds)
    worker.run()


def _heard(partners: Partners, method: str, path: str) -> bool:
    return bool(partners.heard(method, path))


def _kept(name: str, text: str) -> str:
    """A text as the lot keeps it: only a description has angle brackets; one that says nothing stands for itself here."""
    plain = text if name == "description" else text.replace("<", "").replace(">", "").strip()
    return plain or "Nothing left"


def _harmless(text: str) -> str:
    """A text in a file that a spreadsheet may open."""
    return "'" + text if text.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _typed(text: str) -> str:
    """A text as a spreadsheet that follows our rule writes it: a word for nothing is marked as a text, too."""
    return "'" + text if text.lstrip("'").lower() in NOTHING and not text.startswith("-") else _harmless(text)
