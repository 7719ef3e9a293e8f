"""The envelope of every answer of Cloudflare's API, and its refusals.

Source: developers.cloudflare.com/fundamentals/api/how-to/make-api-calls ("success", "errors", "messages", "result").
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from simulators.partner import answer_json


class Refused(Exception):
    """A request that Cloudflare refuses, with its HTTP status, its code and its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def answer(self) -> web.Response:
        """Return the refusal as Cloudflare sends it."""
        return answer_json(refusal(self.code, self.message), self.status)


def refusal(code: int, message: str) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def result(value: Any, **more: Any) -> web.Response:
    """Return an answer that carries `value`; `more` are further members, such as `result_info`."""
    return answer_json({"success": True, "errors": [], "messages": [], "result": value, **more})


async def parts(request: web.Request) -> dict[str, bytes]:
    """Return the parts of a multipart body by name. The simulators' core has read the body, so aiohttp's own reader cannot."""
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    found: dict[str, bytes] = {}
    for piece in (await request.read()).split(b"--" + boundary):
        head, _, content = piece.partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]*)"', head):
            found[name[1].decode()] = content.removesuffix(b"\r\n")
    return found


def page(values: list[Any], request: web.Request, per_page: int = 20) -> web.Response:
    """Return one page of a list, as `page` and `per_page` of the query ask."""
    number, size = int(request.query.get("page", 1)), int(request.query.get("per_page", per_page))
    shown = values[(number - 1) * size : number * size]
    pages = -(-len(values) // size)
    told = {"page": number, "per_page": size, "count": len(shown), "total_count": len(values), "total_pages": pages}
    return result(shown, result_info=told)
