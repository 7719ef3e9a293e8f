"""The csv_columns table: what the dealer says the columns of a CSV file are, for every later file with the same headings."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import from_json, to_json

from carlot.platform.ports import Database, Statement, statement

READ = "SELECT columns FROM csv_columns WHERE headings_digest = ?1"

KEEP = """
INSERT INTO csv_columns (headings_digest, columns, updated_at) VALUES (?1, ?2, ?3)
ON CONFLICT (headings_digest) DO UPDATE SET columns = excluded.columns, updated_at = excluded.updated_at"""


async def read(database: Database, headings_digest: str) -> dict[str, str | None]:
    """What was kept for these headings: heading -> field, or `None` for a column that is left alone."""
    row = await database.first(READ, headings_digest)
    found: dict[str, str | None] = from_json(row["columns"]) if row else {}
    return found


def keep(headings_digest: str, columns: Mapping[str, str | None], now: str) -> Statement:
    """Keep what the columns under these headings are."""
    return statement(KEEP, headings_digest, to_json(dict(columns)).decode(), now)
