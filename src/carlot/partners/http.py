"""Every outbound call: one place for the time-out, the size cap, and what an answer means.

This and `partners.ftp` are the only places that raise `Retryable`, `Permanent` and `AuthExpired` for a status. What each status
means stands in `domain.verdicts`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from carlot.domain.times import retry_after_s
from carlot.domain.verdicts import ANY, BOOKS, TOKENS, Meaning, meaning
from carlot.errors import AnswerTooLarge, AuthExpired, Doubtful, Gone, NetworkFailure, Permanent, Retryable
from carlot.platform.ports import Http, HttpResponse, Take

TIMEOUT_S = 20.0
MAX_BYTES = 10 * 1024 * 1024

_CREDENTIALS = {BOOKS: "sign-in", TOKENS: "app"}
"""What we show a partner that has no API keys, as the dealer knows it."""


async def send(
    http: Http,
    partner: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    now: datetime,
    verdicts: str = ANY,
    code: Callable[[bytes], str] = lambda body: "",
) -> HttpResponse:
    """Send one request to a partner, named as the dealer knows it; answer a 2xx. `verdicts` are its rows in
    `domain.verdicts`, and `code` finds their code in a body.

    Raises: `Retryable` (no answer, or trouble that passes), `Doubtful` (a conflict), `AuthExpired` (401), `Gone` (404, 410),
    `Permanent` (every other refusal).
    """
    try:
        answer = await http.request(method, url, headers, body, timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)
    except AnswerTooLarge as failure:
        raise Permanent(f"{partner}'s answer is larger than {MAX_BYTES // 1024 // 1024} MB.") from failure
    except NetworkFailure as failure:
        raise Retryable(f"{partner} is not responding.") from failure
    if 200 <= answer.status < 300:
        return answer
    raise _refusal(
        partner, answer, now, meaning(verdicts, answer.status, code(answer.body)), _CREDENTIALS.get(verdicts, "API key")
    )


async def download(
    http: Http,
    partner: str,
    url: str,
    headers: Mapping[str, str],
    take: Take,
    *,
    now: datetime,
    timeout_s: float,
    max_bytes: int,
    verdicts: str = ANY,
) -> HttpResponse:
    """Fetch a file from a partner, which is handed to `take` part by part. Raises: as `send`; parts may have been taken."""
    try:
        answer = await http.download(url, headers, take, timeout_s=timeout_s, max_bytes=max_bytes)
    except AnswerTooLarge as failure:
        raise Permanent(f"{partner}'s file is larger than {max_bytes // 1024 // 1024} MB.") from failure
    except NetworkFailure as failure:
        raise Retryable(f"{partner}'s file did not come whole.") from failure
    if 200 <= answer.status < 300:
        return answer
    raise _refusal(partner, answer, now, meaning(verdicts, answer.status, ""), "address")


def _refusal(partner: str, answer: HttpResponse, now: datetime, says: Meaning | None, credential: str) -> Exception:
    status = answer.status
    if says in (Meaning.LATER, Meaning.SLOW_DOWN):
        said = "asks us to slow down" if says is Meaning.SLOW_DOWN else "is having trouble"
        return Retryable(f"{partner} {said} ({status}).", retry_after_s(answer.headers.get("retry-after", ""), now))
    if says is Meaning.CREDENTIALS:
        return AuthExpired(f"{partner} rejected the {credential} ({status}).")
    if says is Meaning.DOUBTFUL:
        return Doubtful(f"{partner} says that this does not fit what it has ({status}).", answer.body)
    if says is Meaning.GONE:
        return Gone(f"{partner} refused the request ({status}).", status, answer.body)
    if status == 413:
        return Permanent(
            f"{partner} says that this is too large ({status}). Shorten what is sent, and retry.", status, answer.body
        )
    return Permanent(f"{partner} refused the request ({status}).", status, answer.body)
