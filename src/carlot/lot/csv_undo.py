"""Undoing the import of a CSV file, as far as nobody has changed its vehicles since."""

from __future__ import annotations

from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.lot.sync_rules import enqueue_edits_of, enqueue_listings
from carlot.platform.ports import Row, Services
from carlot.store import csv_imports


async def undo(services: Services, import_id: str) -> tuple[int, list[Row]]:
    """Put vehicles back as they were; return how many, and the vehicles that were left as they are."""
    now = services.clock.now()
    touched = await csv_imports.touched(services.database, import_id)
    # A task for a vehicle that is left as it is is harmless: it finds nothing to do.
    enqueued = enqueue_listings(services, *(str(row["id"]) for row in touched)) if touched else []
    enqueued += enqueue_edits_of(services, [str(row["id"]) for row in touched if row["pushed"]])
    archived, _, put_back, _ = await commit(services, csv_imports.undo(import_id, instant(now)), enqueued)
    done = {row["id"] for row in (*archived, *put_back)}
    return len(done), [row for row in touched if row["id"] not in done]
