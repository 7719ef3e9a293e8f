"""What goes in and out as a file on the real runtime: photos with R2, feeds and the lot as CSV, streamed."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import pytest

from app.typed import entry, vin
from support.running import Worker

MAX_PHOTO = 10 * 1024 * 1024
JPEG = b"\xff\xd8\xff\xe0"
FIRST = 5_001
CARS = 1_200
"""More than two parts of a feed."""


@pytest.fixture(scope="module")
def car(worker: Worker) -> dict[str, Any]:
    """A car of no other test."""
    answer = worker.client.post("/api/vehicles", json=entry(FIRST - 1, stockNumber="F0", photos=[]))
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


def test_a_photo_of_ten_megabytes_comes_back_as_it_was(worker: Worker, car: dict[str, Any]) -> None:
    content = JPEG + hashlib.shake_256(b"a picture").digest(MAX_PHOTO - len(JPEG))
    path = f"/api/vehicles/{car['id']}/photos"
    added = worker.client.post(path, content=content, headers={"content-type": "image/jpeg"})
    assert added.status_code == 201, added.text
    photo = added.json()
    shown = worker.client.get(photo["url"], headers={"authorization": ""})
    assert (shown.status_code, shown.content == content) == (200, True)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["content-length"] == str(MAX_PHOTO)
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert shown.headers["x-content-type-options"] == "nosniff"
    again = worker.client.get(photo["url"], headers={"if-none-match": shown.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert worker.client.head(photo["url"]).headers["content-length"] == str(MAX_PHOTO)
    by_form = worker.client.post(path, files={"photo": ("front.jpg", content, "image/jpeg")})
    assert (by_form.status_code, by_form.json()) == (200, photo)
    assert worker.client.post(path, content=content + b".").status_code == 413
    assert worker.client.post(path, content=b"<svg/>", headers={"content-type": "image/jpeg"}).status_code == 415
    assert worker.client.delete(f"{path}/{photo['id']}").status_code == 204
    assert worker.client.get(photo["url"]).status_code == 404


def test_a_lot_goes_in_by_file_and_out_by_feed_and_file(worker: Worker) -> None:
    """Odd texts in every row; nothing is lost between the parts of a stream."""
    odd = '=1+1 "quoted", Škoda 🚗'
    header = ["vin", "year", "make", "model", "price", "mileage", "description", "photos", "publishToThirdParty"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    vins = [vin(number) for number in range(FIRST, FIRST + CARS)]
    photo = "https://photos.test/1.jpg"
    writer.writerows([number, 2013, "Tesla", "Model S", 9000, 10, f"'{odd}", photo, "true"] for number in vins)
    sheet = text.getvalue().encode()
    taken = worker.client.post("/api/vehicles/import", content=sheet, headers={"content-type": "text/csv"}, timeout=60)
    assert taken.status_code == 200, taken.text[:1000]
    assert (taken.json()["created"], taken.json()["rejected"]) == (CARS, [])
    for feed in worker.client.get("/api/feeds").json()["feeds"]:
        fetched = worker.client.get(feed["url"], headers={"authorization": ""}, timeout=60)
        assert fetched.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        rows = {row["vin"]: row for row in csv.DictReader(io.StringIO(fetched.text, newline=""), strict=True)}
        assert set(vins) <= rows.keys()
        assert len(rows) == feed["vehicles"]
        assert {rows[number]["description"] for number in vins} == {f"'{odd}"}
    exported = worker.client.get("/api/vehicles/export.csv", timeout=60).content
    back = worker.client.post("/api/vehicles/import", content=exported, headers={"content-type": "text/csv"}, timeout=60).json()
    assert (back["created"], back["updated"], back["rejected"]) == (0, 0, [])
    assert back["unchanged"] >= CARS
    assert {car["description"] for car in worker.client.get("/api/vehicles?make=Tesla&limit=1000").json()["vehicles"]} >= {odd}


def test_who_leaves_in_the_middle_of_a_feed_harms_nobody(worker: Worker) -> None:
    (feed, *_) = worker.client.get("/api/feeds").json()["feeds"]
    for _ in range(20):
        with worker.client.stream("GET", feed["url"]) as answer:
            assert next(answer.iter_bytes(1000)).startswith(b'"')
    fetched = worker.client.get(feed["url"], timeout=60)
    assert sum(1 for _ in csv.DictReader(io.StringIO(fetched.text, newline=""), strict=True)) == feed["vehicles"]
    assert "Traceback" not in worker.said()
    assert "destroyed" not in worker.said()


def test_one_bad_row_stops_no_other_and_the_import_is_undone(worker: Worker) -> None:
    """Texts so long that 200 rows are more than D1 takes as one value."""
    numbers = range(FIRST, FIRST + 300)
    rows = [f"{vin(number)},2013,Tesla,Model S,1,{'Well kept. ' * 900}\r\n" for number in numbers]
    bad = f"{vin(FIRST + CARS)},2013,Tesla,Model S,a lot,x\r\n"
    sheet = "vin,year,make,model,price,description\r\n" + "".join(rows) + bad
    answer = worker.client.post("/api/vehicles/import", content=sheet, headers={"content-type": "text/csv"}, timeout=60)
    assert answer.status_code == 200, answer.text[:1000]
    report = answer.json()
    assert [(fault["row"], fault["column"], fault["value"]) for fault in report["rejected"]] == [(302, "price", "a lot")]
    (count,) = worker.query("SELECT count(*) AS n FROM vehicles WHERE price_cents = 100")
    assert count == {"n": len(numbers)}
    path = f"/api/vehicles/imports/{report['importId']}"
    (rejected,) = csv.DictReader(io.StringIO(worker.client.get(f"{path}/rejected.csv").text, newline=""), strict=True)
    assert (rejected["price"], rejected["problem"]) == ("a lot", "'a lot' is not a dollar amount.")
    undone = worker.client.post(f"{path}/undo", timeout=60)
    assert (undone.status_code, undone.json()) == (200, {"putBack": len(numbers), "left": []})
    assert worker.query("SELECT count(*) AS n FROM vehicles WHERE price_cents = 100 AND status <> 'archived'") == [{"n": 0}]


def test_an_export_of_the_dealers_program_is_sent_in_parts_and_read(worker: Worker) -> None:
    """Three blocks in R2, without a declared length, beside the vehicles that the DMS has already."""
    headings = ["StockNumber", "VIN", "Year", "Make", "Model", "Description"]
    there = [car for car in worker.client.get("/api/vehicles?limit=1000").json()["vehicles"] if car["externalDmsId"]]
    known = [[car["externalDmsId"], car["vin"], car["year"], car["make"], car["model"], car["description"]] for car in there]
    words = "It runs, and it stops. 🚗 " * 120
    added = [[f"X{number}", vin(FIRST + CARS + number), 2013, "Tesla", "Model S", words] for number in range(700)]

    def parts() -> Iterator[bytes]:
        for row in (headings, *known, *added):
            text = io.StringIO()
            csv.writer(text).writerow(row)
            yield text.getvalue().encode()

    address = worker.client.get("/api/inventory-files").json()["url"]
    sent = worker.client.put(address, content=parts(), headers={"authorization": ""}, timeout=60)
    assert sent.status_code == 202, sent.text
    run = worker.finished(sent.json()["runId"])
    assert (run["status"], run["created"], run["seen"]) == ("completed", 700, 700 + len(known)), run
    assert run["pages"] > 1
    (found,) = worker.client.get("/api/vehicles?q=X699").json()["vehicles"]
    assert found["description"] == words.strip()
    (file,) = worker.client.get("/api/inventory-files").json()["files"]
    assert file["bytes"] > 2 * 1024 * 1024
    refused = worker.client.put(address, content=b"," * (50 * 1024 * 1024 + 1), headers={"authorization": ""}, timeout=60)
    assert refused.status_code == 413
