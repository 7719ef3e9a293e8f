"""The interface of a partner module, and the JSON responses that all partners use."""

import json
from typing import Any, Protocol, TypeVar, runtime_checkable

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import BaseModel, TypeAdapter, ValidationError

from simulators.faults import Fault

M = TypeVar("M", bound=BaseModel)
JSON: TypeAdapter[Any] = TypeAdapter(Any)


class Partner(Protocol):
    """A simulated partner: its paths, its routes, its controls and its state."""

    name: str
    prefixes: tuple[str, ...]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the partner's own API."""

    def control_routes(self) -> list[web.RouteDef]:
        """Return the routes under `/_sim/<name>/`; the first paragraph of a handler's docstring is its entry in `GET /_sim`."""

    def reset(self) -> None:
        """Restore the partner's initial state."""


@runtime_checkable
class Counting(Protocol):
    """A partner that limits its requests, and so counts them even while they are delayed."""

    def middleware(self) -> Middleware:
        """Return the outermost middleware, which sees the requests of all partners."""


@runtime_checkable
class Introduced(Protocol):
    """A partner that provides settings for CarLot Manager."""

    name: str

    def settings(self, base: str) -> dict[str, str]:
        """Return names and values, with `base` as the address of the simulators."""


@runtime_checkable
class OwnWords(Protocol):
    """A partner whose errors and XML have a format of their own, which its clients know."""

    def refusal(self, fault: Fault, request: web.Request) -> web.Response | None:
        """Return the partner's own error response to `request`, or None for the format that all partners share."""

    def as_xml(self, answer: web.Response) -> web.Response | None:
        """Return a JSON response converted to the partner's XML, or None when there is no XML form."""


def answer_json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON response. Its body is complete bytes, so that a fault can cut it."""
    return web.Response(body=encode(value), status=status, headers=headers, content_type="application/json")


def answer_error(status: int, code: str, message: str, field: str | None = None) -> web.Response:
    """Return `{"error": {"code", "message", "field"?}}` with `status`."""
    error = {"code": code, "message": message}
    if field is not None:
        error["field"] = field
    return answer_json({"error": error}, status)


def encode(value: object) -> bytes:
    """Return compact UTF-8 JSON. A lone surrogate, which junk records may contain, stays an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


async def read_json(request: web.Request) -> Any:
    """Return the parsed body of a request. Raises: `web.HTTPBadRequest` when it is not JSON."""
    try:
        # pydantic's parser survives any depth of nesting.
        return JSON.validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(text=f"The body is not JSON: {error.errors()[0]['msg']}") from None


async def read_model(request: web.Request, model: type[M]) -> M:
    """Return the body as `model`. Raises: `web.HTTPBadRequest` for bad JSON, `web.HTTPUnprocessableEntity` for a bad field."""
    return validate(model, await read_json(request))


def validate(model: type[M], value: object) -> M:
    """Return `value` as `model`. Raises: `web.HTTPUnprocessableEntity` that names each bad field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise web.HTTPUnprocessableEntity(text=problems) from None
