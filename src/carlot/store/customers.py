"""The customers table."""

from __future__ import annotations

from typing import Any

from carlot.platform.ports import Database, Statement, statement

# A new customer.
INSERT = "INSERT INTO customers (id, name, email, phone, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)"

# The customer of that name, with the same address or none of the two known.
FIND = """
SELECT id FROM customers
WHERE name = ?1 COLLATE NOCASE AND (email IS NULL OR ?2 IS NULL OR email = ?2 COLLATE NOCASE) AND (phone IS NULL OR ?3 IS NULL OR phone = ?3)
ORDER BY created_at LIMIT 1"""

# A page of customers, newest first; ?1 a text that the name, mail or phone contains.
LIST = """
SELECT id, name, email, phone, created_at AS createdAt, count(*) OVER () AS total FROM customers
WHERE ?1 = '' OR instr(lower(name || ' ' || ifnull(email, '') || ' ' || ifnull(phone, '')), ?1)
ORDER BY created_at DESC, id LIMIT ?2 OFFSET ?3"""


def insert(customer_id: str, name: str, email: str | None, phone: str | None, now: str) -> Statement:
    """Add a customer."""
    return statement(INSERT, customer_id, name, email or None, phone or None, now)


async def find(database: Database, name: str, email: str | None, phone: str | None) -> str | None:
    """Find a known customer's id; `None` when there is none."""
    row = await database.first(FIND, name, email or None, phone or None)
    return None if row is None else str(row["id"])


async def page(database: Database, text: str, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of customers, and how many there are."""
    rows = await database.all(LIST, text.lower(), limit, offset)
    return [{name: value for name, value in row.items() if name != "total"} for row in rows], int(rows[0]["total"]) if rows else 0
