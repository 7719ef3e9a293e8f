"""Every outbound call: one place for the time-out, the size cap, and what an answer means.

This is the only place that raises `Retryable`, `Permanent` and `AuthExpired` for a status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from carlot.errors import AnswerTooLarge, AuthExpired, NetworkFailure, Permanent, Retryable
from carlot.platform.ports import Http, HttpResponse

TIMEOUT_S = 20.0
MAX_BYTES = 10 * 1024 * 1024
MAX_RETRY_AFTER_S = 24 * 3600.0
_RETRYABLE = frozenset({408, 425, 429})


async def send(
    http: Http,
    partner: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    now: datetime,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> HttpResponse:
    """Send one request to a partner, named as the dealer knows it; answer a 2xx.

    Raises: `Retryable` (no answer, 408, 425, 429, 5xx), `AuthExpired` (401), `Permanent` (anything else).
    """
    try:
        answer = await http.request(method, url, headers, body, timeout_s=timeout_s, max_bytes=max_bytes)
    except AnswerTooLarge as failure:
        raise Permanent(f"{partner}'s answer is larger than {max_bytes // 1024 // 1024} MB.") from failure
    except NetworkFailure as failure:
        raise Retryable(f"{partner} did not answer.") from failure
    if 200 <= answer.status < 300:
        return answer
    raise _refusal(partner, answer, now)


def _refusal(partner: str, answer: HttpResponse, now: datetime) -> Exception:
    status = answer.status
    if status in _RETRYABLE or status >= 500:
        said = "asks us to slow down" if status == 429 else "is having trouble"
        return Retryable(f"{partner} {said} ({status}).", retry_after_s(answer.headers.get("retry-after", ""), now))
    if status == 401:
        return AuthExpired(f"{partner} refused our credentials (401).")
    # A 403 refuses this one request, from whoever we are: the failure of one task. Source: RFC 9110, 15.5.4.
    return Permanent(f"{partner} refused the request ({status}).", status, answer.body)


def retry_after_s(value: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, at most a day; `None`: absent or unreadable. Source: RFC 9110, 10.2.3."""
    if re.fullmatch(r"\d{1,9}", value):
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # The latter: a number of hours that no machine's integer holds.
        return None
    wait_s = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait_s.total_seconds(), 0.0), MAX_RETRY_AFTER_S)
