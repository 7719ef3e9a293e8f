"""Every kind of file: its headings are those that docs/partners.md has, and what it requires decides which cars are left out."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from app.typed import entry, vin
from carlot.domain.csv_text import header
from carlot.domain.dealer import Dealer
from carlot.store import file_lines
from carlot.store.feed_columns import FEEDS, PRESETS
from runtime.paths import ROOT
from support.lot import Lot

NAMES = pytest.mark.parametrize("name", PRESETS)
DEALER = Dealer.read("Maple Street Motors", "(555) 010-0142", "142 Maple Street, Springfield, IL 62701")


async def written(lot: Lot, name: str, base: str = "https://lot.test") -> list[dict[str, str]]:
    """The file as a reader of CSV has it."""
    text = header(list(PRESETS[name].columns))
    async for part in file_lines.lines(lot.database, name, base, DEALER):
        text += "".join(line.text for line in part)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


async def add(lot: Lot, number: int, **changed: Any) -> None:
    assert (await lot.call("POST", "/api/vehicles", entry(number, **{"publishToThirdParty": True, **changed}))).status == 201


@NAMES
async def test_a_car_in_every_kind_of_file(lot: Lot, name: str) -> None:
    await add(lot, 1, description="=HYPERLINK(1)", price=12_345.5, mileage=45_000)
    [row] = await written(lot, name)
    assert None not in row
    values = list(row.values())
    assert vin(1) in values
    assert any(value in ("12345.50", "12345.50 USD") for value in values)
    assert "'=HYPERLINK(1)" in values, "what a spreadsheet would run is made harmless"


@NAMES
async def test_what_it_requires_decides_who_is_left_out(lot: Lot, name: str) -> None:
    await add(lot, 1, mileage=45_000)
    lacking: dict[str, Any] = {"price": None, "photos": [], "mileage": None}
    for number, (field, value) in enumerate(lacking.items(), start=2):
        await add(lot, number, **{"mileage": 45_000, field: value})
    await add(lot, 9, publishToThirdParty=False)
    required = {"price", "photos", *PRESETS[name].required}
    left_out = {vin(number) for number, field in enumerate(lacking, start=2) if field in required}
    found = {value for row in await written(lot, name) for value in row.values()}
    assert {vin(number) for number in range(1, 10)} & found == {vin(number) for number in (1, 2, 3, 4)} - left_out


@NAMES
async def test_an_uploaded_photo_without_an_address_is_in_no_file(lot: Lot, name: str) -> None:
    await add(lot, 1, mileage=45_000)
    lot.database.query("""UPDATE vehicles SET photos = '["/photos/abc", "https://photos.test/1.jpg"]'""")
    [known], [unknown] = await written(lot, name), await written(lot, name, base="")
    assert any("https://lot.test/photos/abc" in value for value in known.values())
    if name not in FEEDS:
        assert not any("/photos/abc" in value for value in unknown.values())
    lot.database.query("""UPDATE vehicles SET photos = '["/photos/abc"]'""")
    assert await written(lot, name, base="") == []


@pytest.mark.parametrize("name", ["cargurus", "truecar", "kbb"])
def test_a_sites_file_begins_with_what_finds_a_car(name: str) -> None:
    assert list(PRESETS[name].columns)[:3] == ["VIN", "StockNumber", "Price"]


@NAMES
def test_no_heading_needs_quotes(name: str) -> None:
    assert not re.search(r'[",\r\n]', "".join(PRESETS[name].columns))


@NAMES
def test_the_page_has_its_headings(name: str) -> None:
    page = (ROOT / "docs" / "partners.md").read_text()
    found = re.search(rf"^\| `{name}` \| (.*?) \|", page, re.MULTILINE)
    assert found is not None
    if "as in" not in found[1]:
        assert found[1].strip("`").split(", ") == list(PRESETS[name].columns)
