"""Read a lot from a file with the DMS's field names."""

import csv
import json
from pathlib import Path
from typing import Any

WHOLE_NUMBERS = ("year", "mileage")
DOLLARS = ("price", "cost")
LOT_FILE = Path(__file__).parents[2] / "demo" / "lot.json"
PHOTO_BASE = "https://demo.carlot.invalid/demo/"


def read_lot(path: Path, photo_base: str | None = None) -> list[Any]:
    """Return the records of a CSV or JSON file; JSON is a list or `{"vehicles": [...]}`. Raises: OSError, ValueError.

    `photo_base` replaces the placeholder address of the demo lot's photos.
    """
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            records: Any = [_record(row) for row in csv.DictReader(lines)]
    else:
        records = json.loads(path.read_text(encoding="utf-8"))
        records = records.get("vehicles") if isinstance(records, dict) else records
    if not isinstance(records, list):
        raise ValueError(f"{path} does not contain a list of vehicles")
    if photo_base is not None:
        return [_with_photo_base(record, photo_base.rstrip("/") + "/") for record in records]
    return list(records)


def _record(row: dict[str, str]) -> dict[str, Any]:
    """Return one CSV row as a record. An empty cell is an absent field; a number that cannot be parsed stays text."""
    record: dict[str, Any] = {name: cell for name, cell in row.items() if name and cell}
    for name in WHOLE_NUMBERS:
        if str(record.get(name, "")).isdecimal():
            record[name] = int(record[name])
    for name in DOLLARS:
        try:
            record[name] = float(record[name])
        except (KeyError, ValueError):
            continue
    if "photos" in record:
        record["photos"] = str(record["photos"]).split()
    return record


def _with_photo_base(record: Any, photo_base: str) -> Any:
    if not isinstance(record, dict) or not isinstance(record.get("photos"), list):
        return record
    return {**record, "photos": [str(url).replace(PHOTO_BASE, photo_base) for url in record["photos"]]}
