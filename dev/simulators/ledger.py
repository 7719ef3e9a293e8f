"""The request ledger: what each partner heard, in order, and how it answered."""

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
# A body above this is only measured: nobody reads ten megabytes in a ledger.


@dataclass(slots=True)
class Entry:
    """One request. `status` is None until it is answered, and stays None when the connection was dropped."""

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
    """The latest 200,000 requests. Authorization headers are never kept; of all headers only `Idempotency-Key` is."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._last_seq = 0

    def open(self, partner: str, request: web.Request, body: bytes) -> Entry:
        """Note a request at its arrival; `status` and `fault` are filled in by who answers it."""
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
        """Entries with `seq > since` that match; `path` ends in `*` to match a beginning."""
        for entry in self._entries:
            if entry.seq <= since or (partner and entry.partner != partner):
                continue
            if method and entry.method != method.upper():
                continue
            if path and not _path_matches(entry.path, path):
                continue
            yield asdict(entry)

    def clear(self) -> None:
        """Forget all entries; sequence numbers go on, so that an old `since` stays right."""
        self._entries.clear()

    @property
    def last_seq(self) -> int:
        """Sequence number of the latest request, 0 before the first."""
        return self._last_seq


def _path_matches(path: str, wanted: str) -> bool:
    return path.startswith(wanted[:-1]) if wanted.endswith("*") else path == wanted


def _readable(body: bytes) -> Any:
    """The body parsed when it is JSON, else its text; None when empty, only its size when large."""
    if not body:
        return None
    if len(body) > BODY_KEPT_BYTES:
        return {"not_kept_bytes": len(body)}
    try:
        return JSON.validate_json(body)
    except ValidationError:
        return body.decode("utf-8", "replace")
