"""Limits on sign-ins and on starting work. The counts are in D1 and therefore apply to all instances.

Reads are not limited: a read costs no more than counting it would. A wrong bearer token is refused without a database call, so
counting it would cost more than it saves.
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
    """The most uses in a window that begins with the first one."""

    name: str
    most: int
    window: timedelta


SIGN_IN = Limit("sign-in", 10, timedelta(minutes=5))
"""Wrong tokens from one address; a right one resets the count."""
SYNC = Limit("sync", 60, timedelta(minutes=1))
FILES = Limit("files", 60, timedelta(minutes=1))
PUBLISH = Limit("publish", 600, timedelta(minutes=1))
"""For all callers together, because they share the work that is started."""


async def spend(services: Services, limit: Limit, caller: str = "") -> None:
    """Count one use. Raises: `TooManyRequests` (429) when there were enough in this window."""
    now = services.clock.now()
    ends, subject = instant(now + limit.window), _subject(limit, caller)
    resets_at = await rate_limits.spend(services.database, subject, instant(now), ends, limit.most)
    if resets_at is not None:
        wait_s = max(1, math.ceil((parse_instant(resets_at) - now).total_seconds()))
        raise TooManyRequests(f"Too many requests. Try again in {wait_s} seconds.", headers={"retry-after": str(wait_s)})


def forgive(limit: Limit, caller: str = "") -> Statement:
    """Reset the count."""
    return rate_limits.forgive(_subject(limit, caller))


def address(request: Request) -> str:
    """Return the caller's address as Cloudflare saw it: an IPv4 address, or the IPv6 network (/64) of one subscriber."""
    given = request.headers.get("cf-connecting-ip", "")
    try:
        found = ipaddress.ip_address(given)
    except ValueError:
        return ""
    return str(found) if found.version == 4 else str(ipaddress.IPv6Network((found, 64), strict=False))


def _subject(limit: Limit, caller: str) -> str:
    return f"{limit.name}:{caller}" if caller else limit.name
