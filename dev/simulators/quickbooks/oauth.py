"""Intuit's OAuth 2.0 service: discovery, consent, tokens, revocation.

Source: Intuit, "Set up OAuth 2.0", and the package intuit-oauth.
"""

import base64
import binascii
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from simulators.partner import answer_json, read_json
from simulators.quickbooks import consent
from simulators.quickbooks.state import State
from simulators.quickbooks.tokens import Denied, Pair

AUTHORIZE_PATH = "/connect/oauth2"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"  # noqa: S105 - a path
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
DISCOVERY_PATHS = ("/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration")
ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = {ACCOUNTING, "com.intuit.quickbooks.payment", "openid", "profile", "email", "phone", "address"}
PARAMETERS = ("client_id", "response_type", "scope", "redirect_uri", "state")
HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"


class OAuth:
    """The endpoints of `Tokens`."""

    def __init__(self, quickbooks: State) -> None:
        self._quickbooks = quickbooks

    def routes(self) -> list[web.RouteDef]:
        """Return all routes; discovery also with a slash at the end, which intuit-oauth sends."""
        found = [web.get(path + slash, self.discover) for path in DISCOVERY_PATHS for slash in ("", "/")]
        return [
            *found,
            web.get(AUTHORIZE_PATH, self.show_consent),
            web.post(AUTHORIZE_PATH, self.take_decision),
            web.post(TOKEN_PATH, self.issue_tokens),
            web.post(REVOKE_PATH, self.revoke_token),
        ]

    async def discover(self, request: web.Request) -> web.Response:
        """Return the addresses of the other endpoints."""
        base = f"{request.scheme}://{request.host}"
        return answer_json(
            {
                "issuer": f"{base}/op/v1",
                "authorization_endpoint": base + AUTHORIZE_PATH,
                "token_endpoint": base + TOKEN_PATH,
                "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
                "revocation_endpoint": base + REVOKE_PATH,
                "jwks_uri": f"{base}/op/v1/jwks",
                "response_types_supported": ["code"],
                "scopes_supported": sorted(SCOPES),
            }
        )

    async def show_consent(self, request: web.Request) -> web.Response:
        """Show the consent page, or with `auto` (approve, deny) or the knob `consent` decide at once, for the company `realm`."""
        sent = {name: request.query.get(name, "") for name in PARAMETERS}
        fault = self._untrusted(sent)
        if fault is not None:
            return consent.refuse(fault)
        error = _request_error(sent)
        if error is not None:
            return _back(sent, error=error)
        decision = request.query.get("auto", self._quickbooks.knobs.consent)
        if decision == "ask":
            return consent.ask(sent, self._quickbooks.companies.values())
        return self._decide(sent, decision, request.query.get("realm") or self._quickbooks.knobs.realm)

    async def take_decision(self, request: web.Request) -> web.Response:
        """Handle the consent page's form."""
        form = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
        sent = {name: form.get(name, "") for name in PARAMETERS}
        fault = self._untrusted(sent) or _request_error(sent)
        if fault is not None:
            return consent.refuse(fault)
        return self._decide(sent, form.get("decision", "deny"), form.get("realm"))

    def _decide(self, sent: dict[str, str], decision: str, realm: str | None) -> web.Response:
        companies = self._quickbooks.companies
        company = companies.get(realm) if realm else next(iter(companies.values()))
        if decision != "approve":
            return _back(sent, error="access_denied")
        if company is None:
            return consent.refuse("unknown company")
        code = self._quickbooks.tokens.issue_code(sent["client_id"], sent["redirect_uri"], company.realm, self._quickbooks.knobs)
        return _back(sent, code=code, realmId=company.realm)

    async def issue_tokens(self, request: web.Request) -> web.Response:
        """Exchange a code or a refresh token for a token pair."""
        try:
            client_id = self._client(request)
            if request.content_type != "application/x-www-form-urlencoded":
                raise Denied("invalid_request", "Content-Type must be application/x-www-form-urlencoded")
            form = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
            pair = self._grant(form, client_id)
        except Denied as denied:
            return _denied(denied)
        answer = {
            "token_type": "bearer",
            "access_token": pair.access_token,
            "refresh_token": pair.refresh_token,
            "expires_in": pair.expires_in,
            "x_refresh_token_expires_in": pair.refresh_expires_in,
        }
        if request.headers.get(HARD_EXPIRY_HEADER, "").lower() == "true":
            answer["x_refresh_token_hard_expires_in"] = pair.hard_expires_in
        return answer_json(answer, headers={"Cache-Control": "no-cache, no-store"})

    def _grant(self, form: dict[str, str], client_id: str) -> Pair:
        tokens, knobs = self._quickbooks.tokens, self._quickbooks.knobs
        wanted = {"authorization_code": ("code", "redirect_uri"), "refresh_token": ("refresh_token",)}
        grant = form.get("grant_type", "")
        if grant not in wanted:
            raise Denied("unsupported_grant_type" if grant else "invalid_request")
        for name in wanted[grant]:
            if not form.get(name):
                raise Denied("invalid_request", f"The {name} is missing")
        if grant == "refresh_token":
            return tokens.refresh(form["refresh_token"], client_id, knobs)
        return tokens.exchange(form["code"], client_id, form["redirect_uri"], knobs)

    async def revoke_token(self, request: web.Request) -> web.Response:
        """End a connection by one of its tokens; 200 without a body."""
        try:
            client_id = self._client(request)
            form = request.content_type == "application/x-www-form-urlencoded"
            body = dict(parse_qsl(await request.text())) if form else await read_json(request)
            token = body.get("token") if isinstance(body, dict) else None
            if not isinstance(token, str) or not token:
                raise Denied("invalid_request", "The token is missing")
            self._quickbooks.tokens.revoke(token, client_id)
        except Denied as denied:
            return _denied(denied)
        return web.Response(status=200)

    def _client(self, request: web.Request) -> str:
        """Return the app's id, from HTTP Basic. Raises: Denied."""
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        try:
            client_id, colon, secret = base64.b64decode(sent, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            client_id, colon, secret = "", "", ""
        knobs = self._quickbooks.knobs
        known = (knobs.client_id in (None, client_id)) and (knobs.client_secret in (None, secret))
        if scheme.lower() != "basic" or not colon or not client_id or not secret or not known:
            raise Denied("invalid_client", status=401)
        return client_id

    def _untrusted(self, sent: dict[str, str]) -> str | None:
        """Return the reason why the browser must not be redirected to this address, or None when it may."""
        knobs = self._quickbooks.knobs
        if not sent["client_id"] or knobs.client_id not in (None, sent["client_id"]):
            return "The client_id query parameter value is missing or unknown"
        address = urlsplit(sent["redirect_uri"])
        if address.scheme not in ("http", "https") or not address.netloc or address.fragment:
            return "The redirect_uri query parameter value is missing or not a web address"
        if knobs.redirect_uris and sent["redirect_uri"] not in knobs.redirect_uris:
            return "The redirect_uri query parameter value is invalid. It is not registered for the app"
        return None if sent["state"] else "The state query parameter value is missing"


def _request_error(sent: dict[str, str]) -> str | None:
    if sent["response_type"] != "code":
        return "unsupported_response_type"
    scopes = set(sent["scope"].split())
    return None if ACCOUNTING in scopes and scopes <= SCOPES else "invalid_scope"


def _back(sent: dict[str, str], **answer: str) -> web.Response:
    """Redirect the browser to the app."""
    joint = "&" if urlsplit(sent["redirect_uri"]).query else "?"
    location = sent["redirect_uri"] + joint + urlencode({**answer, "state": sent["state"]})
    return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _denied(denied: Denied) -> web.Response:
    body = {"error": denied.error}
    if denied.description is not None:
        body["error_description"] = denied.description
    return answer_json(body, denied.status)
