"""The demo lot and made-up vehicles: believable, valid, and exactly what the script makes."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from demo import make_lot
from simulators import vin
from simulators.generate import vehicles

ROOT = Path(__file__).parents[2]
LOT: list[dict[str, Any]] = json.loads((ROOT / "dev/demo/lot.json").read_text())["vehicles"]
MODERN = [vehicle for vehicle in LOT if vehicle["year"] >= 1981]


def checks_out(number: str) -> bool:
    """The check digit, worked out from the table of 49 CFR 565.15 without the code under test."""
    table = {
        letter: value
        for value, letters in enumerate(["", "AJ", "BKS", "CLT", "DMU", "ENV", "FW", "GPX", "HY", "RZ"])
        for letter in letters
    }
    total = 0
    for place, weight in enumerate([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]):
        total += weight * (int(number[place]) if number[place].isdigit() else table[number[place]])
    return number[8] == "0123456789X"[total % 11]


def test_known_vins_are_told_valid_from_invalid() -> None:
    assert vin.is_valid("1HGCM82633A004352")
    assert vin.is_valid("11111111111111111")
    assert not vin.is_valid("1HGCM82633A004353")
    assert not vin.is_valid("1HGCM82633A00435")
    assert not vin.is_valid("IHGCM82633A004352")


def test_lot_file_is_what_the_script_makes() -> None:
    assert (ROOT / "dev/demo/lot.json").read_text(encoding="utf-8") == make_lot.lot_text()
    assert (ROOT / "public/demo/lot.csv").read_text(encoding="utf-8") == make_lot.sheet_text()


def test_vins_are_valid_and_tell_the_year() -> None:
    assert len(MODERN) == 58
    for vehicle in MODERN:
        number = vehicle["vin"]
        assert checks_out(number), number
        assert number[9] == "WXY123456789ABCDEFGHJKLMNPRST"[vehicle["year"] - 1998]
        assert number[6].isalpha() == (vehicle["year"] >= 2010)
    assert len({vehicle["vin"] for vehicle in LOT}) == len({vehicle["stock_number"] for vehicle in LOT}) == 60


def test_made_up_codes_that_contradict_the_year_are_refused() -> None:
    with pytest.raises(ValueError, match="Position 7"):
        vin.complete("1HG", "CM826", 2015, "A", 1)


def test_the_lot_is_as_varied_as_a_real_one() -> None:
    assert len({vehicle["body_style"] for vehicle in LOT}) >= 8
    assert len({vehicle["make"] for vehicle in LOT}) >= 18
    assert {vehicle["location"] for vehicle in LOT} == {"Main lot", "Back row", "Service bay"}
    prices = [vehicle["price"] for vehicle in LOT if "price" in vehicle]
    assert min(prices) < 4000
    assert max(prices) > 35000
    assert len(LOT) - len(prices) == 3
    assert sum(not vehicle["photos"] for vehicle in LOT) == 3
    assert len({vehicle["description"] for vehicle in LOT}) == 60
    for vehicle in LOT:
        assert 20 <= len(vehicle["description"].split()) <= 60
        assert date(2026, 6, 1) <= date.fromisoformat(vehicle["date_acquired"]) <= date(2026, 11, 23)
        assert vehicle.get("cost", 0) < vehicle.get("price", 1)


def test_pictures_are_what_the_script_makes_and_small() -> None:
    drawn = make_lot.make_pictures()
    stored = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "public/demo").glob("*.svg")}
    assert stored == drawn
    assert sum(len(text) for text in stored.values()) < 400_000
    shown = {url.removeprefix(make_lot.PHOTO_BASE) for vehicle in LOT for url in vehicle["photos"]}
    assert shown == set(stored)


def test_pictures_are_plain_drawings() -> None:
    for name, text in make_lot.make_pictures().items():
        root = ET.fromstring(text)
        assert root.attrib["viewBox"] == "0 0 800 600", name
        assert root[0].tag.endswith("title")
        assert root[0].text
        tags = {element.tag.split("}")[1] for element in root.iter()}
        assert not tags & {"script", "style", "image", "foreignObject", "a"}, name
        links = [value for element in root.iter() for key, value in element.attrib.items() if "href" in key]
        assert all(link.startswith("#") for link in links), name
        used = set(re.findall(r"url\(#(\w+)\)", text)) | {link[1:] for link in links}
        assert used <= {element.attrib["id"] for element in root.iter() if "id" in element.attrib}, name


def test_thousands_of_made_up_vehicles_are_valid_and_distinct() -> None:
    made = vehicles(5000, seed=2)
    assert made == vehicles(5000, seed=2)
    assert all(checks_out(vehicle["vin"]) for vehicle in made)
    assert len({vehicle["vin"] for vehicle in made}) == len({vehicle["stock_number"] for vehicle in made}) == 5000
    assert all(vehicle["cost"] < vehicle["price"] for vehicle in made)
