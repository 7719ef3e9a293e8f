"""Endpoints under `/_sim/wayne-reeves`: the lot, its sales, its knobs, and webhooks sent on demand."""

from typing import Any
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from pydantic import BaseModel, ConfigDict, Field

from simulators.partner import answer_error, answer_json, read_json, read_model
from simulators.wayne_reeves.knobs import Knobs
from simulators.wayne_reeves.sales import SaleCorrection, SaleRefused, SaleReport
from simulators.wayne_reeves.state import State
from simulators.wayne_reeves.webhooks import Scheme, complete_event, signed


class Emission(BaseModel):
    """Body of `POST /_sim/wayne-reeves/emit`."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="address that the event is posted to")
    secret: str = Field(description="shared secret; whsec_ and base64 means the decoded bytes, other text itself")
    scheme: Scheme = Field(default="standard", description="standard, timestamped or legacy")
    event: Any = Field(default=None, description="the event; a missing id or occurred_at is added")
    stock_number: str | None = Field(default=None, description="adds that vehicle of the lot to the event")
    raw_body: str | None = Field(default=None, description="sent unchanged instead of event")
    timestamp_offset_s: int = Field(default=0, description="signed as if sent this many seconds later; negative is earlier")
    tamper: bool = Field(default=False, description="alters the body after signing")
    repeat: int = Field(default=1, ge=1, le=1000, description="sends the same request this many times")


class Reacquisition(BaseModel):
    """Body of `POST /_sim/wayne-reeves/reacquire`."""

    model_config = ConfigDict(extra="forbid")

    stock_number: str = Field(description="the vehicle as it is known")
    new_stock_number: str = Field(min_length=1, description="the number that it gets this time")
    date_acquired: str | None = Field(default=None, description="YYYY-MM-DD; left out, the record has none")


def control_routes(state: State) -> list[web.RouteDef]:
    """The control endpoints of one simulated DMS."""
    controls = Controls(state)
    base = "/_sim/wayne-reeves"
    return [
        web.get(base + "/inventory", controls.read_inventory),
        web.put(base + "/inventory", controls.replace_inventory),
        web.post(base + "/vehicles", controls.upsert_vehicles),
        web.patch(base + "/vehicles/{stock_number}", controls.change_vehicle),
        web.delete(base + "/vehicles/{stock_number}", controls.remove_vehicle),
        web.get(base + "/sales", controls.list_sales),
        web.post(base + "/sales", controls.sell),
        web.patch(base + "/sales/{sale_id}", controls.correct_sale),
        web.delete(base + "/sales/{sale_id}", controls.undo_sale),
        web.post(base + "/renumber", controls.renumber),
        web.post(base + "/reacquire", controls.reacquire),
        web.get(base + "/knobs", controls.read_knobs),
        web.put(base + "/knobs", controls.set_knobs),
        web.post(base + "/emit", controls.emit),
    ]


class Controls:
    """Read and set the state of one simulated DMS."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def read_inventory(self, _request: web.Request) -> web.Response:
        """All records of the lot: `{"vehicles": [...], "total": n}`."""
        records = self._state.lot.records()
        return answer_json({"vehicles": records, "total": len(records)})

    async def replace_inventory(self, request: web.Request) -> web.Response:
        """Replace the whole lot with a list of records (or `{"vehicles": [...]}`), unchecked."""
        body = await read_json(request)
        records = body.get("vehicles") if isinstance(body, dict) else body
        if not isinstance(records, list):
            return answer_error(422, "no_list", "The lot is a list of vehicles")
        self._state.lot.replace(records)
        return answer_json({"total": len(records)})

    async def upsert_vehicles(self, request: web.Request) -> web.Response:
        """Add or replace one record or a list of them by stock number, unchecked."""
        body = await read_json(request)
        records = body if isinstance(body, list) else [body]
        for record in records:
            self._state.lot.upsert(record)
        return answer_json({"taken": len(records), "total": len(self._state.lot.records())})

    async def change_vehicle(self, request: web.Request) -> web.Response:
        """Change any fields of a vehicle, as the DMS's users can; null clears one. Returns the record."""
        stock_number, changes = request.match_info["stock_number"], await read_json(request)
        if not isinstance(changes, dict):
            return answer_error(422, "no_object", "The changes are an object")
        if self._state.lot.find(stock_number) is None:
            return answer_error(404, "unknown_vehicle", "No vehicle has that stock number")
        return answer_json(self._state.lot.update(stock_number, changes))

    async def remove_vehicle(self, request: web.Request) -> web.Response:
        """Take a vehicle off the lot; 404 when it was not there."""
        if not self._state.lot.remove(request.match_info["stock_number"]):
            return answer_error(404, "unknown_vehicle", "No vehicle has that stock number")
        return web.Response(status=204)

    async def list_sales(self, _request: web.Request) -> web.Response:
        """Sales taken, in order, with `sale_id`, `idempotency_key` and `undone`."""
        return answer_json({"sales": self._state.sales.listed()})

    async def sell(self, request: web.Request) -> web.Response:
        """Sell a vehicle, as the DMS's users can, under a key that begins with `dms-`; returns `sale_id` and the record."""
        report = await read_model(request, SaleReport)
        try:
            sale = self._state.sales.take(f"dms-{uuid4().hex}", report)
        except SaleRefused as refusal:
            return answer_error(refusal.status, refusal.code, refusal.message)
        return answer_json({"sale_id": sale.sale_id, "vehicle": self._state.lot.find(report.stock_number)}, 201)

    async def correct_sale(self, request: web.Request) -> web.Response:
        """Correct `sale_price`, `sale_date` or `customer` of a sale, as the DMS's users can. Returns the sale."""
        sale = self._state.sales.correct(request.match_info["sale_id"], await read_model(request, SaleCorrection))
        if sale is None:
            return answer_error(404, "unknown_sale", "No sale that stands has that id")
        return answer_json(sale)

    async def undo_sale(self, request: web.Request) -> web.Response:
        """Undo a sale, as the DMS's users can: its vehicle is as it was before; 404 when there is none that stands."""
        if not self._state.sales.undo(request.match_info["sale_id"]):
            return answer_error(404, "unknown_sale", "No sale that stands has that id")
        return web.Response(status=204)

    async def renumber(self, request: web.Request) -> web.Response:
        """Give vehicles other stock numbers, all at once: `{"A1": "B7", "A2": "A3", "A3": "A2"}`."""
        numbers = await read_json(request)
        if not isinstance(numbers, dict) or not all(isinstance(new, str) and new for new in numbers.values()):
            return answer_error(422, "no_numbers", "The numbers are an object of old and new ones")
        try:
            return answer_json({"renumbered": self._state.lot.renumber(numbers)})
        except ValueError as failure:
            return answer_error(409, "number_taken", str(failure))

    async def reacquire(self, request: web.Request) -> web.Response:
        """Take a vehicle in again: a new record under `new_stock_number`, with `date_acquired` if given. Returns the record."""
        wanted = await read_model(request, Reacquisition)
        found = self._state.lot.find(wanted.stock_number)
        if found is None:
            return answer_error(404, "unknown_vehicle", "No vehicle has that stock number")
        if self._state.lot.find(wanted.new_stock_number) is not None:
            return answer_error(409, "number_taken", "A vehicle has the new stock number")
        self._state.lot.upsert({**found, "stock_number": wanted.new_stock_number})
        changes = {"status": "available", "date_acquired": wanted.date_acquired}
        return answer_json(self._state.lot.update(wanted.new_stock_number, changes), 201)

    async def read_knobs(self, _request: web.Request) -> web.Response:
        """Knobs of `GET /inventory`, and the meaning of each."""
        meanings = {name: field.description for name, field in Knobs.model_fields.items()}
        return answer_json({"knobs": self._state.knobs.model_dump(), "meanings": meanings})

    async def set_knobs(self, request: web.Request) -> web.Response:
        """Replace all knobs; what is left out is off."""
        self._state.knobs = await read_model(request, Knobs)
        return answer_json({"knobs": self._state.knobs.model_dump()})

    async def emit(self, request: web.Request) -> web.Response:
        """Send a signed webhook: `url`, `secret`, `scheme` (standard, timestamped, legacy) and `event`, optionally
        `stock_number`, `raw_body`, `timestamp_offset_s`, `tamper`, `repeat`. Returns the receiver's responses.
        """
        emission = await read_model(request, Emission)
        vehicle = None if emission.stock_number is None else self._state.lot.find(emission.stock_number)
        if emission.stock_number is not None and vehicle is None:
            return answer_error(404, "unknown_vehicle", f"No vehicle has stock number {emission.stock_number}")
        event = complete_event(emission.event, vehicle)
        webhook = signed(event, emission.raw_body, emission.scheme, emission.secret, emission.timestamp_offset_s)
        body = webhook.body + b" " if emission.tamper else webhook.body
        try:
            answers = [await _post(emission.url, body, webhook.headers) for _ in range(emission.repeat)]
        except (ClientError, TimeoutError, ValueError) as error:
            return answer_error(502, "no_answer", f"{type(error).__name__}: {error}")
        return answer_json({**answers[-1], "statuses": [each["status"] for each in answers], "event": event})


async def _post(url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    async with (
        ClientSession(timeout=ClientTimeout(total=30)) as session,
        session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
    ):
        text = await answer.text(errors="replace")
        return {"status": answer.status, "headers": dict(answer.headers), "body": text}
