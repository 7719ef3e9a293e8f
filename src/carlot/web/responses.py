"""Build responses: JSON, problem documents, and the headers that every response carries."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from carlot.errors import Problem
from carlot.platform.ports import Request, Response
from carlot.web.edge import NEVER

SECURITY_HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

ANY_ORIGIN: Mapping[str, str] = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link, X-Total-Count",
    "cross-origin-resource-policy": "cross-origin",
}
"""With these headers, any site's page may read a response."""

PUBLIC_HEADERS: Mapping[str, str] = {
    **ANY_ORIGIN,
    # For browsers: a sold car or a new price shows on the next request; an unchanged lot costs a 304.
    "cache-control": "public, max-age=0, must-revalidate",
}

LOT_PAGE_HEADERS: Mapping[str, str] = {
    **PUBLIC_HEADERS,
    "content-type": "text/html; charset=utf-8",
    # Any site of a dealer may show the page in a frame. It shows pictures from any host and calls this Worker only.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *",
    "permissions-policy": "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=(), "
    "xr-spatial-tracking=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "vary": "accept-language",
}


def json_answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Build a JSON response; a `str` is taken as finished JSON."""
    body = content if isinstance(content, str) else to_json(content)
    return Response(status, {"content-type": "application/json", "cache-control": "no-store", **(headers or {})}, body)


def empty(status: int = 204, headers: Mapping[str, str] | None = None) -> Response:
    """Build a response without a body."""
    return Response(status, {"cache-control": "no-store", **(headers or {})})


async def short(parts: AsyncIterator[str], most: int) -> tuple[str | None, AsyncIterator[str]]:
    """Return the whole text when it has at most so many characters, and else `None`; and all of its parts, for a stream."""
    taken: list[str] = []
    size = 0
    async for part in parts:
        taken.append(part)
        size += len(part)
        if size > most:
            break

    async def whole() -> AsyncIterator[str]:
        while taken:
            yield taken.pop(0)
        async for part in parts:
            yield part

    return None if size > most else "".join(taken), whole()


async def begun(parts: AsyncIterator[str]) -> AsyncIterator[str]:
    """Produce the first chunk before the response starts, so an early failure is an error response, not a cut one."""
    return (await short(parts, 0))[1]


def problem_answer(problem: Problem, request_id: str) -> Response:
    """Build a problem document (RFC 9457)."""
    document: dict[str, Any] = {
        "type": f"urn:carlot:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request_id,
        "code": problem.code,
    }
    if problem.errors:
        document["errors"] = [{"field": error.field, "message": error.message} for error in problem.errors]
    headers = {"content-type": "application/problem+json", "cache-control": "no-store", **problem.headers}
    return Response(problem.status, headers, to_json(document))


def secured(response: Response, request: Request) -> Response:
    """Add the headers that every response carries; drop the body of a HEAD."""
    headers = {**SECURITY_HEADERS, **NEVER, "cache-control": "no-store", "x-request-id": request.id, **response.headers}
    if "frame-ancestors *" in headers["content-security-policy"]:
        # The older header knows no "any site".
        del headers["x-frame-options"]
    if request.method == "HEAD" and response.stream is None:
        return Response(response.status, headers)
    return replace(response, headers=headers)


def validated(response: Response, request: Request) -> Response:
    """Give a success that has its whole body an ETag made of that, unless it has one; answer 304 to a caller who has it."""
    if response.status != 200 or not response.body or "etag" in response.headers:
        return response
    body = response.body.encode() if isinstance(response.body, str) else response.body
    headers = {**response.headers, "etag": f'"{hashlib.sha256(body).hexdigest()[:20]}"'}
    if etag_matches(request, headers["etag"]):
        return empty(304, {name: value for name, value in headers.items() if name != "content-type"})
    return replace(response, headers=headers)


def etag_matches(request: Request, etag: str) -> bool:
    """Whether the caller's `If-None-Match` names this ETag. Source: RFC 9110, 13.1.2 (weak comparison)."""
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in given.split(",")]
