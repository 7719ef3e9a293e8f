"""Calls to Intuit: signing in, and the Accounting API. It knows no database.

Source: developer.intuit.com, "OAuth 2.0", "REST API features" (minor versions, `requestid`, batch), "Error codes".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import to_json

from carlot.domain.model import Model
from carlot.domain.verdicts import BOOKS, TOKENS
from carlot.errors import AuthExpired, Doubtful, PartnerError, Permanent, Retryable
from carlot.partners.http import send
from carlot.partners.quickbooks.mapping import NOT_FOUND, Answer, BatchAnswer, Entity, Fault, read_fault
from carlot.platform.ports import Clock, Http
from carlot.settings import Settings

PARTNER = "QuickBooks"
MINOR_VERSION = "75"
SCOPE = "com.intuit.quickbooks.accounting"
BATCH_ITEMS = 30
MOST_RESULTS = 1000
"""Objects in the answer to a query. Source: developer.intuit.com, "Query operations and syntax"."""

_UNQUERYABLE = re.compile(r"[^\x20-\x7e\xa0-\xff]+")
_MOST_PAGES = 20

AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
TOKEN_URL = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105  An address, no token.
REVOKE_URL = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
API_URLS = {"production": "https://quickbooks.api.intuit.com", "sandbox": "https://sandbox-quickbooks.api.intuit.com"}

_Shape = TypeVar("_Shape", bound=BaseModel)
_Token = Annotated[str, StringConstraints(min_length=1, max_length=8192)]
_LONGEST_S = 20 * 366 * 86400
_Seconds = Annotated[int, Field(gt=0, le=_LONGEST_S)]
# A lifetime that cannot be read was not told: the tokens beside it are good, and the pair before them may be void.
_Told = Annotated[int | None, BeforeValidator(lambda told: told if isinstance(told, int) and 0 < told <= _LONGEST_S else None)]

REFRESH_TOKEN_LASTS_S = 100 * 86400
"""How long a refresh token lasts when the answer does not tell. Source: developer.intuit.com, "OAuth 2.0"."""


class TokenPair(Model):
    """What Intuit gives for a code or a refresh token. Lifetimes in seconds from now."""

    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: _Token
    expires_in: _Seconds
    refresh_token: _Token
    x_refresh_token_expires_in: _Told = None
    x_refresh_token_hard_expires_in: _Told = None


class _Refusal(Model):
    error: str = ""


def authorize_url(settings: Settings, redirect_uri: str, state: str) -> str:
    """Where the dealer gives his consent."""
    base = settings.quickbooks_authorize_url or AUTHORIZE_URL
    query = {
        "client_id": settings.quickbooks_client_id,
        "response_type": "code",
        "scope": SCOPE,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


async def exchange_code(http: Http, settings: Settings, now: datetime, code: str, redirect_uri: str) -> TokenPair:
    """The first pair, for the code of a consent. Raises: as `send`."""
    return await _grant(http, settings, now, {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})


async def refresh_tokens(http: Http, settings: Settings, now: datetime, refresh_token: str) -> TokenPair:
    """The next pair. Raises: as `send`; `Permanent` when the token is of no use any more."""
    return await _grant(http, settings, now, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _grant_code(body: bytes) -> str:
    """Why Intuit refuses the code or the refresh token. Source: RFC 6749, 5.2."""
    try:
        return _Refusal.model_validate_json(body).error
    except ValidationError:
        return ""


async def revoke_token(http: Http, settings: Settings, now: datetime, refresh_token: str) -> None:
    """End the connection at Intuit. Raises: as `send`."""
    url = settings.quickbooks_revoke_url or REVOKE_URL
    headers = {**_app(settings), "content-type": "application/json"}
    await send(http, PARTNER, "POST", url, headers, to_json({"token": refresh_token}), now=now)


async def _grant(http: Http, settings: Settings, now: datetime, form: Mapping[str, str]) -> TokenPair:
    headers = {
        **_app(settings),
        "content-type": "application/x-www-form-urlencoded",
        # Asks Intuit to tell when its five-year limit ends the connection.
        "x-include-refresh-token-hard-expires-in": "true",
    }
    url = settings.quickbooks_token_url or TOKEN_URL
    try:
        answer = await send(
            http, PARTNER, "POST", url, headers, urlencode(form).encode(), now=now, verdicts=TOKENS, code=_grant_code
        )
    except AuthExpired as refused:
        reason = "Intuit does not know this app: check QUICKBOOKS_CLIENT_ID and QUICKBOOKS_CLIENT_SECRET."
        raise AuthExpired(reason) from refused
    try:
        return TokenPair.model_validate_json(answer.body)
    except ValidationError as failure:
        raise Retryable("Intuit's answer to the sign-in cannot be read.") from failure


def _app(settings: Settings) -> dict[str, str]:
    pair = f"{settings.quickbooks_client_id}:{settings.quickbooks_client_secret}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}", "accept": "application/json"}


@dataclass(slots=True)
class Company:
    """One company's books. `renew` gives another token for one that was refused."""

    http: Http
    settings: Settings
    clock: Clock
    token: str
    renew: Callable[[str], Awaitable[str]]


