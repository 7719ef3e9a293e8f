"""The API reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from pydantic_core import to_json

from carlot.openapi.document import document
from carlot.platform.ports import Request, Response, Services
from carlot.web.endpoint import Handler, Route
from carlot.web.responses import PUBLIC_HEADERS


def describing(routes: Callable[[], Sequence[Route]]) -> Handler:
    """Return the handler that describes these routes. An isolate builds the text once, on the first request."""

    @cache
    def written() -> bytes:
        return to_json(document(routes()))

    async def get_reference(request: Request, services: Services) -> Response:
        """This reference, as OpenAPI 3.1."""
        return Response(200, {"content-type": "application/json", **PUBLIC_HEADERS}, written())

    return get_reference
