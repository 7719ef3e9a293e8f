"""Signing in and out of the desk."""

from __future__ import annotations

from pydantic import Field

from carlot import auth
from carlot.answers import empty
from carlot.body import read_json
from carlot.domain.times import instant
from carlot.domain.wire import WireModel
from carlot.errors import Forbidden, Unauthorized
from carlot.ports import Request, Response, Services
from carlot.store import sessions

_COOKIE = auth.COOKIE + "={value}; Path=/; Max-Age={age_s}; HttpOnly; Secure; SameSite=Lax"


class SignIn(WireModel):
    """What the sign-in form sends."""

    token: str = Field(min_length=1, max_length=1000)


async def begin_session(request: Request, services: Services) -> Response:
    """Exchange the admin token for a session cookie."""
    if request.headers.get("origin", request.origin) != request.origin:
        raise Forbidden("This request came from another site.", code="cross-site")
    if not services.settings.admin_token:
        raise auth.not_set_up()
    given = await read_json(request, SignIn, max_bytes=10_000)
    if not auth.token_holds(given.token, services):
        raise Unauthorized("That is not the admin token.", code="wrong-token")
    secret = services.clock.token() + services.clock.token()
    now = services.clock.now()
    await sessions.begin(services.database, auth.fingerprint(secret), instant(now), instant(now + auth.SESSION_LASTS))
    return empty(204, {"set-cookie": _COOKIE.format(value=secret, age_s=int(auth.SESSION_LASTS.total_seconds()))})


async def end_session(request: Request, services: Services) -> Response:
    """Sign this browser out."""
    if secret := auth.session_cookie(request):
        await sessions.end(services.database, auth.fingerprint(secret))
    return empty(204, {"set-cookie": _COOKIE.format(value="", age_s=0)})
