"""`Idempotency-Key`: a write that is repeated under its key is done once and gets its first answer again, for 24 hours.

Source: draft-ietf-httpapi-idempotency-key-header. A request that was refused has made nothing, so its key is free
again, as at Stripe (https://docs.stripe.com/api/idempotent_requests).
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from pydantic import BaseModel
from pydantic_core import to_json

from carlot.domain.deadlines import IDEMPOTENCY_KEY_KEPT
from carlot.domain.times import instant
from carlot.errors import BadRequest, Conflict, ConstraintViolation, Invalid, Problem
from carlot.platform.ports import Request, Row, Services
from carlot.store import idempotency_keys
from carlot.store.idempotency_keys import Kept, Try

HEADER = "Idempotency-Key"
LONGEST = 255
UNDER_WAY = timedelta(seconds=5)
"""How long a try that was not heard of again keeps its key. A slower one makes nothing once another has the key."""


async def once(request: Request, services: Services, entry: BaseModel, make: Callable[[Try | None], Awaitable[str]]) -> str:
    """Make what a request asks for, or find what was made under its key; the JSON text that shows it.

    `make` writes one batch, which ends with the statement that shows and keeps it (`idempotency_keys.show`), and returns its
    text: a kill at any moment leaves the thing and its answer, or neither.

    Raises: `BadRequest` (the header), `Invalid` (another body under the key), `Conflict` (under way), and what `make` raises.
    """
    attempt = _attempt(request, services, entry)
    if attempt is None:
        return await make(None)
    now = services.clock.now()
    kept = await idempotency_keys.claim(
        services.database, attempt, instant(now), instant(now + UNDER_WAY), instant(now - IDEMPOTENCY_KEY_KEPT)
    )
    if kept.token != attempt.token:
        return _first(kept, attempt)
    try:
        return await make(attempt)
    except (Problem, ConstraintViolation):
        # It may have been refused because another try under the key was faster.
        found = await idempotency_keys.read(services.database, attempt)
        if found is not None and found.token != attempt.token:
            return _first(found, attempt)
        await services.database.batch([idempotency_keys.release(attempt, instant(services.clock.now()))])
        raise


def made(rows: Sequence[Sequence[Row]]) -> str:
    """The text that shows what a batch made: the only value of its last rows."""
    (text,) = rows[-1][0].values()
    return str(text)


def _first(kept: Kept, attempt: Try) -> str:
    if kept.body_sha256 != attempt.body_sha256:
        raise Invalid("This Idempotency-Key was used with another body.", code="idempotency-key-reused")
    if kept.answer is None:
        busy = "The first request with this Idempotency-Key is still under way. Try again in a moment."
        raise Conflict(busy, code="idempotency-key-in-use", headers={"retry-after": "1"})
    return kept.answer


def _attempt(request: Request, services: Services, entry: BaseModel) -> Try | None:
    """The try that a request is; `None`: it has no key."""
    key = request.headers.get(HEADER.lower())
    if key is None:
        return None
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise BadRequest(f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters.", code="bad-idempotency-key")
    content = to_json(entry.model_dump(mode="json", exclude_unset=True))
    return Try(request.path, _hash(key.encode()), _hash(content), services.clock.token())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
