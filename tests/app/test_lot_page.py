"""The public page as crawlers read it, without scripts: head, body, structured data, sitemap, robots."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest

from app.typed import add, change, entry, sell
from carlot.errors import DatabaseUnavailable
from carlot.platform.ports import Response, Row
from support.lot import ENV, Lot
from support.naughty import NAUGHTY
from support.platform import SqliteDatabase

DEALER = {
    "DEALER_NAME": "Maple Street Motors",
    "DEALER_PHONE": "(555) 010-0142",
    "DEALER_EMAIL": "cars@maple.example",
    "DEALER_ADDRESS": "142 Maple Street, Springfield, IL 62701",
}
PAGE = "/inventory.html"
BASE = "https://lot.test"
VOID = {"meta", "link", "img", "input", "br", "hr"}
# Members and what they may hold, by type. Source: schema.org/Car with the types above it, schema.org/Offer, /AutoDealer, /Brand,
# /QuantitativeValue, /EngineSpecification; members that Google asks for: developers.google.com, "Vehicle listing (Car)
# structured data".
SHAPES: dict[str, dict[str, type | tuple[type, ...] | str]] = {
    "Car": {
        "name": str,
        "url": str,
        "vehicleIdentificationNumber": str,
        "sku": str,
        "brand": "Brand",
        "model": str,
        "vehicleModelDate": str,
        "vehicleConfiguration": str,
        "bodyType": str,
        "color": str,
        "vehicleInteriorColor": str,
        "vehicleTransmission": str,
        "driveWheelConfiguration": str,
        "fuelType": str,
        "vehicleEngine": "EngineSpecification",
        "mileageFromOdometer": "QuantitativeValue",
        "image": list,
        "description": str,
        "itemCondition": str,
        "offers": "Offer",
    },
    "Offer": {
        "url": str,
        "availability": str,
        "price": (int, float),
        "priceCurrency": str,
        "itemCondition": str,
        "seller": "AutoDealer",
    },
    "Brand": {"name": str},
    "EngineSpecification": {"name": str, "fuelType": str},
    "QuantitativeValue": {"value": int, "unitCode": str},
    "AutoDealer": {"name": str, "telephone": str, "email": str, "address": str},
}
WANTED_BY_GOOGLE = {
    *("name", "url", "image", "brand", "model", "vehicleModelDate", "vehicleIdentificationNumber", "mileageFromOdometer"),
    *("itemCondition", "color", "offers"),
}
DRIVEN = {f"https://schema.org/{wheels}DriveConfiguration" for wheels in ("AllWheel", "FourWheel", "FrontWheel", "RearWheel")}


class Read(HTMLParser):
    """A page as a crawler reads it: no script runs, and what stands in `noscript` counts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title = ""
        self.language: str | None = None
        self.metas: dict[str, list[str]] = {}
        self.canonical: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self.blocks: dict[str, str] = {}
        self.tags: list[str] = []
        self.text = ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.language = given.get("lang")
        if tag == "meta":
            self.metas.setdefault(given.get("property") or given.get("name") or "", []).append(given.get("content") or "")
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical.append(given["href"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "img":
            self.images.append(given.get("src") or "")
        assert not [name for name in given if name.startswith("on") or name == "style"], given
        if tag not in VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG."""

    def handle_data(self, data: str) -> None:
        tag, given = self._open[-1] if self._open else ("", {})
        if tag == "title":
            self.title += data
        elif tag == "script":
            self.blocks[str(given.get("type") or given.get("src"))] = data
        else:
            self.text += data

    @property
    def structured(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.blocks["application/ld+json"])
        return found


async def look(lot: Lot, target: str = PAGE, **headers: str) -> tuple[Response, Read]:
    """The page that a stranger gets."""
    response = await lot.call(
        "GET", target, None, {name.replace("_", "-"): value for name, value in headers.items()}, signed_in=False
    )
    assert isinstance(response.body, str)
    return response, Read(response.body)


@pytest.fixture
def dealer(lot: Lot) -> Lot:
    """An empty lot of a dealer with a name and a phone number."""
    lot.env = {**ENV, **DEALER}
    return lot


async def test_a_shared_car_has_a_preview_and_a_body_without_scripts(dealer: Lot) -> None:
    photos = [f"https://photos.test/{number}.jpg" for number in (1, 2, 3)]
    car = await add(
        dealer, 1, year=2018, make="Subaru", model="Outback", trim="Premium", price=16_995.5, mileage=98_012, photos=photos
    )
    response, page = await look(dealer, f"{PAGE}?vehicle={car['id']}")
    assert response.status == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert page.title == "2018 Subaru Outback Premium · Maple Street Motors"
    address = f"{BASE}{PAGE}?vehicle={car['id']}"
    assert page.canonical == [address]
    assert page.metas["og:title"] == page.metas["twitter:title"] == ["2018 Subaru Outback Premium, $16,995.50"]
    assert page.metas["og:url"] == [address]
    assert page.metas["og:image"] == page.metas["twitter:image"] == [photos[0]]
    assert page.metas["twitter:card"] == ["summary_large_image"]
    assert (page.metas["product:price:amount"], page.metas["product:price:currency"]) == (["16995.50"], ["USD"])
    for text in (page.metas["description"][0], page.metas["og:description"][0], page.metas["twitter:description"][0]):
        assert "$16,995.50" in text
        assert "98,012 mi" in text
        assert DEALER["DEALER_PHONE"] in text
        assert len(text) <= 200
    assert "robots" not in page.metas
    for words in ("2018 Subaru Outback", "$16,995.50", "98,012 mi", "Kept in a garage.", DEALER["DEALER_PHONE"], car["vin"]):
        assert words in page.text
    assert "tel:5550100142" in page.links
    assert set(photos) <= set(page.images)
    assert PAGE in page.links


async def test_the_canonical_address_is_one_whatever_the_request(dealer: Lot) -> None:
    car = await add(dealer, 1)
    for more in ("&lang=es", "&utm_source=mail&accent=c8102e", "&make=Ford"):
        assert (await look(dealer, f"{PAGE}?vehicle={car['id']}{more}"))[1].canonical == [f"{BASE}{PAGE}?vehicle={car['id']}"]
    for target in (PAGE, f"{PAGE}?make=Ford&sort=price", f"{PAGE}?lang=es"):
        assert (await look(dealer, target))[1].canonical == [BASE + PAGE]
    dealer.env["PUBLIC_BASE_URL"] = "https://cars.maple.example"
    assert (await look(dealer, f"{PAGE}?vehicle={car['id']}"))[1].canonical == [
        f"https://cars.maple.example{PAGE}?vehicle={car['id']}"
    ]


async def test_a_car_that_is_gone_is_a_404_with_others_like_it(dealer: Lot) -> None:
    gone = await add(dealer, 1, make="Ford", model="F-150", price=20_000)
    same = await add(dealer, 2, make="Ford", model="F-150", price=30_000)
    make = await add(dealer, 3, make="Ford", model="Focus", price=20_000)
    for number in range(4, 20):
        await add(dealer, number, make="Kia", model="Rio", bodyStyle="Hatchback")
    hidden = await add(dealer, 20, make="Ford", model="F-150", publishToWebsite=False)
    sell(dealer, gone["id"])
    response, page = await look(dealer, f"{PAGE}?vehicle={gone['id']}")
    assert response.status == 404
    assert page.metas["robots"] == ["noindex"]
    assert page.canonical == []
    assert "og:title" not in page.metas
    assert "application/ld+json" not in page.blocks
    assert "no longer available" in page.text
    cars = [link for link in page.links if "vehicle=" in link and "lang=" not in link]
    assert cars[:2] == [f"?vehicle={same['id']}", f"?vehicle={make['id']}"]
    assert 3 <= len(cars) <= 6
    assert gone["vin"] not in str(response.body)
    for identity in (hidden["id"], "nobody", "../../etc/passwd", "%00", "%F0%9F%9A%97", "x" * 3000):
        response, page = await look(dealer, f"{PAGE}?vehicle={identity}")
        assert response.status == 404, identity
        assert any("vehicle=" in link for link in page.links)


async def test_the_list_links_to_every_car_and_to_no_other(dealer: Lot) -> None:
    cars = [await add(dealer, number) for number in range(1, 61)]
    hidden = [await add(dealer, 61, publishToWebsite=False), await add(dealer, 62, status="pending")]
    for target in (PAGE, f"{PAGE}?make=Tesla&sort=price"):
        response, page = await look(dealer, target)
        assert response.status == 200
        linked = [link.partition("vehicle=")[2] for link in page.links if "vehicle=" in link]
        assert sorted(linked) == sorted(car["id"] for car in cars)
        assert not [car for car in hidden if car["id"] in str(response.body)]
        assert page.title == "Vehicles for sale · Maple Street Motors"
        assert "60 vehicles" in page.metas["description"][0]
        assert page.metas["og:url"] == [BASE + PAGE]
    _, page = await look(dealer)
    assert page.text.count("2013 Tesla Model S") == 60
    assert page.text.count("$20,0") == 60
    assert page.metas["og:image"][0].startswith("https://photos.test/")


async def test_an_empty_lot_is_a_page_too(dealer: Lot) -> None:
    response, page = await look(dealer)
    assert response.status == 200
    assert "0 vehicles" in page.text
    assert DEALER["DEALER_PHONE"] in page.text


def misshapen(thing: Any, wanted: str) -> list[str]:
    """What in an object is not as schema.org has it."""
    if not isinstance(thing, dict) or thing.get("@type") != wanted:
        return [f"no {wanted}: {thing!r}"]
    faults = []
    for name, value in thing.items():
        if name in ("@type", "@context"):
            continue
        shape = SHAPES[wanted].get(name)
        if shape is None:
            faults.append(f"{wanted} has no {name}")
        elif isinstance(shape, str):
            faults += misshapen(value, shape)
        elif not isinstance(value, shape) or value in ("", []):
            faults.append(f"{wanted}.{name} is {value!r}")
    return faults


async def test_the_structured_data_has_the_shapes_of_schema_org(dealer: Lot) -> None:
    whole = {
        "interiorColor": "Black",
        "transmission": "Automatic",
        "fuelType": "Gasoline",
        "drivetrain": "AWD",
        "engine": "2.5L I4",
    }
    car = await add(dealer, 1, **whole, price=16_995, mileage=98_012)
    bare = ("stockNumber", "trim", "bodyStyle", "exteriorColor", "mileage", "price", "description", "location", "photos")
    unknown = await add(dealer, 2, **dict.fromkeys(bare, ...))
    found = (await look(dealer, f"{PAGE}?vehicle={car['id']}"))[1].structured
    assert misshapen(found, "Car") == []
    assert found["@context"] == "https://schema.org"
    assert set(found) == {"@context", "@type", *SHAPES["Car"]}
    assert set(found) >= WANTED_BY_GOOGLE
    assert found["url"] == found["offers"]["url"] == f"{BASE}{PAGE}?vehicle={car['id']}"
    assert found["driveWheelConfiguration"] in DRIVEN
    assert found["mileageFromOdometer"] == {"@type": "QuantitativeValue", "value": 98_012, "unitCode": "SMI"}
    assert found["itemCondition"] == "https://schema.org/UsedCondition"
    assert found["offers"]["availability"] == "https://schema.org/InStock"
    assert (found["offers"]["price"], found["offers"]["priceCurrency"]) == (16_995, "USD")
    assert found["offers"]["seller"]["name"] == DEALER["DEALER_NAME"]
    found = (await look(dealer, f"{PAGE}?vehicle={unknown['id']}"))[1].structured
    assert misshapen(found, "Car") == []
    # An offer without a price names no currency either.
    assert not {"price", "priceCurrency"} & set(found["offers"])


@pytest.mark.parametrize(
    ("words", "wheels"),
    [("FWD", "FrontWheel"), ("4x4", "FourWheel"), ("Rear-wheel drive", "RearWheel"), ("awd", "AllWheel"), ("Chain", None)],
)
async def test_the_driven_wheels_have_schema_orgs_names(dealer: Lot, words: str, wheels: str | None) -> None:
    car = await add(dealer, 1, drivetrain=words)
    found = (await look(dealer, f"{PAGE}?vehicle={car['id']}"))[1].structured["driveWheelConfiguration"]
    assert found == (f"https://schema.org/{wheels}DriveConfiguration" if wheels else words)


async def test_no_text_becomes_markup(dealer: Lot) -> None:
    marked = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'</title></noscript><!--{{> head}} {{lotTitle}}"
    texts = [marked, "</script><script>alert(1)</script>", "]]>", *NAUGHTY[::8]]
    dealer.env |= {"DEALER_NAME": marked, "DEALER_ADDRESS": marked, "DEALER_PHONE": f"555 {marked}", "DEALER_EMAIL": marked}
    clean = await add(dealer, 1000, **dict.fromkeys(("make", "model", "trim", "exteriorColor", "stockNumber"), "Plain"))
    usual = set((await look(dealer, f"{PAGE}?vehicle={clean['id']}"))[1].tags)
    for number, text in enumerate(texts, 1):
        fields = dict.fromkeys(("make", "model", "trim", "exteriorColor", "transmission", "drivetrain", "location"), text[:60])
        response = await dealer.call("POST", "/api/vehicles", entry(number, **fields, description=text))
        if response.status != 201:
            continue
        identity = json.loads(response.body)["id"]
        response, page = await look(dealer, f"{PAGE}?vehicle={identity}&accent={'%22%3E%3Cscript%3E'}")
        assert set(page.tags) <= usual
        assert page.structured["description"] == text.strip()
        assert len([tag for tag in page.tags if tag == "script"]) == 4
    _, page = await look(dealer)
    assert set(page.tags) - usual <= {"noscript", "meta", "h3", "strong"}


async def test_it_is_cached_by_its_content_and_language(dealer: Lot) -> None:
    car = await add(dealer, 1)
    for target in (PAGE, f"{PAGE}?vehicle={car['id']}"):
        first, _ = await look(dealer, target)
        assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
        assert first.headers["vary"] == "accept-language, host"
        same = await dealer.call("GET", target, None, {"if-none-match": first.headers["etag"]}, signed_in=False)
        assert (same.status, same.body) == (304, b"")
        await change(dealer, car["id"], price=int(first.headers["etag"][1:5], 16) + 1)
        assert (await look(dealer, target))[0].headers["etag"] != first.headers["etag"]
        spanish, page = await look(dealer, target, accept_language="es-MX,es;q=0.9,en;q=0.8")
        assert (spanish.headers["content-language"], page.language) == ("es", "es")


async def test_an_unchanged_lot_costs_one_read(dealer: Lot, monkeypatch: pytest.MonkeyPatch) -> None:
    car = await add(dealer, 1)
    asked: list[str] = []
    await look(dealer)
    batch, every = SqliteDatabase.batch, SqliteDatabase.all

    async def counted_batch(self: SqliteDatabase, statements: Any) -> list[list[Row]]:
        asked.append(str(statements))
        return await batch(self, statements)

    async def counted_all(self: SqliteDatabase, sql: str, *params: Any) -> list[Row]:
        asked.append(sql)
        return await every(self, sql, *params)

    monkeypatch.setattr(SqliteDatabase, "batch", counted_batch)
    monkeypatch.setattr(SqliteDatabase, "all", counted_all)
    for target in (PAGE, f"{PAGE}?make=Ford", f"{PAGE}?vehicle={car['id']}", "/sitemap.xml"):
        asked.clear()
        await look(dealer, target) if target != "/sitemap.xml" else await dealer.call("GET", target, signed_in=False)
        assert len(asked) == 1, target


class Away(SqliteDatabase):
    """A database that does not answer."""

    async def batch(self, statements: Any) -> list[list[Row]]:
        raise DatabaseUnavailable("D1_ERROR: overloaded")

    async def all(self, sql: str, *params: Any) -> list[Row]:
        raise DatabaseUnavailable("D1_ERROR: overloaded")


@pytest.mark.parametrize("target", [PAGE, f"{PAGE}?vehicle=x", f"{PAGE}?make=Ford"])
async def test_without_a_database_the_page_comes_and_says_that_it_is_not_whole(target: str) -> None:
    response, page = await look(Lot({**ENV, **DEALER}, Away()), target)
    assert response.status == 503
    assert (response.headers["retry-after"], response.headers["cache-control"]) == ("5", "no-store")
    assert DEALER["DEALER_PHONE"] in page.text
    assert "D1_ERROR" not in str(response.body)


async def test_it_may_be_framed_and_keeps_the_strict_policy(dealer: Lot) -> None:
    response, _ = await look(dealer)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "*"
    assert "x-frame-options" not in response.headers
    assert (await dealer.call("GET", "/sitemap.xml")).headers["x-frame-options"] == "DENY"


async def test_the_sitemap_has_every_public_car_with_its_last_change(dealer: Lot) -> None:
    cars = [await add(dealer, number) for number in range(1, 4)]
    await add(dealer, 4, publishToWebsite=False)
    dealer.clock.forward(3600)
    await change(dealer, cars[1]["id"], price=9_999)
    response = await dealer.call("GET", "/sitemap.xml", signed_in=False)
    assert (response.status, response.headers["content-type"]) == (200, "application/xml")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    root = ET.fromstring(response.body)
    assert root.tag == f"{space}urlset"
    found = {url.findtext(f"{space}loc"): url.findtext(f"{space}lastmod") for url in root}
    changed = {car["id"]: car["updatedAt"] for car in json.loads((await dealer.call("GET", "/api/vehicles")).body)["vehicles"]}
    assert changed[cars[1]["id"]] != changed[cars[0]["id"]]
    assert found == {
        BASE + PAGE: max(changed[car["id"]] for car in cars),
        **{f"{BASE}{PAGE}?vehicle={car['id']}": changed[car["id"]] for car in cars},
    }


async def test_robots_may_read_the_page_and_its_data_and_nothing_of_the_dealers(dealer: Lot) -> None:
    response = await dealer.call("GET", "/robots.txt", signed_in=False)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    lines = str(response.body).splitlines()
    assert f"Sitemap: {BASE}/sitemap.xml" in lines
    assert "User-agent: *" in lines
    for path in ("/api/", "/feeds/"):
        assert f"Disallow: {path}" in lines
    assert "Allow: /api/public/" in lines
