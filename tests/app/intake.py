"""What each route takes in, read from its handler, so that a new route is covered by the tests of bad input by itself."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.typed import add, entry
from carlot.platform.ports import Response
from carlot.routes import ROUTES
from carlot.web.endpoint import Handler, Route
from support.lot import TOKEN, Lot, answer

PHOTO_ID = hashlib.sha256(b"https://photos.test/1.jpg").hexdigest()[:20]
CHANGING = ("POST", "PUT", "PATCH", "DELETE")

SAMPLES: dict[str, dict[str, Any]] = {
    "SignIn": {"token": TOKEN, "name": "Maria"},
    "NewVehicle": entry(7, purchasePrice=1.5, purchaseDate="2025-01-02", status="pending", interiorColor="Black", engine="V6"),
    "VehicleChange": {**entry(8, photos=[{"url": "https://photos.test/8.jpg", "id": "p", "position": 0}]), "trim": None},
    "SaleEntry": {
        "vehicleId": "VEHICLE",
        "salePrice": 19.99,
        "saleDate": "2025-02-03",
        "customer": {"name": "Ann", "email": "ann@example.com", "phone": "5"},
        "lines": [{"kind": "fee", "description": "Documents", "amount": 149.0}],
    },
    "ServiceEntry": {"vehicleId": "VEHICLE", "serviceDate": "2025-02-03", "description": "Oil", "vendor": "Joe's", "cost": 40},
    "ServiceChange": {"serviceDate": "2025-02-04", "description": "Oil, filter", "vendor": None, "cost": 41.5},
    "SaleChange": {
        "salePrice": 18.5,
        "saleDate": "2025-02-02",
        "customer": {"name": "Ann", "email": None, "phone": None},
        "lines": [{"kind": "fee", "description": "Documents", "amount": 149.0}],
    },
    "AnswerEntry": {
        "choice": "enter",
        "salePrice": 19.99,
        "saleDate": "2025-02-03",
        "customer": {"name": "Ann"},
        "vehicleIds": ["VEHICLE"],
        "date": "2025-02-03",
    },
    "CustomerEntry": {"name": "Bob", "email": "bob@example.com", "phone": "6"},
    "CustomerChange": {"name": "Rob", "email": None, "phone": "7"},
    "PublishEntry": {"vehicleId": "VEHICLE"},
    "PhotoOrder": {"photos": ["PHOTO"]},
    "TaskFilter": {"target": "quickbooks", "kind": "invoice", "state": "blocked"},
    "FeedChange": {"paused": True},
    "ColumnsChange": {"columns": {"Selling": "price", "Notes": None}},
}
"""A body for each model, right in every field. `VEHICLE` stands for the id of a car on the lot, `PHOTO` for that of its photo."""

WITHOUT_BODY = {
    *("DELETE /api/session", "DELETE /api/sessions"),
    *(
        "DELETE /api/customers/:id",
        "DELETE /api/vehicles/:id",
        "DELETE /api/vehicles/:id/photos/:photoId",
        "POST /api/sales/:id/void",
        "POST /api/service-records/:id/void",
    ),
    *("POST /api/integrations/wayne-reeves/sync", "POST /api/integrations/tasks/retry-all"),
    *("POST /api/integrations/quickbooks/sync", "POST /api/integrations/quickbooks/disconnect"),
    "POST /api/vehicles/imports/:id/undo",
    *("POST /api/integrations/events/:id/replay", "POST /api/inventory-files/rotate"),
    *("POST /api/integrations/partners/:target/pause", "POST /api/integrations/partners/:target/resume"),
    *("POST /api/integrations/tasks/:id/retry", "POST /api/integrations/tasks/:id/discard", "POST /api/feeds/:format/rotate"),
}
"""The routes that change something and read no body."""

SIGNED = {"POST /api/webhooks/wayne-reeves": 256 * 1024, "POST /api/webhooks/quickbooks": 2 * 1024 * 1024}
"""The routes that verify the bytes before they look at them, and how many they take."""

FILES = {
    *("POST /api/vehicles/:id/photos", "POST /api/vehicles/import"),
    *("PUT /api/inventory-files/:token", "POST /api/inventory-files/:token"),
}
"""The routes that take a file."""


def named(route: Route) -> str:
    """A route as one text, `GET /api/health`."""
    return f"{route.method} {route.path}"


def models(handler: Handler, *readers: str) -> list[type[BaseModel]]:
    """The models that a handler, or a function of its module that it calls, hands to one of the readers."""
    module = sys.modules[handler.__module__]
    found: list[type[BaseModel]] = []
    for call in _calls(handler, module, set()):
        if _name(call.func) in readers:
            found += [
                getattr(module, argument.id)
                for argument in call.args
                if isinstance(argument, ast.Name) and _is_model(argument, module)
            ]
    return found


def _calls(function: Any, module: Any, seen: set[str]) -> Iterator[ast.Call]:
    seen.add(function.__name__)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Call):
            yield node
            called = getattr(module, _name(node.func), None)
            if inspect.isfunction(called) and called.__module__ == module.__name__ and called.__name__ not in seen:
                yield from _calls(called, module, seen)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _is_model(name: ast.Name, module: Any) -> bool:
    value = getattr(module, name.id, None)
    return inspect.isclass(value) and issubclass(value, BaseModel)


JSON_ROUTES: list[tuple[Route, type[BaseModel]]] = [
    (route, model) for route in ROUTES for model in models(route.handler, "read_json")
]
QUERY_ROUTES: list[tuple[Route, type[BaseModel]]] = [
    (route, model) for route in ROUTES for model in models(route.handler, "read_query", "read_search")
]


class Gate:
    """A lot with a car on it, one sold against a trade-in, one whose price is asked, and every route open to try.

    It notices when anything in the database has changed. `named_here` has the path of a real thing for each path that names one.
    """

    def __init__(self, lot: Lot, vehicle_id: str, named_here: dict[str, str] | None = None) -> None:
        self.lot = lot
        self.vehicle_id = vehicle_id
        self.named_here = named_here or {}

    @classmethod
    async def open(cls) -> Gate:
        """A new one."""
        lot = Lot()
        lot.env |= {"WEBHOOK_SECRET": "webhook-secret-of-tests", "QUICKBOOKS_WEBHOOK_VERIFIER": "verifier"}
        lot.env["QUICKBOOKS_TRADE_IN_ITEM"] = "Trade-in"
        sold = {"vehicleId": (await add(lot, 9))["id"], "salePrice": 20, "saleDate": "2025-02-01"}
        sale = {**sold, "lines": [{"kind": "tradeIn", "amount": 1}]}
        lot.database.query("UPDATE vehicles SET status = 'sold' WHERE id = ?", (await add(lot, 10))["id"])
        [question] = answer(await lot.call("GET", "/api/questions"))["questions"]
        car = (await add(lot, 1, publishToThirdParty=True))["id"]
        work = {"vehicleId": car, "serviceDate": "2025-02-01", "description": "Oil", "cost": 40}
        named_here = {
            "/api/vehicles/:id": f"/api/vehicles/{car}",
            "/api/questions/:id": f"/api/questions/{question['id']}",
            "/api/feeds/:format": "/api/feeds/google",
            "/api/inventory-files/columns/:headingsId": "/api/inventory-files/columns/digest",
        }
        lot.database.query(
            "INSERT INTO import_runs (id, status, started_by, created_at) VALUES ('r', 'degraded', 'dealer', '2025')"
        )
        lot.database.query(
            """INSERT INTO inventory_files (id, run_id, source, size_bytes, staged_bytes, digest, encoding, delimiter, headings,
              headings_digest, first_byte, first_row, is_closed, received_at, deleted_at)
            VALUES ('f', 'r', 'upload', 9, 9, '', 'utf-8', ',', '["Selling", "Notes"]', 'digest', 9, 2, 1, '2025', '2025')"""
        )
        made = (("/api/customers", SAMPLES["CustomerEntry"]), ("/api/sales", sale), ("/api/service-records", work))
        for path, body in made:
            named_here[f"{path}/:id"] = f"{path}/{answer(await lot.call('POST', path, body))['id']}"
        return cls(lot, car, named_here)

    def target(self, route: Route, filling: str = "x") -> str:
        """The route's path, with the id of a real thing where one is meant and something else in all other places."""
        path = route.path
        for pattern, real in self.named_here.items():
            path = path.replace(pattern, real)
        parts = path.split("/")
        return "/".join(filling if part.startswith(":") else part for part in parts)

    def sample(self, model: type[BaseModel]) -> dict[str, Any]:
        """A right body."""
        known = {"VEHICLE": self.vehicle_id, "PHOTO": PHOTO_ID}

        def filled(value: Any) -> Any:
            if isinstance(value, list):
                return [filled(each) for each in value]
            return known.get(value, value) if isinstance(value, str) else value

        return {name: filled(value) for name, value in SAMPLES.get(model.__name__, {}).items()}

    async def send(self, route: Route, content: Any, headers: dict[str, str] | None = None, target: str = "") -> Response:
        """Send a body as it is (bytes) or as JSON."""
        return await self.lot.call(route.method, target or self.target(route), content, headers)

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that stands in the database, but for how often somebody called."""
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'rate_limits' ORDER BY name"
        tables = self.lot.database.query(named)
        return {table["name"]: self.lot.database.query(f"SELECT * FROM {table['name']}") for table in tables}

    async def refused(self, route: Route, content: Any, status: int, code: str | None = None, **more: Any) -> dict[str, Any]:
        """Send what must be refused; its problem document. Nothing may have changed, and no answer is beyond measure."""
        from app.test_answers import check_headers, check_problem

        before = self.stored()
        response = await self.send(route, content, **more)
        problem = check_problem(response, status, code)
        check_headers(response)
        assert len(response.body) < 20_000
        assert self.stored() == before
        assert answer(await self.lot.call("GET", "/api/health")) == {"ok": True}
        return problem
