"""The request ledger: the requests to each partner, in order, and their responses."""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from simulators.partner import JSON

ENTRIES_KEPT = 200_000
BODY_KEPT_BYTES = 64 * 1024
# A larger body is recorded by its size only.


@dataclass(slots=True)
class Entry:
    """One request. `status` is None until the response, and stays None when the connection was dropped."""

    seq: int
    time: str
    partner: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    body_bytes: int
    idempotency_key: str | None
    status: int | None = None
    fault: str | None = None


class Ledger:
    """The latest 200,000 requests. The only recorded header is `Idempotency-Key`; Authorization headers are never recorded."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._last_seq = 0

    def open(self, partner: str, request: web.Request, body: bytes) -> Entry:
        """Record a request at its arrival. The caller sets `status` and `fault` later."""
        self._last_seq += 1
        entry = Entry(
            seq=self._last_seq,
            time=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            partner=partner,
            method=request.method,
            path=request.path,
            query=dict(request.query),
            body=_readable(body),
            body_bytes=len(body),
            idempotency_key=request.headers.get("Idempotency-Key"),
        )
        self._entries.append(entry)
        return entry

    def select(self, partner: str | None, method: str | None, path: str | None, since: int) -> Iterator[dict[str, Any]]:
        """Yield the matching entries with `seq > since`. A `path` that ends in `*` matches a prefix."""
        for entry in self._entries:
            if entry.seq <= since or (partner and entry.partner != partner):
                continue
            if method and entry.method != method.upper():
                continue
            if path and not _path_matches(entry.path, path):
                continue
            yield asdict(entry)

    def clear(self) -> None:
        """Delete all entries. Sequence numbers continue, so that an old `since` stays valid."""
        self._entries.clear()

    @property
    def last_seq(self) -> int:
        """Return the sequence number of the latest request, or 0 before the first."""
        return self._last_seq


def _path_matches(path: str, wanted: str) -> bool:
    return path.startswith(wanted[:-1]) if wanted.endswith("*") else path == wanted


def _readable(body: bytes) -> Any:
    """Return the body as parsed JSON, or else as text; None for an empty body, and only the size of a large one."""
    if not body:
        return None
    if len(body) > BODY_KEPT_BYTES:
        return {"not_kept_bytes": len(body)}
    try:
        return JSON.validate_json(body)
    except ValidationError:
        return body.decode("utf-8", "replace")
