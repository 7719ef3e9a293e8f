"""How often some things may be asked for. What is counted stands in D1 and so holds over all instances.

Reading is not limited here: it costs what a call to the database costs, and Cloudflare's own rules stand before it. A wrong
bearer token is refused without a call to the database, so counting it would cost more than it saves.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import timedelta
from typing import NamedTuple

from carlot.domain.times import instant, parse_instant
from carlot.errors import TooManyRequests
from carlot.platform.ports import Request, Services, Statement
from carlot.store import rate_limits


class Limit(NamedTuple):
    """So many uses in a window that begins with the first."""

    name: str
    most: int
    window: timedelta


SIGN_IN = Limit("sign-in", 10, timedelta(minutes=5))
"""Wrong tokens, of one address: a right one begins anew."""
SYNC = Limit("sync", 60, timedelta(minutes=1))
PUBLISH = Limit("publish", 600, timedelta(minutes=1))
"""Of all callers together: what is started is shared by them."""


async def spend(services: Services, limit: Limit, caller: str = "") -> None:
    """Count one use. Raises: `TooManyRequests` (429) when there were enough in this window."""
    now = services.clock.now()
    row = await rate_limits.spend(services.database, _subject(limit, caller), instant(now), instant(now + limit.window))
    if int(row["used"]) > limit.most:
        wait_s = max(1, math.ceil((parse_instant(row["resets_at"]) - now).total_seconds()))
        raise TooManyRequests(f"That was too often. Try again in {wait_s} seconds.", headers={"retry-after": str(wait_s)})


def forgive(limit: Limit, caller: str = "") -> Statement:
    """Begin anew."""
    return rate_limits.forgive(_subject(limit, caller))


def address(request: Request) -> str:
    """Whom a request comes from, as Cloudflare saw it: an IPv4 address, or the IPv6 network (/64) of one subscriber."""
    given = request.headers.get("cf-connecting-ip", "")
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.IPv6Network((found, 64), strict=False))


def _subject(limit: Limit, caller: str) -> str:
    return f"{limit.name}:{caller}" if caller else limit.name
