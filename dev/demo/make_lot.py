"""Writes the demo lot and its pictures: `python -m demo.make_lot` with `dev` on PYTHONPATH.

The same input gives the same bytes.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from demo.drawing.details import cabin_view, wheel_view
from demo.drawing.front import FACES, front_view
from demo.drawing.paints import CABINS, PAINTS
from demo.drawing.scenes import SCENES, evening, lot
from demo.drawing.shapes import BODIES
from demo.drawing.side import side_view
from demo.drawing.wheels import RIMS
from simulators import vin

HERE = Path(__file__).parent
CARS_FILE = HERE / "cars.psv"
LOT_FILE = HERE / "lot.json"
PICTURES = HERE.parents[1] / "public" / "demo"
SHEET_FILE = PICTURES / "lot.csv"
PHOTO_BASE = "https://demo.carlot.invalid/demo/"
# A stand-in: names ending in .invalid resolve nowhere (RFC 2606), so no picture is ever fetched from a stranger.

FACE_OF = {
    "sedan": "low",
    "coupe": "low",
    "hatchback": "low",
    "wagon": "low",
    "crossover": "tall",
    "suv": "tall",
    "truck": "truck",
    "minivan": "van",
}
TEXT_FIELDS = [
    "make",
    "model",
    "trim",
    "body_style",
    "exterior_color",
    "interior_color",
    "transmission",
    "fuel_type",
    "drivetrain",
    "engine",
    "location",
    "date_acquired",
    "status",
    "description",
]
LIGHT_PAINTS = ("white", "silver", "sand")
FIRST_STOCK_NUMBER = 1004


def read_cars() -> list[dict[str, str]]:
    """The hand-written lines."""
    with CARS_FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))


def make_lot() -> list[dict[str, Any]]:
    """Records in the DMS's field names, newest arrival first. Stock numbers rise with the day of arrival."""
    arrivals = sorted(read_cars(), key=lambda car: (car["date_acquired"], car["make"], car["model"]))
    records = [_record(car, place) for place, car in enumerate(arrivals)]
    return records[::-1]


def _record(car: dict[str, str], place: int) -> dict[str, Any]:
    # Two in three numbers are in use, as on a lot where cars have been sold.
    stock_number = f"M{FIRST_STOCK_NUMBER + place * 3 // 2}"
    record: dict[str, Any] = {"stock_number": stock_number, "vin": _vin(car, place), "year": int(car["year"])}
    record |= {name: car[name] for name in TEXT_FIELDS if car[name]}
    record["mileage"] = int(car["mileage"])
    record |= {name: float(car[name]) for name in ("price", "cost") if car[name]}
    record["photos"] = [PHOTO_BASE + name for name in picture_names(car)]
    record["updated_at"] = f"{car['date_acquired']}T{13 + place % 9}:{place * 7 % 60:02d}:00Z"
    return record


def _vin(car: dict[str, str], place: int) -> str:
    """A line without a manufacturer code is a car from before 1981, whose whole number stands in its place."""
    if not car["wmi"]:
        return car["plant"]
    serial = (place * 48271 + 104729) % 899_981 + 100_003
    return vin.complete(car["wmi"], car["model_code"], int(car["year"]), car["plant"], serial)


def picture_names(car: dict[str, str]) -> list[str]:
    """File names of a car's pictures, in the order shown."""
    rim = _rim(car)
    names = {
        "side": f"{car['shape']}-{car['paint']}.svg",
        "front": f"front-{FACE_OF.get(car['shape'])}-{car['paint']}.svg",
        "cabin": f"cabin-{car['cabin']}.svg",
        "wheel": f"wheel-{car['paint']}-{rim}.svg",
    }
    return [names[view] for view in car["pictures"].split() if view != "none"]


def _rim(car: dict[str, str]) -> str:
    if BODIES[car["shape"]].old:
        return "steel"
    return RIMS[list(PAINTS).index(car["paint"]) % 3]


def make_pictures() -> dict[str, str]:
    """Each picture's file name and SVG text; cars of one shape and paint share theirs."""
    pictures: dict[str, str] = {}
    for car in read_cars():
        for name in picture_names(car):
            if name not in pictures:
                pictures[name] = _draw(name.split("-")[0], car)
    return pictures


def _draw(view: str, car: dict[str, str]) -> str:
    shape, paint = car["shape"], car["paint"]
    scene = _scene(shape, paint)
    if view == "cabin":
        return cabin_view(f"Cabin in {car['cabin']}", CABINS[car["cabin"]])
    if view == "wheel":
        return wheel_view(f"Front wheel of a {paint} car", PAINTS[paint], _rim(car))
    if view == "front":
        return front_view(f"A {paint} {shape} from the front", FACES[FACE_OF[shape]], PAINTS[paint], _scene(shape, paint, 1))
    return side_view(f"A {paint} {shape.replace('-', ' ')}", BODIES[shape], PAINTS[paint], scene, _rim(car))


def _scene(shape: str, paint: str, shift: int = 0) -> int:
    """Number of a scene in front of which the paint stands out: light cars never in the two bright halls."""
    allowed = [SCENES.index(scene) for scene in (SCENES if paint not in LIGHT_PAINTS else (lot, evening))]
    return allowed[(list(BODIES).index(shape) + 3 * list(PAINTS).index(paint) + shift) % len(allowed)]


def lot_text() -> str:
    """The exact content of `lot.json`."""
    return json.dumps({"vehicles": make_lot()}, indent=1, ensure_ascii=False) + "\n"


def sheet_text() -> str:
    """The exact content of `lot.csv`, which the desk imports into an empty lot; pictures are named as on this installation."""
    sheet = io.StringIO()
    names = ["stock_number", "vin", "year", "mileage", "price", "cost", *TEXT_FIELDS, "photos", "publish_to_website"]
    writer = csv.DictWriter(sheet, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in make_lot():
        photos = " ".join("/demo/" + photo.removeprefix(PHOTO_BASE) for photo in record["photos"])
        writer.writerow({**record, "photos": photos, "publish_to_website": "yes"})
    return sheet.getvalue()


def main() -> None:
    """Write the lot and its pictures, and remove pictures that no car shows any more."""
    LOT_FILE.write_text(lot_text(), encoding="utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    SHEET_FILE.write_text(sheet_text(), encoding="utf-8")
    pictures = make_pictures()
    for name, svg in pictures.items():
        (PICTURES / name).write_text(svg, encoding="utf-8")
    for stale in PICTURES.glob("*.svg"):
        if stale.name not in pictures:
            stale.unlink()
    total = sum(len(svg.encode()) for svg in pictures.values())
    print(f"{len(make_lot())} vehicles, {len(pictures)} pictures, {total:,} bytes")


if __name__ == "__main__":
    main()
