"""One search: the API, the desk, the public page and the WordPress plugin find the same vehicles for what people write."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import quote

from app.typed import add, get
from runtime.paths import NODE, ROOT
from support.lot import Lot

LIST = "/api/public/inventory"
CARS: dict[int, dict[str, Any]] = {
    1: {"make": "Ford", "model": "F-150", "bodyStyle": "Truck", "drivetrain": "4WD", "stockNumber": "K-1001"},
    2: {"make": "Honda", "model": "CR-V", "bodyStyle": "SUV", "fuelType": "Hybrid"},
    3: {"make": "Mazda", "model": "3", "transmission": "Manual", "trim": "Touring"},
    4: {"make": "Chevrolet", "model": "Silverado 1500", "bodyStyle": "Pickup", "drivetrain": "Four-Wheel Drive"},
    5: {"make": "Volkswagen", "model": "Golf", "exteriorColor": "Deep Red", "engine": "1.4L I4"},
    6: {"make": "Mercedes-Benz", "model": "C 300", "description": "One owner, heated seats"},
    7: {"make": "BMW", "model": "X3", "bodyStyle": "SUV", "interiorColor": "Cognac", "location": "North lot"},
    8: {"make": "Cadillac", "model": "CTS"},
}
"""Each with all that is on it; what is not given is not known. The last six of the VIN are the number with zeros."""

# Hyphens, spaces and case do not matter; names of makes and kinds of cars; the stock number and the end of the VIN; all that
# shoppers read of a car. Every word must occur; hyphens alone are no word.
FOUND: list[tuple[set[int], list[str]]] = [
    ({1}, ["f150", "F-150", "ford f 150", "F\u2011150", "k1001", "K-1001", "1001"]),
    ({2}, ["crv", "CR-V", "cr v honda", "000002", "hybrid"]),
    ({3}, ["mazda3", "mazda 3", "MAZDA-3", "stick", "touring"]),
    ({4}, ["chevy", "Chevy silverado"]),
    ({5}, ["vw", "deep red", "1.4l"]),
    ({6}, ["benz", "mercedes-benz", "mercedes benz", "c300", "heated"]),
    ({7}, ["beamer", "Bimmer", "cognac", "north", "suv bmw"]),
    ({8}, ["caddy"]),
    ({1, 4}, ["pickup", "truck", "4x4", "4wd"]),
    ({2, 7}, ["crossover"]),
    (set(), ["f150 honda", "nothing like it"]),
    (set(CARS), ["-", ""]),
]
CASES = {written: cars for cars, texts in FOUND for written in texts}

_NODE = """
import { finder, searchText } from "./public/js/search.js";
const { cars, cases } = JSON.parse(process.argv[1]);
const found = cases.map((written) => cars.filter((car) => finder(written)(searchText(car))).map((car) => car.id));
console.log(JSON.stringify(found));
"""
_PHP = r"""
namespace CarLot\Inventory;
define('ABSPATH', '/');
require 'wordpress/carlot-inventory/includes/vehicle.php';
require 'wordpress/carlot-inventory/includes/filter.php';
list($cars, $cases) = array_values(json_decode($argv[1], true));
$nothing = array_fill_keys(array_merge(EQUAL, array_keys(LIMITS)), '');
$found = array();
foreach ($cases as $written) {
    $found[] = array_column(matching($cars, array_merge($nothing, array('q' => $written, 'sort' => 'newest'))), 'id');
}
echo json_encode($found);
"""


def told(command: list[str], cars: list[dict[str, Any]]) -> dict[str, set[int]]:
    """What a program finds for each case, by the numbers of the cars."""
    asked = json.dumps({"cars": cars, "cases": list(CASES)})
    said = subprocess.run([*command, asked], cwd=ROOT, capture_output=True, text=True, check=True)
    numbers = {car["id"]: number for number, car in enumerate(cars, 1)}
    return {written: {numbers[car] for car in found} for written, found in zip(CASES, json.loads(said.stdout), strict=True)}


async def test_the_search_takes_what_people_write_everywhere(lot: Lot) -> None:
    texts = ("trim", "bodyStyle", "description", "exteriorColor", "interiorColor", "drivetrain", "fuelType", "engine")
    plain = {**dict.fromkeys((*texts, "transmission", "location", "stockNumber"), ...), "year": 2014}
    ids = [(await add(lot, number, **{**plain, **fields}))["id"] for number, fields in CARS.items()]
    for path in (LIST, "/api/vehicles"):
        for written, expected in CASES.items():
            answered = await get(lot, f"{path}?q={quote(written)}")
            shown = answered["vehicles"] if path == "/api/vehicles" else answered
            assert {ids.index(vehicle["id"]) + 1 for vehicle in shown} == expected, (path, written)
    public = [await get(lot, f"/api/public/vehicle/{each}") for each in ids]
    node, php = [str(NODE), "--input-type=module", "-e", _NODE], shutil.which("php")
    assert told(node, public) == CASES
    assert php
    # The plugin has a text in place of what is not known.
    assert told([php, "-r", _PHP], [{name: value or "" for name, value in car.items()} for car in public]) == CASES
