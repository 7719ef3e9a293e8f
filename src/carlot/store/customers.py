"""The customers table."""

from __future__ import annotations

from typing import Any

from carlot.platform.ports import Database, Statement, statement
from carlot.store import idempotency_keys
from carlot.store.idempotency_keys import Try, keeping

# A new customer.
INSERT = "INSERT INTO customers (id, name, email, phone, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)"

# The customer of that name, with the same address or none of the two known.
FIND = """
SELECT id FROM customers
WHERE name = ?1 COLLATE NOCASE AND erased_at IS NULL AND (email IS NULL OR ?2 IS NULL OR email = ?2 COLLATE NOCASE) AND (phone IS NULL OR ?3 IS NULL OR phone = ?3)
ORDER BY created_at LIMIT 1"""

# A customer that was just added, as the API shows it.
SHOW = """
SELECT json_object('id', id, 'name', name, 'email', email, 'phone', phone, 'createdAt', created_at) AS customer FROM customers
WHERE id = ?1"""
KEEP = keeping(SHOW)

# A page of customers, newest first; ?1 a text that the name, mail or phone contains.
LIST = """
SELECT id, name, email, phone, created_at AS createdAt, count(*) OVER () AS total FROM customers
WHERE erased_at IS NULL AND (?1 = '' OR instr(lower(name || ' ' || ifnull(email, '') || ' ' || ifnull(phone, '')), ?1))
ORDER BY created_at DESC, id LIMIT ?2 OFFSET ?3"""

# One customer as the API shows it; one who was erased is blank.
ONE = """
SELECT id, iif(erased_at IS NULL, name, '') AS name, email, phone, created_at AS createdAt, erased_at FROM customers WHERE id = ?1"""

# What was wrong is put right; what is not given stays. ?1 the customer, ?2 a JSON object of columns, ?3 now.
CHANGE = f"""
UPDATE customers SET {", ".join(f"{c} = iif(json_type(?2, '$.{c}') IS NULL, {c}, ?2 ->> '{c}')" for c in ("name", "email", "phone"))},
  updated_at = ?3
WHERE id = ?1 AND erased_at IS NULL"""

_TOLD = """EXISTS (SELECT 1 FROM customers c, json_tree(iif(json_valid(body), body, '[]')) AS part
    WHERE c.id = ?1 AND c.erased_at IS NULL AND trim(part.atom) COLLATE NOCASE IN (c.name, c.email, c.phone))"""

# The events that told of the customer and have taken effect lose their bodies.
ERASE_EVENTS = f"""
UPDATE webhook_events SET body = '' WHERE settled_at IS NOT NULL AND body <> '' AND {_TOLD}"""

# What QuickBooks said against the customer's invoices names nobody any more.
ERASE_ERRORS = """
UPDATE sync_tasks SET error = replace(error, c.name, 'the customer'), verdict = NULL
FROM customers c WHERE c.id = ?1 AND c.erased_at IS NULL AND sync_tasks.error IS NOT NULL
  AND sync_tasks.subject_id IN (SELECT id FROM sales WHERE customer_id = ?1)"""

# What the dealer entered of the customer in answers to questions.
ERASE_QUESTIONS = """
UPDATE questions SET answer = json_remove(answer, '$.customer'), details = json_remove(details, '$.customer')
WHERE subject_id IN (SELECT id FROM sales WHERE customer_id = ?1)"""

# What was answered to whoever made the customer or its sales is not answered again.
ERASE_ANSWERS = "DELETE FROM idempotency_keys WHERE instr(answer, ?1)"

# Nothing is left of who it was; the row stays, for its sales.
ERASE = """
UPDATE customers SET name = '(erased)', email = NULL, phone = NULL, erased_at = ?2, updated_at = ?2
WHERE id = ?1 AND erased_at IS NULL"""


def insert(customer_id: str, name: str, email: str | None, phone: str | None, now: str) -> Statement:
    """Add a customer."""
    return statement(INSERT, customer_id, name, email or None, phone or None, now)


def shown(customer_id: str, attempt: Try | None) -> Statement:
    """Show a customer that its batch adds, as the API shows it, and keep that for its try."""
    return idempotency_keys.show(SHOW, KEEP, customer_id, attempt)


async def find(database: Database, name: str, email: str | None, phone: str | None) -> str | None:
    """Find a known customer's id; `None` when there is none."""
    row = await database.first(FIND, name, email or None, phone or None)
    return None if row is None else str(row["id"])


async def page(database: Database, text: str, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of customers, and how many there are."""
    rows = await database.all(LIST, text.lower(), limit, offset)
    return [{name: value for name, value in row.items() if name != "total"} for row in rows], int(rows[0]["total"]) if rows else 0


async def show(database: Database, customer_id: str) -> dict[str, Any] | None:
    """One customer as the API shows it, and when it was erased (`erased_at`)."""
    row = await database.first(ONE, customer_id)
    return None if row is None else dict(row)


def change(customer_id: str, values_json: str, now: str) -> Statement:
    """Change a customer: a JSON object of `name`, `email`, `phone`. One who was erased stays so."""
    return statement(CHANGE, customer_id, values_json, now)


def erase(customer_id: str, now: str) -> list[Statement]:
    """Blank a customer, and what stands of them elsewhere. The sales stay."""
    elsewhere = [statement(sql, customer_id) for sql in (ERASE_EVENTS, ERASE_ERRORS, ERASE_QUESTIONS, ERASE_ANSWERS)]
    return [*elsewhere, statement(ERASE, customer_id, now)]
