"""The trade_ins table: which car was taken in for which line of a sale."""

from __future__ import annotations

from carlot.platform.ports import Database, Row, Statement, statement


def allowance_cents(sale: str, trade_in: str) -> str:
    """The SQL of what a customer was given for a car: the line as it is now; NULL when that line is no trade-in any more."""
    line = f"{sale}.lines, '$[' || {trade_in}.line || ']"
    return f"iif(json_extract({line}.kind') = 'tradeIn', -json_extract({line}.amount_cents'), NULL)"


# The first trade-in of a sale for which no car was taken in. ?1 a sale.
NEXT = """
SELECT s.sale_date, l.key AS line, -(l.value ->> 'amount_cents') AS allowance_cents
FROM sales s JOIN json_each(s.lines) AS l
WHERE s.id = ?1 AND s.voided_at IS NULL AND l.value ->> 'kind' = 'tradeIn'
  AND NOT EXISTS (SELECT 1 FROM trade_ins t WHERE t.sale_id = s.id AND t.line = l.key)
ORDER BY l.key LIMIT 1"""

# A car was taken in for a line of a sale.
INSERT = "INSERT INTO trade_ins (vehicle_id, sale_id, line) VALUES (?1, ?2, ?3)"


async def next_line(database: Database, sale_id: str) -> Row | None:
    """The first trade-in of a sale whose car is not taken in: `sale_date`, `line` and `allowance_cents`; `None`: there is none."""
    return await database.first(NEXT, sale_id)


def insert(vehicle_id: str, sale_id: str, line: int) -> Statement:
    """A car was taken in for a line of a sale. `UniqueViolation`: another one was."""
    return statement(INSERT, vehicle_id, sale_id, line)
