"""What is fuzzed: each target takes bytes as they could come from outside and returns, or raises what is a finding.

A refusal that the program knows by name (`CarlotError`) is what a parser is for; anything else that gets out of it is a finding.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import ValidationError

from app.intake import JSON_ROUTES, SAMPLES
from carlot.domain import json_check, photo, times, vin
from carlot.domain.times import retry_after_s
from carlot.domain.vehicle_csv import UnreadableSheet, read_row, read_sheet
from carlot.domain.vehicle_entry import NewVehicle
from carlot.engine import messages
from carlot.errors import CarlotError
from carlot.handlers.queries import AdminQuery, PublicQuery, read_search
from carlot.partners import signature
from carlot.partners.listings.client import standard_refusal
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks import mapping as ledger
from carlot.partners.quickbooks import webhook as notices
from carlot.partners.registry import SITES
from carlot.partners.wayne_reeves import mapping, pages, webhook
from carlot.platform.ports import Request
from carlot.routes import ROUTER, ROUTES
from carlot.web import auth
from carlot.web.parsing import read_json
from carlot.web.upload import read_file
from support.lot import ENV, Lot, TextBody, car

NOW = datetime(2025, 2, 3, 10, 30, tzinfo=UTC)
Target = Callable[[bytes], None]
LOOP = asyncio.new_event_loop()


def finished(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine; `None` when it refuses."""
    with contextlib.suppress(CarlotError):
        return LOOP.run_until_complete(work)


def request(body: bytes = b"", query: str = "", **headers: str) -> Request:
    """A request with a body or a query of one's own. `_` in a header's name stands for `-`."""
    pairs = tuple(tuple(part.partition("=")[::2]) for part in query.split("&") if part)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("r", "POST", "https://lot.test", "/", pairs, given, TextBody(body))  # type: ignore[arg-type]


def text(content: bytes) -> str:
    """Bytes as a header's value comes: each byte a character."""
    return content.decode("latin-1")


def json_body(content: bytes) -> None:
    """The body of each endpoint that takes JSON, by its model."""
    for _, model in JSON_ROUTES:
        found = finished(read_json(request(content, content_type="application/json"), model))
        if found is not None:
            assert json_check.fault(content) is None
            if isinstance(found, NewVehicle):
                json.dumps(found.values())


def query(content: bytes) -> None:
    """The query of the lists."""
    for model in (PublicQuery, AdminQuery):
        with contextlib.suppress(CarlotError):
            read_search(request(query=content.decode("utf-8", "replace")), model)


def sheet(content: bytes) -> None:
    """A CSV file, each of its rows, and each row as a vehicle; nothing in it is lost or counted twice."""
    with contextlib.suppress(UnreadableSheet):
        found = read_sheet(content, {})
        last = 0
        for row in found.rows:
            assert row.number > last
            last = row.number
            reading = read_row(found, row)
            assert reading.values.keys() <= {column.field for column in found.columns}
            remarks = [*reading.faults, *reading.warnings]
            assert all(remark.message and remark.row == row.number for remark in remarks)
            json.dumps(remarks).encode()
            with contextlib.suppress(ValidationError):
                NewVehicle.model_validate({name: value for name, value in reading.values.items() if value is not None})


def form(content: bytes) -> None:
    """An uploaded file in a form, and what kind of picture it is."""
    boundary, _, body = content.partition(b"\n")
    found = finished(read_file(request(body, content_type=f"multipart/form-data; boundary={text(boundary)}"), 10_000))
    if found is not None:
        assert found in body
        photo.content_type(found)


def header(content: bytes) -> None:
    """Headers that are taken apart: cookie, bearer token, Retry-After; a path; a time; a VIN."""
    value = text(content)
    auth.session_cookie(request(cookie=value))
    auth.session_cookie(request(cookie=f"{auth.COOKIE}={value}"))
    waits = retry_after_s(value, NOW)
    assert waits is None or 0 <= waits <= 86_400
    with contextlib.suppress(CarlotError):
        ROUTER.match("GET", "/" + value)
    vin.refusal(value, 2003)
    with contextlib.suppress(ValueError):
        times.parse_instant(value)


def signed(content: bytes) -> None:
    """The headers of a webhook: nothing but the right signature passes."""
    parts = [text(part) for part in content.split(b"\n")] + [""] * 4
    headers = {"webhook-id": parts[0], "webhook-timestamp": parts[1], "webhook-signature": parts[2]}
    given = {"x-webhook-timestamp": parts[1], "x-webhook-signature": parts[2]}
    for each in (headers, given, {"x-webhook-signature": parts[2]}):
        assert not signature.verify(each, parts[3].encode(), ["canary", "whsec_Y2FuYXJ5"], NOW, legacy=True)
    assert not notices.is_signed(parts[2], content, ["canary"])
    signature.verify(headers, b"", [parts[3]], NOW, legacy=True)


def event(content: bytes) -> None:
    """The body of a webhook of the DMS."""
    head = webhook.read_head(content)
    assert head.key
    webhook.read_event(content.decode("utf-8", "replace"))


def page(content: bytes) -> None:
    """A page of the DMS's inventory, and its other answers."""
    with contextlib.suppress(CarlotError):
        found = pages.read_page(content)
        for records, part in mapping.to_texts(found.records):
            assert len(json.loads(part)) == len(records)
    with contextlib.suppress(CarlotError):
        mapping.require_no_error(content)
    with contextlib.suppress(CarlotError):
        mapping.read_sale_id(content)


def refusal(content: bytes) -> None:
    """A listing site's words, and a message from the queue."""
    for site in SITES.values():
        words = (site.refusal or standard_refusal)(content)
        assert words is None or isinstance(words, str)
    messages.parse(content.decode("utf-8", "replace"))


