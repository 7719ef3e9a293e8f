"""Texts that break programs, in every field of everything the desk shows, and typed into everything it asks: they stay texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from math import ceil
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browser.conftest import Complaints, OpenDesk
from browser.desk_page import add_vehicle, address, becomes, field, fulfil, stored, toast
from browser.installation import Installation
from support.naughty import NAUGHTY

MARKUP = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'
NOW = "2026-11-20T10:00:00.000Z"
DAY = "2026-11-20"
TEXTS = (
    *("vin", "make", "model", "trim", "stockNumber", "bodyStyle", "exteriorColor", "interiorColor"),
    *("transmission", "fuelType", "drivetrain", "engine", "location", "description"),
)
# What can only be there when a text has become part of the page.
GROWN = """() => [
    ...document.querySelectorAll('#desk :is(script, iframe, object, embed, style, link, meta, base, marquee, form[action])'),
    ...[...document.querySelectorAll('#desk *')].filter(each =>
        each.getAttributeNames().some(name => /^on|^formaction$/.test(name))),
    ...[...document.querySelectorAll('#desk :is([href], [src])')].filter(each =>
        !/^(#|\\/|https?:|mailto:|tel:|data:|blob:|$)/.test(each.getAttribute('href') ?? each.getAttribute('src'))),
].map(each => each.outerHTML.slice(0, 200)).concat(window.pwned ? ['a script has run'] : [])"""


def vehicle(number: int, texts: Iterator[str]) -> dict[str, Any]:
    """A vehicle as the API has it, but with anything at all in its texts."""
    words = {name: next(texts) for name in TEXTS}
    return {
        **words,
        "id": f"{number:032x}",
        "year": 2019,
        "mileage": None,
        "price": 18500,
        "photos": [{"id": f"{number}-{place}", "url": url, "position": place} for place, url in enumerate([*words.values()][:3])],
        "externalDmsId": words["vin"],
        "purchasePrice": None,
        "purchaseDate": None,
        "status": ("available", "pending", "sold")[number % 3],
        "publishToWebsite": True,
        "publishToThirdParty": True,
        "editedFields": ["trim"],
        "vinValid": False,
        "version": 1,
        "createdAt": NOW,
        "updatedAt": NOW,
        "url": "/inventory.html",
    }


def task(number: int, texts: Iterator[str], **known: Any) -> dict[str, Any]:
    """A sync task whose partner, kind and outcome are anything."""
    words = {name: next(texts) for name in ("target", "kind", "subjectId", "vin", "error", "outcome")}
    times = dict.fromkeys(("nextAttemptAt", "deadlineAt", "createdAt", "updatedAt", "doneAt"), NOW)
    return {"id": f"task-{number}", "state": "dead", "attempts": 1, **words, **times, **known}


class HostileLot:
    """Answers of the API with every naughty text in every place for a text.

    A row takes the next few texts of a circle of 515, and no row takes 5 or 103: so after 515 rows each field has had all.
    """

    def __init__(self) -> None:
        texts = cycle(NAUGHTY)
        numbers = range(len(NAUGHTY))
        self.vehicles = [vehicle(number, texts) for number in numbers]
        self.sales: list[dict[str, Any]] = [
            {
                "id": f"sale-{number}",
                "vehicleId": f"{number:032x}",
                "salePrice": 1,
                "saleDate": DAY,
                "balance": 1,
                "paidAt": None,
                "createdAt": NOW,
                **{name: next(texts) for name in ("vin", "docNumber", "state", "invoiceId", "booksNote")},
                "customer": self._customer(number, texts),
            }
            for number in numbers
        ]
        self.records = [
            {
                "id": f"record-{number}",
                "vehicleId": f"{number:032x}",
                "serviceDate": DAY,
                "cost": 1,
                "createdAt": NOW,
                **{name: next(texts) for name in ("vin", "description", "vendor", "docNumber", "state", "booksNote")},
            }
            for number in numbers
        ]
        self.customers = [self._customer(number, texts) for number in numbers]
        self.tasks = [task(number, texts) for number in numbers]
        self.waiting = [task(number, texts, state="blocked") for number in range(40)]
        self.texts = texts

    def _customer(self, number: int, texts: Iterator[str]) -> dict[str, Any]:
        return {"id": f"customer-{number}", "createdAt": NOW, **{name: next(texts) for name in ("name", "email", "phone")}}

    def serve(self, page: Page, status: dict[str, Any]) -> None:
        """Answer the page's calls, reads with these texts, writes with a refusal in them."""
        for part in ("wayneReeves", "quickbooks"):
            status[part] = {**status[part], "message": MARKUP, "status": MARKUP, "configured": True, "authenticated": True}
        status["queue"]["dead"] = len(self.tasks)
        answers: dict[str, Any] = {
            "vehicles?*": {"vehicles": self.vehicles, "total": len(self.vehicles)},
            "sales?*": {"sales": self.sales, "total": len(self.sales)},
            "service-records?*": {"serviceRecords": self.records, "total": len(self.records)},
            "customers?*": {"customers": self.customers, "total": len(self.customers)},
            "integrations/status": status,
            "integrations/tasks?state=dead*": {"tasks": self.tasks, "nextCursor": None},
            "integrations/tasks?state=blocked*": {"tasks": self.waiting, "nextCursor": None},
            **self._partners(),
        }
        for path, answer in answers.items():
            page.route(f"**/api/{path}", partial(fulfil, answer))
        page.route("**/api/vehicles/*", self._vehicle)
        page.route("**/api/vehicles/*/listings", lambda route: route.fulfill(json=self._listings()))
        page.route("**/api/vehicles/*/sync", lambda route: route.fulfill(json=self._history()))
        page.route("**/api/vehicles/*/history", lambda route: route.fulfill(json=self._deeds()))

    def _partners(self) -> dict[str, Any]:
        """Pulls with what they rejected, and feeds."""
        counts = dict.fromkeys(("pages", "seen", "total", "created", "updated", "unchanged", "removed", "rejectedCount"), 1)
        times = dict.fromkeys(("createdAt", "startedAt", "finishedAt"), NOW)
        runs = [
            {"id": str(number), **counts, **times, **dict.fromkeys(("startedBy", "status", "message", "error"), text)}
            for number, text in enumerate(NAUGHTY[-12:])
        ]
        feed = {"paused": False, "lastFetchedAt": None, "vehicles": 1, "leftOut": 1}
        car = {"id": "x", **dict.fromkeys(("name", "stockNumber", "reason"), MARKUP)}
        return {
            "integrations/runs?*": {"runs": runs},
            "integrations/runs/*": {
                **runs[0],
                "rejected": [dict.fromkeys(("stockNumber", "field", "message"), text) for text in NAUGHTY],
            },
            "inventory-files": {
                "url": NAUGHTY[0],
                "files": [
                    {**dict.fromkeys(("program", "message", "status", "headingsId"), text), "receivedAt": NOW, "rows": 1}
                    | {"columns": [{"heading": each, "field": each} for each in NAUGHTY]}
                    for text in NAUGHTY[-1:]
                ],
            },
            "feeds": {
                "feeds": [
                    {**feed, "format": text, "url": text, "missingSettings": [text], "leftOutVehicles": [car]}
                    for text in NAUGHTY[-12:]
                ]
            },
        }

    def _vehicle(self, route: Route) -> None:
        """One vehicle, or the refusal of a change of it."""
        name = route.request.url.rsplit("/", 1)[1]
        if not re.fullmatch("[0-9a-f]{32}", name):
            return route.fulfill(status=404, json={"code": "not-found", "detail": MARKUP})
        number = int(name, 16)
        if route.request.method == "GET":
            return route.fulfill(json=self.vehicles[number])
        fault = {"code": "invalid", "detail": NAUGHTY[number], "errors": [{"field": "trim", "message": NAUGHTY[number]}]}
        return route.fulfill(status=422, json=fault, content_type="application/problem+json")

    def _listings(self) -> dict[str, Any]:
        known = {
            "configured": True,
            "state": "absent",
            "standing": {"state": "off", "reason": None},
            "price": 1,
            **dict.fromkeys(("updatedAt", "verifiedAt", "removeBy"), NOW),
        }
        return {"listings": {next(self.texts): {**known, "reasons": [next(self.texts) for _ in range(6)]} for _ in range(3)}}

    def _deeds(self) -> dict[str, Any]:
        """A timeline: each of its texts is hostile."""
        return {"history": [{"at": NOW, "link": None, **self._deed(partner)} for partner in (None, next(self.texts))]}

    def _deed(self, partner: str | None) -> dict[str, Any]:
        return {"partner": partner, **{name: next(self.texts) for name in ("author", "what", "detail")}}

    def _history(self) -> dict[str, Any]:
        return {"sync": [task(number, self.texts, state=state) for number, state in enumerate(("dead", "done", "blocked"))]}


@pytest.fixture
def hostile(desk: OpenDesk, desk_lot: Installation, complaints: Complaints) -> tuple[Page, HostileLot]:
    """A desk at which everything it is told is hostile."""
    complaints.expect("404", "422", "ERR_NAME_NOT_RESOLVED")
    page = desk("#/customers")
    page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
    lot = HostileLot()
    lot.serve(page, desk_lot.ask("GET", "/api/integrations/status").json())
    return page, lot


def test_515_naughty_texts_in_every_list(hostile: tuple[Page, HostileLot]) -> None:
    page, lot = hostile
    page.goto(page.url.split("#")[0] + "#/inventory")
    page.reload()
    for view in ("lot", "sold"):
        page.goto(page.url.split("#")[0] + f"#/inventory?view={view}")
        expect(page.locator(".lot-row").first).to_be_visible()
        shown = page.evaluate(READ_ALL)
        wanted = [car for car in lot.vehicles if (car["status"] == "sold") == (view == "sold")]
        assert sorted(shown) == sorted(heading(car) for car in wanted)
        assert page.evaluate(GROWN) == []
    views = {
        "sales": [sale["docNumber"] for sale in lot.sales],
        "service": [record["description"] for record in lot.records],
        "customers": [customer["phone"] for customer in lot.customers],
        "failed": [each["error"] for each in lot.tasks],
    }
    for view, texts in views.items():
        page.goto(page.url.split("#")[0] + f"#/{view}")
        expect(page.locator(".ledger tbody tr, .inbox .letter").nth(len(texts) - 1)).to_be_attached()
        content = page.evaluate("() => document.getElementById('main').textContent")
        assert [text for text in texts if text not in content] == []
        assert page.evaluate(GROWN) == []
    page.goto(page.url.split("#")[0] + "#/integrations")
    page.get_by_role("button", name="1 record rejected").first.click()
    expect(page.get_by_role("region", name="Rejected records").get_by_role("row")).to_have_count(len(NAUGHTY) + 1)
    assert page.evaluate(GROWN) == []
    # In the address, too, anything may stand.
    for text in ("constructor", "__proto__", "%", MARKUP):
        for path in (text, f"inventory?view={text}&sort={text}&status={text}&priceMin={text}", f"vehicle/{text}"):
            page.evaluate("hash => { location.hash = hash; }", f"#/{path}")
            expect(page.get_by_role("heading").first).to_be_visible()
            assert page.evaluate(GROWN) == []


def test_515_naughty_texts_on_a_vehicles_page_and_in_the_search(hostile: tuple[Page, HostileLot], complaints: Complaints) -> None:
    page, lot = hostile
    page.goto(page.url.split("#")[0] + "#/inventory")
    page.reload()
    expect(page.locator(".lot-row").first).to_be_visible()
    # Each has other texts: with these, every text has been on a page.
    for car in lot.vehicles[: ceil(len(NAUGHTY) / len(TEXTS))]:
        page.evaluate("id => { location.hash = `#/vehicle/${id}`; }", car["id"])
        page.wait_for_function(
            "text => document.querySelector('h1')?.textContent === text && document.querySelector('.heard')",
            arg=heading(car),
        )
        values = page.locator(".lines :is(input, textarea)").evaluate_all("fields => fields.map(field => field.value)")
        # An input keeps no line breaks; what is not shown in one line is shown in several.
        assert {line(car[name]) for name in TEXTS} <= {line(value) for value in values}
        assert page.evaluate(GROWN) == []
    refused = lot.vehicles[NAUGHTY.index("</script><script>alert(1)</script>")]
    page.goto(page.url.split("#")[0] + f"#/vehicle/{refused['id']}")
    field(page, "Trim").fill("To be refused")
    field(page, "Trim").press("Enter")
    expect(page.locator(".line-note.fault")).to_have_text("</script><script>alert(1)</script>")
    page.goto(page.url.split("#")[0] + "#/inventory")
    page.evaluate(SEARCH_EACH, NAUGHTY)
    assert page.evaluate(GROWN) == []


def test_markup_typed_into_every_field_stays_text(desk: OpenDesk, desk_lot: Installation) -> None:
    """A description and a customer come back as they were typed; the other texts of a vehicle lose their angle brackets."""
    plain = MARKUP.replace("<", "").replace(">", "")
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    typed = {
        "Stock number": "stockNumber",
        "Make": "make",
        "Model": "model",
        "Trim": "trim",
        "Location": "location",
        "Body style": "bodyStyle",
        "Exterior color": "exteriorColor",
        "Interior color": "interiorColor",
        "Engine": "engine",
        "Transmission": "transmission",
        "Drivetrain": "drivetrain",
        "Fuel": "fuelType",
        "Description": "description",
    }
    for label in typed:
        field(page, label).fill(f"{label}{MARKUP}")
        field(page, label).press("Tab")
    kept = {name: f"{label}{MARKUP if name == 'description' else plain}" for label, name in typed.items()}
    becomes(desk_lot, car, **kept)
    page.get_by_role("button", name="Sell", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Customer").fill(f"Customer{MARKUP}")
    dialog.get_by_label("Phone").fill(f"Phone{MARKUP}")
    dialog.get_by_role("button", name="Sell").click()
    expect(toast(page, "sold for $18,500.")).to_contain_text(plain)
    expect(page.get_by_role("region", name="The sale")).to_contain_text(f"to Customer{MARKUP}")
    assert page.evaluate(GROWN) == []
    page.goto(f"{desk_lot.url}/#/inventory?view=sold")
    page.get_by_role("searchbox").fill(plain)
    expect(page.locator(".lot-row")).to_have_count(1)
    page.get_by_role("button", name="Save view").click()
    page.get_by_label("Name").fill(MARKUP[:30])
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_role("button", name=MARKUP[:30], exact=True)).to_be_visible()
    assert page.evaluate(GROWN) == []
    for view in ("sales", "customers"):
        page.goto(f"{desk_lot.url}/#/{view}")
        expect(page.locator("tbody")).to_contain_text(f"Customer{MARKUP}")
        assert page.evaluate(GROWN) == []
    assert stored(desk_lot, car)["status"] == "sold"


def heading(car: dict[str, Any]) -> str:
    """What a vehicle is called."""
    return " ".join(filter(None, ("2019", car["make"], car["model"])))


def line(text: str) -> str:
    """A text without what an input leaves out of it."""
    return text.replace("\r", "").replace("\n", "").replace("\x00", "")


READ_ALL = """async () => {
  const names = new Map();
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  window.scrollTo(0, 0);
  for (let top = 0; ; top += 800) {
    window.scrollTo(0, top);
    await frame();
    for (const row of document.querySelectorAll('.lot-row')) names.set(row.ariaRowIndex, row.querySelector('th a').textContent);
    if (top > document.documentElement.scrollHeight) return [...names.values()];
  }
}"""
SEARCH_EACH = """async (texts) => {
  const input = document.querySelector('#find');
  const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  for (const text of texts) {
    write.call(input, text.slice(0, 100));
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise(done => setTimeout(done));
  }
}"""
