"""The three calls that every listing site takes: put, remove, read back.

ASSUMED: methods and answers, as in docs/partners.md, "Calls". To confirm: each site's own document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from carlot.domain.model import Model
from carlot.domain.verdicts import SITE
from carlot.errors import Doubtful, Gone, Permanent, Retryable
from carlot.partners.http import send
from carlot.partners.listings.site import Site
from carlot.platform.ports import HttpResponse, Services


@cache
def _object() -> TypeAdapter[dict[str, Any]]:
    return TypeAdapter(dict[str, Any])


_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class _Taken(Model):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Error(Model):
    message: Annotated[str, StringConstraints(min_length=1)]
    field: str | None = None


class _ErrorAnswer(Model):
    error: _Error = Field()


def standard_refusal(body: bytes) -> str | None:
    """The site's own words in `{"error": {"code", "message", "field"}}`; `None`: none that can be read."""
    try:
        error = _ErrorAnswer.model_validate_json(body).error
    except ValidationError:
        return None
    words = " ".join(_UNSEEN.sub(" ", error.message).split())[:300]
    return f"{words} ({error.field[:60]})" if error.field else words


async def put_listing(services: Services, site: Site, url: str, body: bytes) -> str | None:
    """Create or replace the listing at an address by its JSON; answer the site's id of it, `None` when the answer names none.

    Raises: as `send`, a refusal in the site's own words.
    """
    answer = await _call(services, site, "PUT", url, body)
    try:
        return _Taken.model_validate_json(answer.body).id
    except ValidationError:
        return None


async def remove_listing(services: Services, site: Site, url: str) -> None:
    """Remove the listing at an address; one that is not there counts as removed. Raises: as `send`."""
    try:
        await _call(services, site, "DELETE", url)
    except Gone:
        return


async def read_listing(services: Services, site: Site, vin: str, url: str) -> Mapping[str, Any] | None:
    """What the site shows of a car at an address, in its own words; `None`: nothing.

    Raises: as `send`; `Retryable` when the answer is no listing of that car.
    """
    try:
        answer = await _call(services, site, "GET", url)
    except Gone:
        return None
    try:
        shown = _object().validate_json(answer.body)
    except ValidationError as failure:
        raise Retryable(f"{site.name}'s answer cannot be read.") from failure
    if "error" in shown or not shown.keys() & {"id", site.names["vin"]} or shown.get(site.names["vin"], vin) != vin:
        raise Retryable(f"{site.name}'s answer is no listing of this car.")
    return shown


async def _call(services: Services, site: Site, method: str, url: str, body: bytes | None = None) -> HttpResponse:
    settings, now = services.settings, services.clock.now()
    headers = {**site.credentials(settings.value), "accept": "application/json"}
    if body is not None:
        headers["content-type"] = "application/json"
    try:
        return await send(services.http, site.name, method, url, headers, body, now=now, verdicts=SITE)
    except Doubtful as refusal:
        raise Doubtful(_in_its_words(site, refusal.body) or str(refusal)) from refusal
    except Permanent as refusal:
        raise type(refusal)(_in_its_words(site, refusal.body) or str(refusal), refusal.status) from refusal


def _in_its_words(site: Site, body: bytes) -> str | None:
    words = (site.refusal or standard_refusal)(body)
    return f"{site.name} refused it: {words}" if words else None
