"""What the public may see of the lot."""

from __future__ import annotations

from carlot.domain.search import Search
from carlot.platform.ports import Database, statement
from carlot.store.vehicle_json import PUBLIC, PUBLIC_OBJECT, count_statement, joined, list_statement

# Rises with every change to a car that the public sees or saw.
REVISION = "SELECT revision FROM lot WHERE id = 1"

# One public vehicle as JSON text; ?1 is the base URL, ?2 the id.
READ = f"SELECT {PUBLIC_OBJECT} AS vehicle FROM vehicles WHERE id = ?2 AND status = 'available' AND publish_to_website = 1"


async def revision(database: Database) -> int:
    """The lot's present revision."""
    row = await database.first(REVISION)
    return int(row["revision"]) if row else 0


async def search(database: Database, wanted: Search, base: str) -> tuple[int, str, int]:
    """The lot's revision, one page of public vehicles as a JSON array, and how many there are over all pages."""
    at, items, count = await database.batch(
        [statement(REVISION), list_statement(PUBLIC, wanted, base), count_statement(PUBLIC, wanted, base)]
    )
    return int(at[0]["revision"]), joined(items), int(count[0]["total"])


async def read(database: Database, vehicle_id: str, base: str) -> str | None:
    """One public vehicle as JSON text; `None`: no such vehicle, or not public."""
    row = await database.first(READ, base, vehicle_id)
    return None if row is None else str(row["vehicle"])
