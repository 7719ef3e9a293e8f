"""Undoing the import of a CSV file, as far as nobody has changed its vehicles since."""

from __future__ import annotations

from carlot.domain.times import after, instant
from carlot.engine.enqueue import DELIVERY_S, commit
from carlot.lot.sync_rules import listing_raises
from carlot.platform.ports import Row, Services
from carlot.store import csv_imports, vehicles_bulk


async def undo(services: Services, import_id: str) -> tuple[int, list[Row]]:
    """Put vehicles back as they were; answer how many, and those that were left as they are."""
    now = services.clock.now()
    touched = await csv_imports.touched(services.database, import_id)
    # Raising a task for a vehicle that turns out to be left as it is is harmless: it finds nothing to do.
    raises = listing_raises(services, *(str(row["id"]) for row in touched)) if touched else []
    if pushed := [str(row["id"]) for row in touched if row["pushed"]]:
        raises.append(vehicles_bulk.raise_edits(pushed, instant(now), after(now, DELIVERY_S)))
    archived, put_back, _ = await commit(services, csv_imports.undo(import_id, instant(now)), [], raises)
    done = {row["id"] for row in (*archived, *put_back)}
    return len(done), [row for row in touched if row["id"] not in done]
