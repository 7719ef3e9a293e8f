"""The hosted feeds: their addresses, what they hold, and that every reader of CSV reads them."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import Any

import pytest

from app.typed import add, sell, vin
from carlot import log
from carlot.domain.dealer import Dealer
from carlot.store import feeds
from support.lot import ENV, Lot, answer
from support.platform import ROOT

FORMATS = ("google", "meta", "generic")
FORMAT = pytest.mark.parametrize("name", FORMATS)
DEALER: dict[str, str | None] = {
    **ENV,
    "DEALER_NAME": 'Maple Street "Motors"',
    "DEALER_PHONE": "(555) 010-0142",
    "DEALER_ADDRESS": "142 Maple Street, Springfield, IL 62701",
}

# As the two publishers have it. Source: developers.google.com/vehicle-listings/reference/feed-specification, "Required";
# developers.facebook.com, Marketing API, "Automotive Inventory Ads: Catalogs and Feeds", "Required".
REQUIRED = {
    "google": {
        *("vin", "store_code", "dealership_name", "dealership_address"),
        *("price", "condition", "make", "model", "year", "mileage"),
    },
    "meta": {
        *("vehicle_id", "vin", "title", "description", "url", "make", "model", "year", "mileage.value", "mileage.unit"),
        *("image[0].url", "image[0].tag[0]", "body_style", "exterior_color", "state_of_vehicle", "price"),
        *("address.addr1", "address.city", "address.region", "address.country"),
    },
    "generic": {"id", "vin", "year", "make", "model", "price", "photos", "url"},
}


async def listed(lot: Lot) -> dict[str, dict[str, Any]]:
    """The feeds by format, as the admin API shows them."""
    response = await lot.call("GET", "/api/feeds")
    assert response.status == 200
    return {feed["format"]: feed for feed in answer(response)["feeds"]}


async def text(lot: Lot, name: str) -> str:
    """A feed as whoever knows its address gets it."""
    response = await lot.call("GET", (await listed(lot))[name]["url"].removeprefix("https://lot.test"), signed_in=False)
    assert response.status == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    if response.parts is None:
        return bytes(response.body).decode() if isinstance(response.body, bytes) else str(response.body)
    return "".join([part async for part in response.parts])


async def rows(lot: Lot, name: str) -> list[dict[str, str]]:
    """A feed's rows by column."""
    reader = csv.DictReader(io.StringIO(await text(lot, name), newline=""), strict=True)
    found = list(reader)
    assert all(None not in row and None not in row.values() for row in found), "each line has as many cells as the header"
    return found


async def publish(lot: Lot, number: int = 1, **changed: Any) -> dict[str, Any]:
    return await add(lot, number, **{"publishToThirdParty": True, **changed})


@FORMAT
async def test_every_required_column_is_there_and_filled(name: str) -> None:
    lot = Lot(env=dict(DEALER))
    await publish(lot, 1)
    await publish(lot, 2, description=None, trim=None, exteriorColor=None, bodyStyle=None, stockNumber=None, location=None)
    found = await rows(lot, name)
    assert len(found) == 2
    for row in found:
        assert REQUIRED[name] <= row.keys()
        assert {column for column in REQUIRED[name] if not row[column]} == set()


async def test_a_car_fills_the_columns_of_the_google_feed() -> None:
    lot = Lot(env=dict(DEALER))
    photos = ["https://a.test/1.jpg", "https://a.test/2,b.jpg", "https://a.test/3.jpg"]
    car = await publish(lot, 1, photos=photos, price=6995.5, purchaseDate="2025-01-14", drivetrain="RWD", fuelType="Electric")
    assert (await rows(lot, "google"))[0] == {
        "vin": vin(1),
        "id": "H1",
        "store_code": "maple-street-motors",
        "dealership_name": 'Maple Street "Motors"',
        "dealership_address": "142 Maple Street, Springfield, IL 62701, US",
        "tracking_phone_number": "(555) 010-0142",
        "date_in_stock": "2025-01-14",
        "price": "6995.50 USD",
        "condition": "used",
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "year": "2013",
        "mileage": "50001 miles",
        "exterior_color": "Blue",
        "interior_color": "",
        "body_type": "Sedan",
        "transmission": "",
        "drivetrain": "RWD",
        "fuel_type": "Electric",
        "engine": "",
        "description": "Kept in a garage.",
        "link": f"https://lot.test/inventory.html?vehicle={car['id']}",
        "image_link": "https://a.test/1.jpg",
        "additional_image_link": "https://a.test/2%2Cb.jpg,https://a.test/3.jpg",
    }


