"""What the cron of every hour does with photos: forget the removed, delete the files that belong to nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from carlot.domain.times import instant
from carlot.errors import BlobsUnavailable
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import photos

KEPT = timedelta(days=1)
"""How long a removed photo's file is kept, and how long a file may belong to nothing: its upload may still be under way."""

LIMIT = 1000
MAX_PAGES = 50
_DIGITS = "0123456789abcdef"


async def delete_removed_photos(services: Services, at: datetime) -> None:
    """Forget photos removed a day ago, and look through a part of the files: in a day through all of them, UTC."""
    now = services.clock.now()
    before = instant(now - KEPT)
    await services.database.batch([photos.remove_unshown(instant(now))])
    try:
        while forgotten := await photos.forget(services.database, before, LIMIT):
            await services.blobs.delete(forgotten)
        if at.hour < len(_DIGITS):
            await _delete_orphans(services, _DIGITS[at.hour], now - KEPT)
    except BlobsUnavailable as failure:
        log("photos.sweep_failed", level="warn", error=str(failure))


async def _delete_orphans(services: Services, prefix: str, before: datetime) -> None:
    """Delete the files with that beginning that belong to no photo and are older than that."""
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page, cursor = await services.blobs.list(prefix, cursor)
        old = [blob.key for blob in page if blob.stored_at < before]
        if old and (orphans := await photos.orphans(services.database, old)):
            await services.blobs.delete(orphans)
            log("photos.orphans", count=len(orphans))
        if cursor is None:
            return
