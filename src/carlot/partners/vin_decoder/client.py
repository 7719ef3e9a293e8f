"""Calls to NHTSA's vPIC API, which is free and needs no key.

Source: https://vpic.nhtsa.dot.gov/api/, "Decode VIN (flat format)" and "Decode VIN (flat format) in a Batch" (at most 50); and
its FAQ, https://vpic.nhtsa.dot.gov/api/home/index/faq, on how many calls it takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from carlot.partners.http import send
from carlot.partners.vin_decoder.mapping import Decoded, read_results
from carlot.platform.ports import Http
from carlot.settings import Settings

PARTNER = "The VIN decoder"
MOST = 50
"""VINs of one call."""

_JSON = {"accept": "application/json"}
_FORM = {**_JSON, "content-type": "application/x-www-form-urlencoded"}


async def decode_vins(http: Http, settings: Settings, now: datetime, vins: Sequence[str]) -> Mapping[str, Decoded]:
    """What the decoder knows of up to `MOST` VINs, by VIN. Raises: as `send`; `Retryable` when the answer cannot be read."""
    base = f"{settings.vin_decoder_url}/vehicles"
    if len(vins) == 1:
        url = f"{base}/DecodeVinValues/{quote(vins[0], safe='')}?format=json"
        answer = await send(http, PARTNER, "GET", url, _JSON, now=now)
    else:
        form = urlencode({"format": "json", "data": ";".join(vins)}).encode()
        answer = await send(http, PARTNER, "POST", f"{base}/DecodeVINValuesBatch/", _FORM, form, now=now)
    return read_results(answer.body)
