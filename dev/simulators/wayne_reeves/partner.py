"""The API of the simulated DMS, and its state."""

import base64
import binascii
import hmac
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from simulators.partner import answer_error, answer_json, encode, read_json, validate
from simulators.wayne_reeves import controls
from simulators.wayne_reeves.lot import parse_utc
from simulators.wayne_reeves.sales import SaleRefused, SaleReport
from simulators.wayne_reeves.state import State

DEFAULT_LIMIT = 500
MAX_LIMIT = 1000


class VehicleChange(BaseModel):
    """Body of `PATCH /inventory/{stock_number}`: the fields that an outside client may change; null clears one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    mileage: int | None = Field(default=None, ge=0)
    location: str | None = None
    price: float | None = Field(default=None, ge=0)
    description: str | None = None


class WayneReeves(State):
    """The DMS with one lot. `key` None accepts any key that is not empty."""

    name = "wayne-reeves"
    prefixes: tuple[str, ...] = ("/inventory", "/sales")

    def __init__(self, records: list[Any], key: str | None = None) -> None:
        super().__init__(records)
        self._key = key

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the DMS's own API."""
        return [
            web.get("/inventory", self.list_inventory),
            web.patch("/inventory/{stock_number}", self.change_vehicle),
            web.post("/sales", self.take_sale),
            web.delete("/sales/{sale_id}", self.undo_sale),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the endpoints under `/_sim/wayne-reeves`."""
        return controls.control_routes(self)

    def settings(self, base: str) -> dict[str, str]:
        """Return the settings with which CarLot Manager uses it."""
        return {"WAYNE_REEVES_API_URL": base, "WAYNE_REEVES_API_KEY": self._key or "any-key"}

    async def list_inventory(self, request: web.Request) -> web.Response:
        """Return one page of the lot."""
        self._check_key(request)
        query = request.query
        limit, after_place = _read_limit(query.get("limit")), _read_cursor(query.get("cursor"))
        since = _read_time(query.get("updated_since"))
        if self.knobs.page_cap is not None:
            limit = min(limit, self.knobs.page_cap)
        if self.knobs.empty:
            return _page_answer([], None, 0)
        page = self.lot.page(after_place, limit, since)
        next_place = page.last_place
        if next_place is None and self.knobs.empty_last_page and len(page.records) == limit:
            next_place = self.lot.place_before_page(self.lot.page_number(after_place, limit) + 1, limit)
        if next_place is not None and self.knobs.omit_pages:
            next_place = self._skip_omitted(next_place, limit)
        if self.knobs.loop_cursor:
            next_place = after_place
        total = page.total if self.knobs.total_override is None else self.knobs.total_override
        return _page_answer(page.records, next_place, total)

    async def change_vehicle(self, request: web.Request) -> web.Response:
        """Change mileage, location, price or description; return the whole vehicle."""
        self._check_key(request)
        stock_number = request.match_info["stock_number"]
        change = validate(VehicleChange, await read_json(request))
        if self.lot.find(stock_number) is None:
            return answer_error(404, "unknown_vehicle", f"No vehicle has stock number {stock_number}")
        return answer_json(self.lot.update(stock_number, change.model_dump(exclude_unset=True)))

    async def take_sale(self, request: web.Request) -> web.Response:
        """Accept a sale; the same `Idempotency-Key` again gets the same response."""
        self._check_key(request)
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return answer_error(400, "no_key", "Idempotency-Key is missing")
        try:
            sale = self.sales.take(key, validate(SaleReport, await read_json(request)))
        except SaleRefused as refusal:
            return answer_error(refusal.status, refusal.code, refusal.message)
        return answer_json({"sale_id": sale.sale_id}, 201)

    async def undo_sale(self, request: web.Request) -> web.Response:
        """Undo a sale; 404 when it is unknown or already undone."""
        self._check_key(request)
        sale_id = request.match_info["sale_id"]
        if not self.sales.undo(sale_id):
            return answer_error(404, "unknown_sale", f"No sale {sale_id}")
        return web.Response(status=204)

    def _check_key(self, request: web.Request) -> None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        known = self._key is None or hmac.compare_digest(key.encode("utf-8", "replace"), self._key.encode())
        if scheme.lower() != "bearer" or not key.strip() or not known:
            raise web.HTTPUnauthorized(text="The API key is missing or wrong")

    def _skip_omitted(self, next_place: int, limit: int) -> int | None:
        """Return the place after which the next page begins that is not omitted; None when no page is left."""
        number = self.lot.page_number(next_place, limit)
        while number in self.knobs.omit_pages:
            number += 1
            next_place = self.lot.place_before_page(number, limit)
        return next_place if self.lot.page(next_place, 1, None).records else None


def _page_answer(records: list[bytes], next_place: int | None, total: int) -> web.Response:
    # The records are joined from bytes encoded once, so a page needs no JSON encoding.
    cursor = None if next_place is None else base64.urlsafe_b64encode(f"after:{next_place}".encode()).decode()
    tail = b'],"next_cursor":' + encode(cursor) + b',"total":' + encode(total) + b"}"
    return web.Response(body=b'{"vehicles":[' + b",".join(records) + tail, content_type="application/json")


def _read_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdecimal()) or int(text[:9]) < 1:
        raise web.HTTPBadRequest(text="limit must be a whole number of at least 1")
    return min(int(text[:9]), MAX_LIMIT)


def _read_cursor(text: str | None) -> int:
    if not text:
        return 0
    try:
        word, _, place = base64.urlsafe_b64decode(text).decode().partition(":")
        if word == "after":
            return int(place)
    except (ValueError, binascii.Error):
        pass
    raise web.HTTPBadRequest(text="cursor was not issued by this server")


def _read_time(text: str | None) -> float | None:
    if not text:
        return None
    moment = parse_utc(text)
    if moment is None:
        raise web.HTTPBadRequest(text="updated_since is not an ISO 8601 time")
    return moment
