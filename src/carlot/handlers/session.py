"""Sign in to the desk, and out."""

from __future__ import annotations

from pydantic import Field

from carlot.domain.api_model import WireModel
from carlot.domain.author import AuthorName
from carlot.domain.times import instant
from carlot.errors import Forbidden, Unauthorized
from carlot.platform.ports import Request, Response, Services
from carlot.store import sessions
from carlot.web import auth, rate_limit
from carlot.web.parsing import read_json
from carlot.web.responses import empty

_COOKIE = auth.COOKIE + "={value}; Path=/; Max-Age={age_s}; HttpOnly; Secure; SameSite=Lax"


class SignIn(WireModel):
    """The body of a sign-in."""

    token: str = Field(min_length=1, max_length=1000)
    name: AuthorName | None = None


async def begin_session(request: Request, services: Services) -> Response:
    """Exchange the admin token for a session cookie. With a name, what is done there is kept under that name."""
    if request.headers.get("origin", request.origin) != request.origin:
        raise Forbidden("This request came from another site.", code="cross-site")
    if not services.settings.admin_token:
        raise auth.not_set_up()
    given = await read_json(request, SignIn, max_bytes=10_000)
    caller = rate_limit.address(request)
    # The try is counted before the token is checked, so that concurrent tries count too.
    await rate_limit.spend(services, rate_limit.SIGN_IN, caller)
    if not auth.token_holds(given.token, services):
        raise Unauthorized("That is not the right access token.", code="wrong-token")
    secret = services.clock.token() + services.clock.token()
    now = services.clock.now()
    begun = sessions.begin(auth.session_key(secret, services), instant(now), instant(now + auth.SESSION_LASTS), given.name)
    await services.database.batch([begun, rate_limit.forgive(rate_limit.SIGN_IN, caller)])
    return empty(204, {"set-cookie": _COOKIE.format(value=secret, age_s=int(auth.SESSION_LASTS.total_seconds()))})


async def end_session(request: Request, services: Services) -> Response:
    """Sign this browser out."""
    if secret := auth.session_cookie(request):
        await sessions.end(services.database, auth.session_key(secret, services))
    return empty(204, {"set-cookie": _COOKIE.format(value="", age_s=0)})


async def end_all_sessions(request: Request, services: Services) -> Response:
    """Sign every browser out, including this one."""
    await sessions.end_all(services.database)
    return empty(204, {"set-cookie": _COOKIE.format(value="", age_s=0)})
