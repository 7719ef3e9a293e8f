"""What a partner module has to offer, and the JSON answers that all of them give."""

import json
from typing import Any, Protocol, TypeVar, runtime_checkable

from aiohttp import web
from aiohttp.typedefs import Middleware
from pydantic import BaseModel, TypeAdapter, ValidationError

from simulators.faults import Fault

M = TypeVar("M", bound=BaseModel)
JSON: TypeAdapter[Any] = TypeAdapter(Any)


class Partner(Protocol):
    """One simulated partner: the paths it owns, its routes, its controls and its state."""

    name: str
    prefixes: tuple[str, ...]

    def routes(self) -> list[web.RouteDef]:
        """The partner's own API."""

    def control_routes(self) -> list[web.RouteDef]:
        """Routes under `/_sim/<name>/`; the first paragraph of a handler's docstring is its entry in `GET /_sim`."""

    def reset(self) -> None:
        """Put the partner's state back to what it was at the start of the process."""


@runtime_checkable
class Counting(Protocol):
    """A partner that counts its requests while they are held up, because it limits them."""

    def middleware(self) -> Middleware:
        """Goes around everything else that happens to a request, its own and the others'."""


@runtime_checkable
class Introduced(Protocol):
    """A partner that says what to set in CarLot Manager to work with it."""

    name: str

    def settings(self, base: str) -> dict[str, str]:
        """Names and values, with `base` as the address of the simulators."""


@runtime_checkable
class OwnWords(Protocol):
    """A partner whose refusals and XML have a form of their own, which its clients know."""

    def refusal(self, fault: Fault, request: web.Request) -> web.Response | None:
        """Its answer to `request` when struck by an error; None for the form that all partners share."""

    def as_xml(self, answer: web.Response) -> web.Response | None:
        """Its JSON answer in XML; None when it has none for it."""


def answer_json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer; the body is complete bytes, so that a fault can cut it."""
    return web.Response(body=encode(value), status=status, headers=headers, content_type="application/json")


def answer_error(status: int, code: str, message: str, field: str | None = None) -> web.Response:
    """`{"error": {"code", "message", "field"?}}` with `status`."""
    error = {"code": code, "message": message}
    if field is not None:
        error["field"] = field
    return answer_json({"error": error}, status)


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON; a lone surrogate, which junk records may hold, stays an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


async def read_json(request: web.Request) -> Any:
    """The parsed body of a control or partner request. Raises: `web.HTTPBadRequest` when it is no JSON."""
    try:
        # pydantic's parser, because it survives any depth of nesting.
        return JSON.validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(text=f"The body is not JSON: {error.errors()[0]['msg']}") from None


async def read_model(request: web.Request, model: type[M]) -> M:
    """The body as `model`. Raises: `web.HTTPBadRequest` for no JSON, `web.HTTPUnprocessableEntity` for a bad field."""
    return validate(model, await read_json(request))


def validate(model: type[M], value: object) -> M:
    """`value` as `model`. Raises: `web.HTTPUnprocessableEntity` naming each bad field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise web.HTTPUnprocessableEntity(text=problems) from None