async def test_a_car_fills_the_columns_of_the_meta_feed() -> None:
    lot = Lot(env={**DEALER, "PUBLIC_BASE_URL": "https://cars.example"})
    car = await publish(
        lot, 1, bodyStyle="Extended Cab Pickup", drivetrain="4WD", transmission="6-Speed Manual", fuelType="Plug-in Hybrid"
    )
    lot.database.query("UPDATE vehicles SET photos = ?", '["/photos/p1","https://a.test/2.jpg"]')
    row = (await rows(lot, "meta"))[0]
    assert {column: cell for column, cell in row.items() if cell} == {
        "vehicle_id": car["id"],
        "vin": vin(1),
        "title": "2013 Tesla Model S P85",
        "description": "Kept in a garage.",
        "url": f"https://cars.example/inventory.html?vehicle={car['id']}",
        "make": "Tesla",
        "model": "Model S",
        "trim": "P85",
        "year": "2013",
        "mileage.value": "50001",
        "mileage.unit": "MI",
        "body_style": "TRUCK",
        "drivetrain": "4X4",
        "transmission": "MANUAL",
        "fuel_type": "PLUGIN_HYBRID",
        "exterior_color": "Blue",
        "state_of_vehicle": "USED",
        "availability": "AVAILABLE",
        "price": "20001.00 USD",
        "date_first_on_lot": "2025-02-03",
        "stock_number": "H1",
        "dealer_name": 'Maple Street "Motors"',
        "dealer_phone": "(555) 010-0142",
        "address.addr1": "142 Maple Street",
        "address.city": "Springfield",
        "address.region": "IL",
        "address.postal_code": "62701",
        "address.country": "US",
        "image[0].tag[0]": "2013 Tesla Model S P85",
        "image[0].url": "https://cars.example/photos/p1",
        "image[1].url": "https://a.test/2.jpg",
    }
    assert "image[19].url" in row


async def test_no_address_leads_to_a_page_that_is_not_there(lot: Lot) -> None:
    """A car for third parties that the dealer keeps off his own page."""
    await publish(lot, 1, publishToWebsite=False)
    found = {name: (await rows(lot, name))[0] for name in FORMATS}
    assert (found["google"]["link"], found["meta"]["url"], found["generic"]["url"]) == (
        "",
        "https://lot.test/inventory.html",
        "https://lot.test/inventory.html",
    )


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("SUV", "SUV"),
        ("Sport Utility", "SUV"),
        ("Minivan", "MINIVAN"),
        ("Cargo Van", "VAN"),
        ("Station Wagon", "WAGON"),
        ("Boat", "OTHER"),
    ],
)
async def test_meta_knows_its_own_body_styles_only(lot: Lot, body: str, word: str) -> None:
    await publish(lot, 1, bodyStyle=body)
    assert (await rows(lot, "meta"))[0]["body_style"] == word


async def test_generic_has_every_car_for_third_parties_whole_or_not(lot: Lot) -> None:
    await publish(lot, 1, photos=["https://a.test/1|2.jpg", "https://a.test/3.jpg"])
    await publish(lot, 2, price=None, photos=[], mileage=None)
    found = {row["vin"]: row for row in await rows(lot, "generic")}
    assert found[vin(1)]["photos"] == "https://a.test/1%7C2.jpg|https://a.test/3.jpg"
    assert (found[vin(2)]["price"], found[vin(2)]["photos"], found[vin(2)]["mileage"]) == ("", "", "")


@pytest.mark.parametrize("name", ["google", "meta"])
@pytest.mark.parametrize(
    "lacking", [{"price": None}, {"price": 0}, {"photos": []}, {"mileage": None}, {"vin": "WDB1240501B000001"}], ids=str
)
async def test_a_car_that_lacks_what_a_publisher_requires_is_left_out_and_counted(
    lot: Lot, name: str, lacking: dict[str, Any]
) -> None:
    await publish(lot, 1)
    await publish(lot, 2, **lacking)
    assert [row["vin"] for row in await rows(lot, name)] == [vin(1)]
    shown = await listed(lot)
    assert (shown[name]["vehicles"], shown[name]["leftOut"]) == (1, 1)
    assert (shown["generic"]["vehicles"], shown["generic"]["leftOut"]) == (2, 0)
    [left_out] = shown[name]["leftOutVehicles"]
    assert left_out["name"] and left_out["reason"].endswith(".")
    assert shown["generic"]["leftOutVehicles"] == []


