"""The oauth_tokens table."""

from __future__ import annotations

from carlot.ports import Database

# Whether QuickBooks is connected.
STATE = "SELECT state FROM oauth_tokens WHERE provider = 'quickbooks'"


async def state(database: Database) -> str | None:
    """`connected` or `reauth_required`; `None`: never connected."""
    row = await database.first(STATE)
    return None if row is None else str(row["state"])
