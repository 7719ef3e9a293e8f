"""The API reference."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache

from pydantic_core import to_json

from carlot.openapi.document import document
from carlot.platform.ports import Request, Response, Services
from carlot.web.endpoint import Handler, Route
from carlot.web.responses import PUBLIC_HEADERS, empty, etag_matches


def describing(routes: Callable[[], Sequence[Route]]) -> Handler:
    """Return the handler that describes these routes. An isolate builds the text once, on the first request."""

    @cache
    def written() -> tuple[bytes, str]:
        text = to_json(document(routes()))
        return text, f'"{hashlib.sha256(text).hexdigest()[:20]}"'

    async def get_reference(request: Request, services: Services) -> Response:
        """This reference, as OpenAPI 3.1."""
        text, etag = written()
        headers = {**PUBLIC_HEADERS, "etag": etag}
        if etag_matches(request, etag):
            return empty(304, headers)
        return Response(200, {"content-type": "application/json", **headers}, text)

    return get_reference