async def test_an_old_cars_short_vin_is_nothing_for_meta(lot: Lot) -> None:
    await publish(lot, 1, vin="7F02C100001", year=1967, make="Ford", model="Mustang")
    assert [len(await rows(lot, name)) for name in FORMATS] == [1, 0, 1]
    assert (await listed(lot))["meta"]["leftOut"] == 1


@FORMAT
async def test_sold_pending_archived_and_unpublished_cars_are_in_no_feed(lot: Lot, name: str) -> None:
    sold = await publish(lot, 1)
    sell(lot, sold["id"])
    await publish(lot, 2, status="pending")
    await publish(lot, 3, status="archived")
    await add(lot, 4)
    assert await rows(lot, name) == []
    assert (await text(lot, name)).count("\r\n") == 1


@FORMAT
def test_no_statement_is_deeper_than_d1_takes(name: str) -> None:
    """Source: developers.cloudflare.com/d1/platform/limits; measured on workerd."""
    connection = sqlite3.connect(":memory:")
    connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100)
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        connection.executescript(migration.read_text())
    connection.execute(f"EXPLAIN {feeds._PARTS[name]}", [""] * 10)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''@x", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0"]


@FORMAT
@pytest.mark.parametrize("formula", FORMULAS)
async def test_no_cell_is_a_formula(lot: Lot, name: str, formula: str) -> None:
    texts = ("make", "model", "trim", "description", "stockNumber", "exteriorColor", "bodyStyle", "engine", "location")
    await publish(lot, 1, **dict.fromkeys(texts, formula))
    found = (await rows(lot, name))[0]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in found.values())
    assert found["make"] == "'" + formula


@FORMAT
@pytest.mark.parametrize("starter", ["\t", "\r"])
async def test_no_cell_begins_with_what_a_spreadsheet_skips(lot: Lot, name: str, starter: str) -> None:
    """Spreadsheets drop a tab or a return before a formula. They are no text that the API takes, but the DMS may send them."""
    await publish(lot, 1)
    lot.database.query("UPDATE vehicles SET model = ?", f"{starter}=1+1")
    assert (await rows(lot, name))[0]["model"] == f"'{starter}=1+1"


@FORMAT
@pytest.mark.parametrize(
    "odd", ['a "quoted", text', "two\r\nlines", "two\nlines", ",", '"', "Škoda 斯柯达 🚗", "a\u2028b\u202ec", "a\tb"]
)
async def test_every_text_comes_out_as_it_went_in(lot: Lot, name: str, odd: str) -> None:
    await publish(lot, 1, model=odd)
    assert (await rows(lot, name))[0]["model"] == odd


@FORMAT
async def test_lines_end_as_the_standard_has_it(lot: Lot, name: str) -> None:
    await publish(lot, 1)
    await publish(lot, 2)
    whole = await text(lot, name)
    assert whole.endswith("\r\n")
    assert whole.count("\r\n") == whole.count("\n") == 3


async def test_the_whole_inventory_in_parts(lot: Lot) -> None:
    """Larger than a part; each text D1 hands over is under its limit, as the test's database checks."""
    lot.database.query("PRAGMA synchronous = OFF")
    car = await publish(lot, 1, description="x" * 9_000)
    columns = [
        row["name"]
        for row in lot.database.query("SELECT name FROM pragma_table_info('vehicles')")
        if row["name"] not in ("id", "vin", "stock_number")
    ]
    for number in range(2, 1_202):
        lot.database.query(
            f"INSERT INTO vehicles (id, vin, {', '.join(columns)}) SELECT ?, ?, {', '.join(columns)} FROM vehicles WHERE id = ?",
            f"v{number:05d}", vin(number), car["id"],
        )  # fmt: skip
    before = lot.database.statements
    found = await rows(lot, "generic")
    assert sorted(row["vin"] for row in found) == sorted(vin(number) for number in range(1, 1_202))
    assert lot.database.statements - before < 10