async def read(company: Company, entity: str, object_id: str) -> Entity | None:
    """One object, such as an invoice; `None` when there is none (any more). Raises: as `_call_for`."""
    try:
        answer = await _call(company, "GET", f"{entity.lower()}/{quote(object_id, safe='')}")
    except Fault as fault:
        if fault.code == NOT_FOUND:
            return None
        raise
    return _one(answer, entity)


async def country(http: Http, settings: Settings, clock: Clock, token: str) -> str | None:
    """The country that the company keeps its books for, such as `US`; `None`: the books do not tell it now.

    Source: developer.intuit.com, API reference: CompanyInfo (`Country`).
    """

    async def renew(refused: str) -> str:
        raise AuthExpired("The token is new.")

    company = Company(http, settings, clock, token, renew)
    try:
        found = await read_whole(company, "CompanyInfo", settings.quickbooks_realm_id)
    except PartnerError:
        return None
    told = (found or {}).get("Country")
    return told.strip().upper() if isinstance(told, str) and told.strip() else None


async def read_whole(company: Company, entity: str, object_id: str) -> dict[str, Any] | None:
    """One object with everything that it has; `None` when there is none (any more). Raises: as `_call_for`."""
    try:
        answer = await _call(company, "GET", f"{entity.lower()}/{quote(object_id, safe='')}")
    except Fault as fault:
        if fault.code == NOT_FOUND:
            return None
        raise
    return answer.whole(entity)


async def read_with_lines(company: Company, entity: str, object_id: str) -> tuple[Entity, list[dict[str, Any]]] | None:
    """One object, and its lines as they came; `None` when there is none (any more). Raises: as `_call_for`."""
    try:
        answer = await _call(company, "GET", f"{entity.lower()}/{quote(object_id, safe='')}")
    except Fault as fault:
        if fault.code == NOT_FOUND:
            return None
        raise
    return _one(answer, entity), answer.lines(entity)


async def update(company: Company, entity: str, content: Mapping[str, Any]) -> Entity:
    """Replace an object by `content`, which has its `Id` and `SyncToken` and all that is to stay. Raises: as `_call_for`.

    Source: developer.intuit.com, API reference: Purchase ("Full update a purchase"): what is left out is cleared.
    """
    return _one(await _call(company, "POST", entity.lower(), None, content), entity)


async def find(company: Company, entity: str, name: str, value: str) -> list[Entity]:
    """The objects whose property, a name, has that value in any case. Raises: as `_call_for`.

    The query language knows no characters above U+00FF: "Lexical error", 4000. `%` stands in their place, and of what that finds,
    those with the very name are taken. Source: https://github.com/intuit/QuickBooks-V3-PHP-SDK/issues/397; for LIKE and its only
    wildcard `%`, developer.intuit.com, "Query operations and syntax".
    """
    if not _UNQUERYABLE.search(value):
        answer = await _call(company, "GET", "query", {"query": f"select * from {entity} where {name} = '{_escaped(value)}'"})
        return answer.found(entity)
    wanted = f"select * from {entity} where {name} like '{_escaped(_UNQUERYABLE.sub('%', value))}'"
    for page in range(_MOST_PAGES):
        paged = f"{wanted} startposition {page * MOST_RESULTS + 1} maxresults {MOST_RESULTS}"
        found = (await _call(company, "GET", "query", {"query": paged})).found(entity)
        if named := [each for each in found if each.is_named(name, value)]:
            return named
        if len(found) < MOST_RESULTS:
            break
    return []


async def find_numbers(company: Company, entity: str, numbers: Collection[str]) -> list[Entity]:
    """The documents that have one of these numbers, in one query. Raises: as `_call_for`.

    Source: developer.intuit.com, "Query operations and syntax": IN, and at most 1,000 results.
    """
    listed = ", ".join(f"'{_escaped(number)}'" for number in numbers)
    query = f"select * from {entity} where DocNumber in ({listed}) maxresults {MOST_RESULTS}"
    return (await _call(company, "GET", "query", {"query": query})).found(entity)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


