"""The plugin does what the Worker does: the same object for search engines, the same vehicles for every filter."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from app.typed import add, get
from carlot.domain.public_vehicle import read_vehicle
from carlot.domain.structured import structured
from support.lot import Lot
from wordpress.conftest import REDUCED, Answer, Site
from wordpress.test_plugin import DEALER, LIST, car

SELLER = {"name": "Maple Street Motors", "phone": "(555) 010-0142", "email": "cars@maple.example", "address": "1 Maple Street"}
FULL = {
    "vin": "1HGCV1F3XKA000001",
    "bodyStyle": "Sedan",
    "exteriorColor": "Radiant Red",
    "interiorColor": "Black",
    "trim": "Sport",
    "transmission": "CVT",
    "fuelType": "Gasoline",
    "engine": "1.5L I4",
    "description": "One owner.\nClean.",
    "location": "Lot 2",
}


@pytest.mark.parametrize(
    ("changed", "seller", "was"),
    [
        (FULL, SELLER, None),
        (FULL, SELLER, 21990.5),
        ({"price": 9000.5}, SELLER, 21990),
        ({}, {"name": "", "phone": "(555) 010-0142", "email": "", "address": ""}, None),
        ({"price": None, "mileage": None, "year": None, "trim": None, "photos": []}, SELLER, None),
        ({"price": 19950.5, "mileage": 12, "engine": "V6"}, {**SELLER, "email": "", "address": ""}, None),
        ({"drivetrain": "AWD"}, SELLER, None),
        ({"drivetrain": "4x4"}, SELLER, None),
        ({"drivetrain": "Front-Wheel Drive"}, SELLER, None),
        ({"drivetrain": "2WD"}, SELLER, None),
        ({"photos": ["http://photos.example/1.jpg", "https://photos.example/2.jpg"]}, SELLER, None),
    ],
)
def test_search_engines_read_the_same_object_on_both(
    site: Site, changed: dict[str, Any], seller: dict[str, str], was: float | None
) -> None:
    shown = car("v1", **{"stockNumber": "M1064", **changed})
    site.worker.answers[LIST] = Answer([shown])
    site.worker.answers[DEALER] = Answer({name: value or None for name, value in seller.items()})
    reduced = {} if was is None else {shown["id"]: was}
    site.worker.answers[REDUCED] = Answer({"vehicles": [{"id": name, "was": price} for name, price in reduced.items()]})
    address = re.findall(r'<h2 class="carlot-name"><a href="([^"]*)"', site.view())[0]
    head = site.run(shortcode="", car=address.rstrip("/").rpartition("/")[2])["head"]
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', head)
    assert found
    # Each has its own address.
    vehicle = read_vehicle(json.dumps({**shown, "url": address}), reduced)
    assert json.loads(found[1]) == json.loads(json.dumps(structured(vehicle, seller)))


QUERIES: list[dict[str, str]] = [
    {},
    {"make": "FORD"},
    {"make": "Ford", "model": "escape"},
    {"bodyStyle": "suv"},
    {"yearMin": "2016", "yearMax": "2018"},
    {"priceMin": "10000", "priceMax": "30000"},
    {"priceMax": "18990"},
    {"priceMax": "18989.99"},
    {"mileageMax": "45200"},
    {"q": "ford 2021"},
    {"q": "HEATED seats"},
    {"q": "m3"},
    {"q": "nothing like it"},
    {"sort": "price"},
    {"sort": "-price"},
    {"sort": "year"},
    {"sort": "-year"},
    {"sort": "mileage"},
    {"make": "Ford", "sort": "-price"},
]
CARS: list[dict[str, Any]] = [
    {"make": "Subaru", "model": "Outback", "year": 2018, "price": 18990, "mileage": 45200, "bodyStyle": "Wagon"},
    {"make": "Ford", "model": "F-150", "year": 2021, "price": 38500, "mileage": 30100, "description": "Heated  seats, tow bar"},
    {"make": "Ford", "model": "Escape", "year": 2016, "price": None, "mileage": None, "bodyStyle": "SUV", "trim": "SE"},
    {"make": "ford", "model": "Escape", "year": 2016, "price": 12000, "mileage": 90000, "bodyStyle": "suv"},
    {"make": "Honda", "model": "Civic", "year": 2017, "price": 12000, "mileage": 90000, "exteriorColor": "Silver"},
]


async def test_every_filter_finds_the_same_vehicles_in_the_same_order(lot: Lot, site: Site) -> None:
    for number, fields in enumerate(CARS, 1):
        await add(lot, number, **{"stockNumber": f"M{number}", **fields})
    site.worker.answers[LIST] = Answer(await get(lot, LIST))
    for query in QUERIES:
        there = [vehicle["stockNumber"].lower() for vehicle in await get(lot, f"{LIST}?{urlencode(query)}")]
        html = site.view(query)
        here = re.findall(r'<h2 class="carlot-name"><a href="[^"]*-(m\d)/"', html)
        assert here == there, query