def books(content: bytes) -> None:
    """What QuickBooks says: a webhook, a fault, an answer, a batch's, a pair of tokens."""
    notice = notices.read_notice(content, "9341453172604218")
    assert all(kind in notices.KINDS.values() for kind, _ in notice.changed)
    ledger.read_fault(content)
    with contextlib.suppress(ValidationError):
        client.TokenPair.model_validate_json(content)
    with contextlib.suppress(ValidationError):
        for result in ledger.BatchAnswer.model_validate_json(content).results("Invoice").values():
            assert isinstance(result, (ledger.Entity, CarlotError))
    with contextlib.suppress(ValidationError, CarlotError):
        answer = ledger.Answer.model_validate_json(content)
        for found in (answer.one("Invoice"), *answer.changed("Invoice"), *answer.found("Invoice")):
            if found is not None and not found.is_void:
                assert isinstance(found.total_cents, int | None)
                assert isinstance(found.balance_cents, int | None)


@cache
def _lot() -> Lot:
    return Lot({**ENV, "WEBHOOK_SECRET": "s" * 16})


def whole_program(content: bytes) -> None:
    """A whole request: the first byte chooses the endpoint, the first line fills its path and query, the rest is the body."""
    if not content:
        return
    route = ROUTES[content[0] % len(ROUTES)]
    line, _, body = content[1:].partition(b"\n")
    target, _, asked = line.decode("utf-8", "replace").partition("?")
    filled = iter([*target.split("/"), "x", "x"])
    path = "/".join(next(filled) or "x" if part.startswith(":") else part for part in route.path.split("/"))
    lot = _lot()
    lot.clock.forward(301)
    kind = "text/csv" if route.path.endswith("/import") else "application/json"
    answer = LOOP.run_until_complete(
        lot.call(route.method, path.replace("?", "") + ("?" + asked if asked else ""), body, {"content-type": kind})
    )
    assert answer.status < 500 or answer.status == 503, answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (json_body, query, sheet, form, header, signed, event, page, refusal, books, whole_program)
}

_PAGE = {"vehicles": [car(1), car(2, price="x")], "next_cursor": None, "total": 2}
_SALE = {"sale_price": 1.5, "sale_date": "2025-02-03"}
_EVENT = {"id": "evt_1", "event": "vehicle.sold", "occurred_at": "2025-02-03T10:00:00Z", "vehicle": car(1)}
SEEDS: dict[str, list[bytes]] = {
    "json_body": [json.dumps(sample).encode() for sample in SAMPLES.values()],
    "query": [b"make=Ford&yearMin=2003&priceMax=10000.5&sort=-price&limit=10&offset=5&q=red", b"status=sold&location=Main"],
    "sheet": [
        b"VIN,Stock #,Year,Make,Model,Price,Mileage,Photos,Purchase date\n1HGCM82633A004352,A1,2003,Honda,Accord,$1,5,https://a/b,1/2/2025\n",
        "vin;publishToWebsite\n1HGCM82633A004352;ja\n".encode("utf-16"),
        b"Maple Motors\n\nVIN|Make|Internet Price|MSRP|Comments\n"
        b'1HGCM82633A004352|Citro\xc3\xabn\xe9|0|N/A|"20" wheels|"open\nTotal|||5\n',
    ],
    "form": [b'x\n--x\r\ncontent-disposition: form-data; name="f"; filename="a.png"\r\n\r\n\x89PNG\r\n\x1a\n\r\n--x--\r\n'],
    "header": [
        b"Wed, 21 Oct 2015 07:28:00 GMT",
        b"Wed, 21 Oct 2015 07:" + b"9" * 40 + b" GMT",
        b"120",
        b"a=1; b=2",
        b"api/sales/x",
        b"1HGCM82633A004352",
        b"2025-02-03T10:30:00Z",
    ],
    "signed": [b"msg_1\n1738578600\nv1,aaaa v1,bbbb\n{}", b"x\n1738578600\nsha256=00\nwhsec_AA=="],
    "event": [
        json.dumps(_EVENT).encode(),
        json.dumps({**_EVENT, "sale": _SALE}).encode(),
    ],
    "page": [json.dumps(_PAGE).encode(), b'{"sale_id": 7}', b'{"error": "x"}', b'{"vehicles":[{"description":"\\ud83d"}]}'],
    "refusal": [b'{"error":{"code":"x","message":"No.","field":"vin"}}', b'{"type":"task","id":"t1"}'],
    "books": [
        b'{"eventNotifications":[{"realmId":"9341453172604218","dataChangeEvent":{"entities":[{"id":"1","name":"Payment"}]}}]}',
        b'[{"type":"qbo.payment.created.v1","intuitentityid":"1","intuitaccountid":"9341453172604218"}]',
        b'{"Fault":{"Error":[{"Message":"x","Detail":"y","code":"6140"}],"type":"ValidationFault"}}',
        b'{"BatchItemResponse":[{"bId":"1","Invoice":{"Id":"1","TotalAmt":1.5}},{"bId":"2","Fault":{"Error":[],"type":"x"}}]}',
        b'{"QueryResponse":{"Invoice":[{"Id":"1","TotalAmt":1.5,"Balance":0,"PrivateNote":"Voided","Line":[]}]}}',
        b'{"CDCResponse":[{"QueryResponse":[{"Invoice":[{"Id":"1","status":"Deleted"}]}]}]}',
        b'{"access_token":"a","refresh_token":"r","expires_in":3600,"x_refresh_token_expires_in":8726400}',
    ],
    "whole_program": [bytes([number]) + b"x?limit=1\n{}" for number in range(len(ROUTES))],
}