async def create(company: Company, entity: str, content: Mapping[str, Any], request_id: str) -> Entity:
    """Make an object, once for a `request_id`. Raises: as `_call_for`; its outcome is unknown then, unless it is a `Fault`."""
    return _one(await _call(company, "POST", entity.lower(), {"requestid": request_id}, content), entity)


async def create_together(
    company: Company, entity: str, contents: Mapping[str, Mapping[str, Any]], request_id: str
) -> dict[str, Entity | Exception]:
    """Make up to thirty objects; each is answered by its own key (at most ten characters). Raises: as `_call_for`."""
    items = [{"bId": key, "operation": "create", entity: content} for key, content in contents.items()]
    answer = await _call_for(BatchAnswer, company, "POST", "batch", {"requestid": request_id}, {"BatchItemRequest": items})
    return answer.results(entity)


async def change(company: Company, entity: str, found: Entity, content: Mapping[str, Any]) -> Entity:
    """Change properties of an object as it was found, and keep all others. Raises: as `_call_for`."""
    whole = {**content, "Id": found.id, "SyncToken": found.sync_token, "sparse": True}
    return _one(await _call(company, "POST", entity.lower(), None, whole), entity)


async def void(company: Company, entity: str, object_id: str, sync_token: str) -> None:
    """Void an object: it stays, with nothing owed. Raises: as `_call_for`."""
    await _call(company, "POST", entity.lower(), {"operation": "void"}, {"Id": object_id, "SyncToken": sync_token})


async def remove(company: Company, entity: str, object_id: str, sync_token: str) -> None:
    """Delete an object. Raises: as `_call_for`."""
    await _call(company, "POST", entity.lower(), {"operation": "delete"}, {"Id": object_id, "SyncToken": sync_token})


async def changes(company: Company, entities: Sequence[str], since: datetime) -> dict[str, list[Entity]]:
    """What has changed since (at most 30 days ago), at most 1,000 objects, by entity. Raises: as `_call_for`."""
    oldest = company.clock.now() - timedelta(days=29)
    at = max(since, oldest).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = await _call(company, "GET", "cdc", {"entities": ",".join(entities), "changedSince": at})
    return {entity: answer.changed(entity) for entity in entities}


async def _call(
    company: Company,
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    content: Mapping[str, Any] | None = None,
) -> Answer:
    return await _call_for(Answer, company, method, path, query, content)


async def _call_for(
    shape: type[_Shape],
    company: Company,
    method: str,
    path: str,
    query: Mapping[str, str] | None,
    content: Mapping[str, Any] | None,
) -> _Shape:
    """One call.

    Raises: `Fault` (the books refuse it: nothing was done), `AuthExpired`, `Retryable` (also for an answer that cannot be read).
    """
    try:
        body = await _send(company, method, path, query, content)
    except AuthExpired:
        company.token = await company.renew(company.token)
        body = await _send(company, method, path, query, content)
    if fault := read_fault(body):
        raise fault
    try:
        return shape.model_validate_json(body)
    except ValidationError as failure:
        raise Retryable("QuickBooks' answer cannot be read. What it did is looked up before anything is sent again.") from failure


async def _send(
    company: Company, method: str, path: str, query: Mapping[str, str] | None, content: Mapping[str, Any] | None
) -> bytes:
    settings = company.settings
    base = settings.quickbooks_api_url or API_URLS["production" if settings.quickbooks_environment == "production" else "sandbox"]
    parameters = urlencode({**(query or {}), "minorversion": MINOR_VERSION}, quote_via=quote)
    url = f"{base}/v3/company/{quote(settings.quickbooks_realm_id, safe='')}/{path}?{parameters}"
    headers = {"authorization": f"Bearer {company.token}", "accept": "application/json"}
    body = None
    if content is not None:
        headers["content-type"] = "application/json"
        body = to_json(content)
    try:
        answer = await send(company.http, PARTNER, method, url, headers, body, now=company.clock.now(), verdicts=BOOKS)
        return answer.body
    except (Permanent, Doubtful) as refusal:
        raise read_fault(refusal.body) or refusal from refusal


def _one(answer: Answer, entity: str) -> Entity:
    found = answer.one(entity)
    if found is None:
        raise Retryable("QuickBooks' answer leaves out part of what it was asked for.")
    return found
