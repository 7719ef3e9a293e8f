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


async def require_admin(request: Request, services: Services) -> None:
    """Let the request pass, or say why not.

    Raises: `Unavailable` (503) when no way to sign in is set up, `Unauthorized` (401), `Forbidden` (403).
    """
    if _bearer_holds(request, services):
        return
    if request.access_email is not None:
        _require_own_page(request)
        return
    if services.settings.auth_mode == "dev-open" and _is_local(request):
        return
    if cookie := session_cookie(request):
        now = instant(services.clock.now())
        if services.settings.admin_token and await sessions.holds(services.database, session_key(cookie, services), now):
            _require_own_page(request)
            return
    if not services.settings.admin_token:
        raise not_set_up()
    raise Unauthorized(
        "Send the admin token as a bearer token, or sign in.", headers={"www-authenticate": 'Bearer realm="CarLot"'}
    )


async def identities(request: Request, services: Services) -> list[str]:
    """Hashes of all that shows who sends a request; one that comes back from another site with what it began here shows the same.

    Cookies and this machine count whatever page led here: to be used only where a secret of the request itself proves the rest.
    """
    found = [f"access:{request.access_email}"] if request.access_email is not None else []
    if _bearer_holds(request, services):
        found.append("bearer")
    if services.settings.auth_mode == "dev-open" and request.host in _LOCAL_HOSTS:
        found.append("dev-open")
    cookie = session_cookie(request)
    if cookie and services.settings.admin_token:
        key = session_key(cookie, services)
        if await sessions.holds(services.database, key, instant(services.clock.now())):
            found.append(f"session:{key}")
    return [hashlib.sha256(each.encode("utf-8", "replace")).hexdigest() for each in found]


def not_set_up() -> Unavailable:
    """Nobody can sign in yet."""
    return Unavailable("No one can sign in yet. Set a token: npx wrangler secret put ADMIN_TOKEN", code="auth-not-configured")


def token_holds(given: str, services: Services) -> bool:
    """Whether that is the admin token. Takes the same time whatever was given; compares bytes, so that any text can be given."""
    token = services.settings.admin_token
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def session_cookie(request: Request) -> str | None:
    """The session cookie's value, if one came.

    Other programs of the same host name may set cookies that break every rule (RFC 6265, 4.1.1), so only `;` and the first `=`
    count, as in browsers (5.2). Of several of this name the first with a value counts: browsers keep one `__Host-` cookie only.
    """
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE and value.strip():
            return value.strip()
    return None


def session_key(secret: str, services: Services) -> str:
    """What is kept of a session's secret. It depends on the admin token: with another one, no session holds any more."""
    return hashlib.sha256(f"{services.settings.admin_token}\n{secret}".encode("utf-8", "replace")).hexdigest()


def _bearer_holds(request: Request, services: Services) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and token_holds(given.strip(), services)


def _is_local(request: Request) -> bool:
    """A request for this machine itself that no foreign page can have made."""
    if request.host not in _LOCAL_HOSTS:
        return False
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    return request.headers.get("origin", request.origin) == request.origin


def _require_own_page(request: Request) -> None:
    """A cookie travels by itself, ours and that of Access alike, so what it changes must come from our own pages."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    if origin != request.origin if origin is not None else site not in (None, "same-origin"):
        raise Forbidden("This request came from another site.", code="cross-site")