async def test_an_address_is_secret_and_can_be_changed(lot: Lot) -> None:
    await publish(lot, 1)
    url = (await listed(lot))["google"]["url"].removeprefix("https://lot.test")
    token = url.split("/")[2]
    assert len(token) == 32
    assert len({feed["url"].split("/")[4] for feed in (await listed(lot)).values()}) == 3
    for wrong in (
        f"/feeds/{'0' * 32}/google.csv",
        f"/feeds/{token}/meta.csv",
        f"/feeds/{token}/google.tsv",
        f"/feeds/{token}/google",
    ):
        assert (await lot.call("GET", wrong, signed_in=False)).status == 404
    changed = await lot.call("POST", "/api/feeds/google/rotate")
    assert changed.status == 200
    assert answer(changed)["url"] != "https://lot.test" + url
    assert (await lot.call("GET", url)).status == 404
    assert len(await rows(lot, "google")) == 1
    assert (await lot.call("POST", "/api/feeds/other/rotate")).status == 404


async def test_whoever_has_the_address_reads_it_from_any_origin(lot: Lot) -> None:
    """As everything public, errors too: a script in another site's page."""
    address = (await listed(lot))["generic"]["url"].removeprefix("https://lot.test")
    for method, path, status in (("GET", address, 200), ("HEAD", address, 200), ("GET", "/feeds/wrong/generic.csv", 404)):
        response = await lot.call(method, path, signed_in=False)
        assert (response.status, response.headers.get("access-control-allow-origin")) == (status, "*")


async def test_a_feed_can_be_paused(lot: Lot) -> None:
    url = (await listed(lot))["meta"]["url"].removeprefix("https://lot.test")
    paused = await lot.call("PATCH", "/api/feeds/meta", {"paused": True})
    assert (paused.status, answer(paused)["paused"]) == (200, True)
    assert (await lot.call("GET", url)).status == 404
    assert (await lot.call("GET", (await listed(lot))["google"]["url"].removeprefix("https://lot.test"))).status == 200
    await lot.call("PATCH", "/api/feeds/meta", {"paused": False})
    assert (await lot.call("GET", url)).status == 200
    assert (await lot.call("PATCH", "/api/feeds/other", {"paused": True})).status == 404


async def test_the_last_fetch_is_shown(lot: Lot) -> None:
    assert (await listed(lot))["google"]["lastFetchedAt"] is None
    url = (await listed(lot))["google"]["url"].removeprefix("https://lot.test")
    head = await lot.call("HEAD", url, signed_in=False)
    assert (head.status, head.body, head.parts) == (200, b"", None)
    assert (await listed(lot))["google"]["lastFetchedAt"] == "2025-02-03T10:30:00.000Z"
    assert (await listed(lot))["meta"]["lastFetchedAt"] is None


async def test_only_the_dealer_sees_the_addresses(lot: Lot) -> None:
    for method, path in (("GET", "/api/feeds"), ("PATCH", "/api/feeds/google"), ("POST", "/api/feeds/google/rotate")):
        assert (await lot.call(method, path, signed_in=False)).status == 401


async def test_an_address_is_in_no_log_line(lot: Lot) -> None:
    lines: list[dict[str, object]] = []
    log.sinks.append(lambda level, fields: lines.append(fields))
    try:
        feed = (await listed(lot))["google"]
        await lot.call("GET", feed["url"].removeprefix("https://lot.test"))
    finally:
        log.sinks.pop()
    token = feed["url"].split("/")[4]
    assert len(lines) == 2
    assert token not in str(lines)


async def test_what_the_dealer_has_not_told_is_named(lot: Lot) -> None:
    shown = await listed(lot)
    assert [shown[name]["missingSettings"] for name in FORMATS] == [["DEALER_NAME", "DEALER_ADDRESS"]] * 2 + [[]]


def test_a_phone_number_is_no_formula() -> None:
    assert Dealer.read("A & B Cars", "+1 (555) 010-0142", "").phone == "1 (555) 010-0142"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("142 Maple Street, Springfield, IL 62701", ("142 Maple Street", "Springfield", "IL", "62701")),
        ("142 Maple Street, Springfield, IL 62701-0042, USA", ("142 Maple Street", "Springfield", "IL", "62701-0042")),
        ("1 A St, Suite 5, Reno, Nevada", ("1 A St, Suite 5", "Reno", "Nevada", "")),
        ("142 Maple Street, Springfield", ("142 Maple Street", "Springfield", "", "")),
        ("Springfield", ("Springfield", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_an_address_in_its_parts(address: str, parts: tuple[str, str, str, str]) -> None:
    dealer = Dealer.read("A & B Cars", "", address)
    assert (dealer.street, dealer.city, dealer.region, dealer.postal_code) == parts
    assert dealer.code == "a-b-cars"
