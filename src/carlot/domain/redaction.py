"""What may be shown of bodies that partners sent or got: cars, documents and errors, but no person and no secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic_core import from_json, to_json

HIDDEN = "[hidden]"
MOST = 2000
"""Characters of a body that are kept of a failed call."""

_DEPTH = 40

_VEHICLE = """
vin stocknumber year modelyear make model trim bodystyle exteriorcolor interiorcolor transmission fueltype drivetrain engine
mileage odometer location price listprice cost dateacquired photos photourls position status description comments sellercomments
updatedat updatedsince saleprice saledate vehicleid dmssaleid total nextcursor cursor limit"""
_ENVELOPE = """
id event type eventtype occurredat timestamp time specversion source realmid operation lastupdated intuitentityid intuitaccountid
datacontenttype deleted"""
_DOCUMENT = """
docnumber txndate amount totalamt balance synctoken value detailtype qty unitprice paymenttype bid sparse requestid minorversion
granttype txnid txntype postingtype domain duedate maxresults startposition"""
_ERROR = "error errors code message detail details field element fault statuscode errordescription title reason text"
_SHOWN = frozenset(f"{_VEHICLE} {_ENVELOPE} {_DOCUMENT} {_ERROR}".split())
"""Names of members whose values are shown, in lower case without separators. What is not here may be about a person."""

_WHO = "customer customers buyer buyers cobuyer contact contacts person people lead owner seller employee vendor"
_PEOPLE = frozenset(_WHO.split())
"""Of these nothing is shown, whatever their members are called."""

_KINDS = "Invoice Payment Purchase Customer Vendor Item Account Bill JournalEntry Estimate CreditMemo"
_ENTITIES = frozenset(_KINDS.split())
"""QuickBooks' names of its kinds of objects, shown wherever they stand."""

_SEPARATORS = re.compile(r"[^a-z0-9]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_PHONE = re.compile(r"(?<![\w-])(?:\+?\d{1,3}[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]?\d{4}(?!\w)")


def shown_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without mail addresses, phone numbers, quoted names and the given secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _PHONE.sub(HIDDEN, _MAIL.sub(HIDDEN, _QUOTED.sub(f"'{HIDDEN}'", text)))


def shown_json(body: str, secrets: Iterable[str] = ()) -> Any:
    """Return the JSON of a body with every value hidden that is not known to be harmless; `None`: it is no JSON."""
    try:
        return _shown(from_json(body), known=False, secrets=tuple(secrets), depth=_DEPTH)
    except ValueError:
        return None


def shown_body(body: bytes | None, secrets: Iterable[str] = ()) -> str | None:
    """Return what may be shown of a body, as a text of at most `MOST` characters; `None`: there is none."""
    if not body:
        return None
    secrets = tuple(secrets)
    text = body[: 50 * MOST].decode("utf-8", "replace")
    found = shown_json(text, secrets)
    if found is not None:
        return to_json(found).decode()[:MOST]
    form = parse_qsl(text, keep_blank_values=True) if "=" in text and not re.search(r"[<\s{]", text) else []
    return (_form(form, secrets) if form else shown_text(text[:MOST], secrets)).replace("\x00", "")[:MOST]


def shown_url(url: str, secrets: Iterable[str] = ()) -> str:
    """Return an address without user, password and the values of its query that may be about a person."""
    secrets = tuple(secrets)
    parts = urlsplit(url)
    query = _form(parse_qsl(parts.query, keep_blank_values=True), secrets)
    host = parts.netloc.rpartition("@")[2]
    return shown_text(f"{parts.scheme}://{host}{parts.path}", secrets)[:500] + (f"?{query[:500]}" if query else "")


def _form(pairs: Iterable[tuple[str, str]], secrets: tuple[str, ...]) -> str:
    shown = [(name, shown_text(value, secrets) if _known(name) or name == "query" else HIDDEN) for name, value in pairs]
    return "&".join(f"{name[:100]}={value}" for name, value in shown)


def _known(name: str) -> bool:
    return _SEPARATORS.sub("", name.lower()) in _SHOWN


def _member(name: str, value: Any, secrets: tuple[str, ...], depth: int) -> Any:
    """One member of an object. Of a person only the shape is shown."""
    if _SEPARATORS.sub("", name.lower()) in _PEOPLE:
        return sorted(str(each)[:100] for each in value) if isinstance(value, dict) else HIDDEN
    return _shown(value, known=_known(name), secrets=secrets, depth=depth)


def _shown(value: Any, *, known: bool, secrets: tuple[str, ...], depth: int) -> Any:
    if depth == 0:
        return HIDDEN
    if isinstance(value, dict):
        return {str(name)[:100]: _member(str(name), each, secrets, depth - 1) for name, each in value.items()}
    if isinstance(value, list):
        return [_shown(each, known=known, secrets=secrets, depth=depth - 1) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return shown_text(value, secrets) if known else value if value in _ENTITIES else HIDDEN
    return value if known else HIDDEN
