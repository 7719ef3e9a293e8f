"""The three calls that every listing site takes: put, remove, read back.

ASSUMED: methods and answers, as in docs/partners.md, "Calls". To confirm: each site's own document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from carlot.errors import Permanent, Retryable
from carlot.partners.http import send
from carlot.partners.listings.site import Site
from carlot.platform.ports import HttpResponse, Services

_OBJECT = TypeAdapter(dict[str, Any])
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class _Taken(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Error(BaseModel):
    message: Annotated[str, StringConstraints(min_length=1)]
    field: str | None = None


class _ErrorAnswer(BaseModel):
    error: _Error = Field()


def standard_refusal(body: bytes) -> str | None:
    """The site's own words in `{"error": {"code", "message", "field"}}`; `None`: none that can be read."""
    try:
        error = _ErrorAnswer.model_validate_json(body).error
    except ValidationError:
        return None
    words = " ".join(_UNSEEN.sub(" ", error.message).split())[:300]
    return f"{words} ({error.field[:60]})" if error.field else words


async def put_listing(services: Services, site: Site, vin: str, body: bytes) -> str:
    """Create or replace a listing by its JSON; answer the site's id of it.

    Raises: as `send`, a refusal in the site's own words; `Retryable` when the answer does not say that it was taken.
    """
    answer = await _call(services, site, "PUT", vin, body)
    try:
        return _Taken.model_validate_json(answer.body).id
    except ValidationError as failure:
        raise Retryable(f"{site.name}'s answer does not say whether it took the car.") from failure


async def remove_listing(services: Services, site: Site, vin: str) -> None:
    """Remove a listing; one that is not there counts as removed. Raises: as `send`."""
    try:
        await _call(services, site, "DELETE", vin)
    except Permanent as refusal:
        if refusal.status != 404:
            raise


async def read_listing(services: Services, site: Site, vin: str) -> Mapping[str, Any] | None:
    """What the site shows of a car, in its own words; `None`: nothing.

    Raises: as `send`; `Retryable` when the answer is no listing of that car.
    """
    try:
        answer = await _call(services, site, "GET", vin)
    except Permanent as refusal:
        if refusal.status == 404:
            return None
        raise
    try:
        shown = _OBJECT.validate_json(answer.body)
    except ValidationError as failure:
        raise Retryable(f"{site.name}'s answer cannot be read.") from failure
    if "error" in shown or not shown.keys() & {"id", site.names["vin"]} or shown.get(site.names["vin"], vin) != vin:
        raise Retryable(f"{site.name}'s answer is no listing of this car.")
    return shown


async def _call(services: Services, site: Site, method: str, vin: str, body: bytes | None = None) -> HttpResponse:
    settings, now = services.settings, services.clock.now()
    headers = {**site.credentials(settings.value), "accept": "application/json"}
    if body is not None:
        headers["content-type"] = "application/json"
    try:
        return await send(services.http, site.name, method, site.url(settings.value, vin), headers, body, now=now)
    except Permanent as refusal:
        if words := (site.refusal or standard_refusal)(refusal.body):
            raise Permanent(f"{site.name} refused it: {words}", refusal.status) from refusal
        raise
