"""A file that is sent to the upload address: an ordinary run, whatever the file is like."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from carlot import app, log
from carlot.platform.ports import Request
from inventory_files.sent import HEADINGS, FileLot, export, vehicle, written
from support.lot import answer

FORM = {"content-type": "multipart/form-data; boundary=x"}


async def test_a_file_becomes_a_run_and_its_rows_become_vehicles(lot: FileLot) -> None:
    report = await lot.reads(export(1, 2, 3))
    assert (report["status"], report["seen"], report["created"], report["total"]) == ("completed", 3, 3, 3)
    assert (report["rejected"], report["message"], report["pages"]) == ([], None, 1)
    found = await lot.vehicle("A1")
    assert (found["year"], found["make"], found["model"], found["mileage"]) == (2003, "Honda", "Accord", 98012)
    assert found["price"] == 6995
    assert [photo["url"] for photo in found["photos"]] == ["https://photos.test/1.jpg", "https://photos.test/1b.jpg"]
    assert (found["stockNumber"], found["externalDmsId"], found["vinValid"], found["status"]) == ("A1", "A1", True, "available")
    assert lot.staged() == [], "the text is deleted when it is read"


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_both_methods_take_a_file_without_a_sign_in(lot: FileLot, method: str) -> None:
    await lot.send(export(1), method, {"content-type": "application/x-www-form-urlencoded"})
    await lot.deliver()
    assert lot.states() == {"A1": "available"}


async def test_the_address_is_secret_and_the_old_one_ends(lot: FileLot) -> None:
    path = await lot.address()
    assert (await lot.call("PUT", "/api/inventory-files/wrong", export(1), {}, signed_in=False)).status == 404
    assert (await lot.call("GET", "/api/inventory-files", signed_in=False)).status == 401
    assert (await lot.call("POST", "/api/inventory-files/rotate", signed_in=False)).status == 401
    shown = answer(await lot.call("POST", "/api/inventory-files/rotate"))
    assert shown["url"].startswith("https://lot.test/api/inventory-files/")
    assert not shown["url"].endswith(path.rpartition("/")[2])
    assert (await lot.call("PUT", path, export(1), {}, signed_in=False)).status == 404
    await lot.send(export(1))
    noted = lot.database.query("SELECT author, what FROM audit_author WHERE what = 'address.changed'")
    assert noted == [{"author": "token", "what": "address.changed"}]


async def test_what_cannot_be_a_file_of_vehicles_is_refused_at_once_and_nothing_is_kept(lot: FileLot) -> None:
    path = await lot.address()
    for content, status in (
        (b"", 422),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), 422),
        (b"PK\x03\x04" + bytes(500), 422),
        (b"\x1f\x8b\x08" + bytes(500), 422),
        (b"<html><body>Sign in</body></html>", 422),
        (b'{"vehicles": []}', 422),
        (export(1) + b"," * (50 * 1024 * 1024), 413),
    ):
        response = await lot.call("PUT", path, content, {"content-type": "text/csv"}, signed_in=False)
        assert response.status == status, (content[:20], response.body)
    for form, status in (
        (b"--x", 400),
        (b"--x\r\n" + _file_field(b"x,y\r\n1,2\r\n") + b"\r\n--x--", 422),
        (b"--x\r\n" + _file_field(export(1)) + b"\r\n--x\r\n" + _file_field(export(2)) + b"\r\n--x--", 422),
        (b"--x\r\n" + _file_field(export(1)), 400),
        (b'--x\r\ncontent-disposition: form-data; name="note"\r\n\r\nfile\r\n--x--', 422),
        (
            b'--x\r\ncontent-disposition: form-data; name="n"\r\n\r\n' + b"n" * 70_000 + b"\r\n--x\r\n" + _file_field(export(1)),
            413,
        ),
        (b"--x\r\n" + _file_field(export(1) + b"," * (50 * 1024 * 1024)) + b"\r\n--x--", 413),
    ):
        response = await lot.call("POST", path, form, FORM, signed_in=False)
        assert response.status == status, (form[:200], response.body)
    assert (lot.staged(), await lot.get("/api/integrations/runs")) == ([], {"runs": []})


def _file_field(content: bytes, name: str = "file") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="inventory.csv"\r\nContent-Type: text/csv'
    return head.encode() + b"\r\n\r\n" + content


@dataclass
class _InBits:
    """A body that comes in parts of a few bytes."""

    content: bytes
    size: int

    async def read(self, max_bytes: int) -> bytes:
        raise AssertionError("it was read as a whole")

    async def parts(self, max_bytes: int):  # type: ignore[no-untyped-def]  # as `Body.parts`
        for first in range(0, len(self.content), self.size):
            yield self.content[first : first + self.size]


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
async def test_a_form_is_taken_as_it_comes_however_it_is_cut(lot: FileLot, method: str, size: int) -> None:
    """What `curl -F file=@inventory.csv` and many programs send; a boundary that begins in the file is a part of the file."""
    note = b'content-disposition: form-data; name="dealer"\r\n\r\n1234'
    rows = written([vehicle(1, Model="Accord\r\n--x \r\n-"), vehicle(2)])
    form = b"preamble\r\n--x\r\n" + note + b"\r\n--x  \r\n" + _file_field(rows) + b"\r\n--x--\r\nepilogue"
    form = form.replace(b"--x", b"--xy").replace(b"Accord\r\n--xy", b"Accord\r\n--x")
    headers = {"content-type": 'Multipart/Form-Data; boundary="xy"'}
    path = await lot.address()
    request = Request("req-1", method, "https://lot.test", path, (), headers, _InBits(form, size))
    response = await app.handle_request(request, lot.services)
    assert response.status == 202, response.body
    await lot.deliver()
    report = await lot.report(answer(response)["runId"])
    assert (report["status"], report["created"], report["rejected"]) == ("completed", 2, [])
    (file,) = (await lot.get("/api/inventory-files"))["files"]
    assert file["bytes"] == len(rows)


async def test_the_list_tells_of_the_last_files(lot: FileLot) -> None:
    report = await lot.reads(export(1, 2))
    shown = await lot.get("/api/inventory-files")
    (file,) = shown["files"]
    assert (file["rows"], file["runId"], file["status"], file["source"]) == (2, report["id"], "completed", "upload")
    assert file["bytes"] == len(export(1, 2))
    assert {column["heading"]: column["field"] for column in file["columns"]} == {
        **dict(zip(HEADINGS, ("stockNumber", "vin", "year", "make", "model", "mileage", "price", "photos"), strict=True))
    }


async def test_an_absent_column_stays_and_an_empty_cell_clears(lot: FileLot) -> None:
    """DESIGN, "The trade", 2: an absent field leaves what is there. docs/partners.md: an empty text is nothing, which clears."""
    await lot.reads(written([vehicle(1)]))
    without = [heading for heading in HEADINGS if heading not in ("Price", "Photos")]
    report = await lot.reads(written([vehicle(1, Odometer="")], without))
    assert report["updated"] == 1
    found = await lot.vehicle("A1")
    assert (found["mileage"], found["price"], len(found["photos"])) == (None, 6995, 2)
    await lot.reads(written([vehicle(1, Price="")]))
    assert (await lot.vehicle("A1"))["price"] is None
    # A row that is too short for a column says nothing of it.
    await lot.reads(written([vehicle(1)]))
    await lot.reads(f"StockNumber,VIN,Year,Make,Model,Odometer,Price\r\nA1,{vehicle(1)['VIN']},2003,Honda,Accord\r\n".encode())
    assert (await lot.vehicle("A1"))["price"] == 6995


async def test_bad_rows_are_rejected_as_the_pull_rejects_them(lot: FileLot) -> None:
    rows = [
        vehicle(1, Odometer="a few"),
        vehicle(2, Year="soon"),
        vehicle(3, StockNumber=""),
        vehicle(4),
    ]
    content = written(rows) + b'A5,"never closed,2003,Honda,Accord\r\n' + written([vehicle(6)]).split(b"\r\n", 1)[1]
    report = await lot.reads(content)
    assert (report["status"], report["created"], report["seen"]) == ("completed", 3, 6)
    found = [(each["stockNumber"], each["field"], each["taken"]) for each in report["rejected"]]
    assert found == [("A1", "mileage", True), ("A2", "year", False), ("", "stock_number", False), ("", "", False)]
    assert report["rejected"][2]["message"].startswith("Row 4: ")
    assert report["rejected"][3]["message"].startswith("Row 6: ")
    assert lot.states() == {"A1": "available", "A4": "available", "A6": "available"}


async def test_the_address_is_in_no_log_line(lot: FileLot) -> None:
    token = (await lot.address()).rpartition("/")[2]
    lines: list[dict[str, object]] = []
    log.sinks.append(lambda level, fields: lines.append(fields))
    try:
        await lot.send(export(1))
        await lot.deliver()
    finally:
        log.sinks.pop()
    assert len(lines) > 1
    assert token not in str(lines)
