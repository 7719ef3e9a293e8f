"""Who may use the admin API: bearer token, session cookie, or Cloudflare Access. Closed unless something is set up."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from carlot.domain.times import instant
from carlot.errors import Forbidden, Unauthorized, Unavailable
from carlot.platform.ports import Request, Services
from carlot.store import sessions

COOKIE = "__Host-carlot_session"
SESSION_LASTS = timedelta(days=14)
_SAFE = frozenset({"GET", "HEAD"})
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

TOKEN, SESSION, DEV_OPEN, VISITOR = "token", "session", "dev-open", "visitor"
"""The authors that have no name of their own."""


async def require_admin(request: Request, services: Services) -> str:
    """Admit the request and return who it is from, or raise the reason for refusing it.

    Raises: `Unavailable` (503) when no way to sign in is set up, `Unauthorized` (401), `Forbidden` (403).
    """
    if _bearer_holds(request, services):
        return TOKEN
    if request.access_email is not None:
        _require_own_page(request)
        return request.access_email
    if services.settings.auth_mode == "dev-open" and _is_local(request):
        return DEV_OPEN
    if (name := await _session_name(request, services)) is not None:
        _require_own_page(request)
        return name
    if not services.settings.admin_token:
        raise not_set_up()
    raise Unauthorized(
        "Send the admin token as a bearer token, or sign in.", headers={"www-authenticate": 'Bearer realm="CarLot"'}
    )


async def author(request: Request, services: Services) -> str:
    """Return who the request is from; `visitor` when nobody is signed in. This admits nobody."""
    if _bearer_holds(request, services):
        return TOKEN
    if request.access_email is not None:
        return request.access_email
    if services.settings.auth_mode == "dev-open" and request.host in _LOCAL_HOSTS:
        return DEV_OPEN
    return await _session_name(request, services) or VISITOR


async def identities(request: Request, services: Services) -> list[str]:
    """Return hashes that identify the caller; a browser returning from Intuit yields the same ones it left with.

    This does not check the Origin: use it only where the request carries its own secret, such as the OAuth state.
    """
    found = [f"access:{request.access_email}"] if request.access_email is not None else []
    if _bearer_holds(request, services):
        found.append("bearer")
    if services.settings.auth_mode == "dev-open" and request.host in _LOCAL_HOSTS:
        found.append("dev-open")
    if await _session_name(request, services) is not None:
        found.append(f"session:{session_key(session_cookie(request) or '', services)}")
    return [hashlib.sha256(each.encode("utf-8", "replace")).hexdigest() for each in found]


async def _session_name(request: Request, services: Services) -> str | None:
    """Return the name of the session that the request belongs to; `None` when it belongs to none."""
    cookie = session_cookie(request)
    if not cookie or not services.settings.admin_token:
        return None
    held = await sessions.find(services.database, session_key(cookie, services), instant(services.clock.now()))
    return None if held is None else str(held["name"] or SESSION)


def not_set_up() -> Unavailable:
    """The error for an instance without any way to sign in."""
    return Unavailable("No one can sign in yet. Set a token: npx wrangler secret put ADMIN_TOKEN", code="auth-not-configured")


def token_holds(given: str, services: Services) -> bool:
    """Whether this is the admin token. The comparison takes constant time, and compares bytes because any text may be given."""
    token = services.settings.admin_token
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def session_cookie(request: Request) -> str | None:
    """Return the session cookie's value, or `None`.

    Other programs on the same host name may set malformed cookies (RFC 6265, 4.1.1), so only `;` and the first `=` are parsed, as
    browsers do (5.2). The first cookie of this name with a value counts: browsers keep only one `__Host-` cookie.
    """
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE and value.strip():
            return value.strip()
    return None


def session_key(secret: str, services: Services) -> str:
    """Return the stored hash of a session's secret. It includes the admin token: a new token ends every session."""
    return hashlib.sha256(f"{services.settings.admin_token}\n{secret}".encode("utf-8", "replace")).hexdigest()


def _bearer_holds(request: Request, services: Services) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and token_holds(given.strip(), services)


def _is_local(request: Request) -> bool:
    """Whether a request is for this machine and cannot come from another site's page."""
    if request.host not in _LOCAL_HOSTS:
        return False
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    return request.headers.get("origin", request.origin) == request.origin


def _require_own_page(request: Request) -> None:
    """Refuse a change from another site's page: browsers send our cookie, and that of Access, with any request."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin != request.origin if origin is not None else site not in (None, "same-origin"):
        raise Forbidden("This request came from another site.", code="cross-site")
