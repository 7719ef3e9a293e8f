"""Every outbound call: one place for the time-out, the size cap, and what an answer means.

This is the only place that raises `Retryable`, `Permanent` and `AuthExpired` for a status.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from carlot.domain.times import retry_after_s
from carlot.errors import AnswerTooLarge, AuthExpired, NetworkFailure, Permanent, Retryable
from carlot.platform.ports import Http, HttpResponse

TIMEOUT_S = 20.0
MAX_BYTES = 10 * 1024 * 1024
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
