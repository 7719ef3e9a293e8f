"""What a VIN says of its car."""

from __future__ import annotations

from datetime import timedelta

from carlot.domain import vin as vins
from carlot.domain.times import instant
from carlot.domain.vehicle import DECODED
from carlot.engine.enqueue import commit
from carlot.platform.ports import Request, Response, Services
from carlot.store import vin_decodes
from carlot.store.vin_decodes import Standing
from carlot.web.responses import json_answer

IN_VAIN = timedelta(minutes=10)
"""How long after the decoder had nothing to say of a VIN it is asked again."""

NOTHING = Standing(None, asked=False, filled={})
SUGGESTED = ("year", "make", "model", *DECODED)


async def get_vin(request: Request, services: Services) -> Response:
    """What a VIN says of its car, to be suggested.

    `state` is `decoded`, `on_its_way` (it is being asked for: ask again in a second) or `not_offered`: the VIN is not valid, or
    the decoder is not configured or did not answer. What is not known is null.
    """
    vin = "".join(request.params["vin"].split()).upper()
    refusal = vins.refusal(vin, vins.FIRST_MODEL_YEAR)
    valid = vins.is_valid(vin, vins.FIRST_MODEL_YEAR)
    standing = await _asked(services, vin) if valid else NOTHING
    known = standing.known
    return json_answer(
        {
            "vin": vin,
            "valid": valid,
            "state": "decoded" if known else "on_its_way" if standing.asked else "not_offered",
            "suggestions": {name: known.suggestions.get(name) if known else None for name in SUGGESTED},
            "hint": refusal or (known.hint if known else None),
            "filled": standing.filled,
        }
    )


async def _asked(services: Services, vin: str) -> Standing:
    """Where a VIN stands; the decoder is asked where it was not."""
    standing = await vin_decodes.standing(services.database, vin)
    if standing.known or standing.asked or not services.settings.configured(vin_decodes.TARGET):
        return standing
    now = services.clock.now()
    await commit(services, [], [vin_decodes.enqueue_asked(vin, instant(now), instant(now - IN_VAIN))])
    return await vin_decodes.standing(services.database, vin)
