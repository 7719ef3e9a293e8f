"""What the DMS's records say of the sales that it made: a car sold there that it shows as available later has fallen through."""

from __future__ import annotations

from carlot.domain.deadlines import DOCUMENT_POSTED
from carlot.platform.ports import Statement, statement
from carlot.store.tasks import enqueue_select

_PAID = "(s.paid_at IS NOT NULL OR EXISTS (SELECT 1 FROM payments p WHERE p.sale_id = s.id))"
_SHOWN = "v.external_dms_id IN (SELECT value FROM json_each(?1)) AND v.dms_record ->> 'status'"

# Whether the record of an upsert says that the sale of its car has fallen through: it shows the car as available at a later time than
# the DMS told of the sale. Not when money was paid: that is asked.
FELL_THROUGH = f"""(excluded.dms_record ->> 'status' IN ('available', 'pending')
  AND EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = vehicles.id AND s.voided_at IS NULL AND s.origin = 'dms' AND NOT {_PAID}
    AND excluded.dms_updated_at > s.dms_told_at)
  AND NOT EXISTS (SELECT 1 FROM vehicles o WHERE o.vin = vehicles.vin AND o.id <> vehicles.id AND o.status IN ('available', 'pending')))"""

# Whether a record of an upsert that shows its car as sold shows a sale that was undone here: the DMS may have it still, or the record is
# not later than that sale.
ECHO = """EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = vehicles.id AND s.voided_at IS NOT NULL
  AND (s.dms_tried_at IS NOT NULL OR excluded.dms_updated_at <= s.dms_told_at))"""

# The DMS no longer has its sales that were undone here, or that have fallen through. ?1 JSON array of the stock numbers written.
FORGET_UNDONE = f"""
UPDATE sales AS s SET dms_tried_at = NULL, dms_sale_id = NULL
FROM vehicles v WHERE s.voided_at IS NOT NULL AND s.dms_tried_at IS NOT NULL AND s.origin = 'dms' AND v.id = s.vehicle_id
  AND {_SHOWN} IN ('available', 'pending') AND ifnull(v.dms_updated_at > s.dms_told_at, 1)"""

# A sale on which money was paid has fallen through there: the dealer is asked. ?2 now.
ASK_UNDONE = f"""
INSERT INTO questions (id, kind, subject_id, vehicle_id, created_at)
SELECT lower(hex(randomblob(16))), 'sale_undone', s.id, v.id, ?2
FROM vehicles v JOIN sales s ON s.vehicle_id = v.id AND s.voided_at IS NULL AND s.origin = 'dms'
WHERE v.status = 'sold' AND {_SHOWN} IN ('available', 'pending') AND v.dms_updated_at > s.dms_told_at AND {_PAID}
ON CONFLICT (kind, subject_id) WHERE state = 'open' DO NOTHING"""

# It stands there after all. ?2 now.
STANDS = f"""
UPDATE questions SET state = 'void', settled_at = ?2
WHERE kind = 'sale_undone' AND state = 'open' AND vehicle_id IN (SELECT v.id FROM vehicles v WHERE {_SHOWN} = 'sold')"""

# The invoices of sales that were undone with their cars: those that are in the books, may be, or are being sent. ?2 now, ?3 the days they have.
ENQUEUE_UNDONE = enqueue_select(
    target="'quickbooks'",
    kind="'invoice'",
    subject="s.id",
    vehicle="v.id",
    now="?2",
    deadline="strftime('%Y-%m-%dT%H:%M:%fZ', ?2, '+' || ?3 || ' days')",
    source=f"""FROM vehicles v JOIN sales s ON s.vehicle_id = v.id
WHERE {_SHOWN} IN ('available', 'pending') AND s.voided_at IS NOT NULL
  AND (s.invoice_id IS NOT NULL OR s.books_tried_at IS NOT NULL OR EXISTS (SELECT 1 FROM sync_tasks t
    WHERE t.target = 'quickbooks' AND t.kind = 'invoice' AND t.subject_id = s.id AND t.state = 'running'))
  AND ifnull(s.balance_cents, 1) <> 0""",
)

# The DMS is told again of sales made here that it refused, because it had sold the car itself, and has no longer. ?2 now.
ENQUEUE_REFUSED = enqueue_select(
    target="'wayne_reeves'",
    kind="'sale'",
    subject="s.id",
    vehicle="v.id",
    now="?2",
    source=f"""FROM vehicles v JOIN sales s ON s.vehicle_id = v.id AND s.voided_at IS NULL AND s.origin = 'carlot'
WHERE {_SHOWN} IN ('available', 'pending') AND s.dms_sale_id IS NULL AND s.dms_tried_at IS NOT NULL""",
)

# The journal entries of cars that are on the lot again. ?2 now.
ENQUEUE_COSTS = enqueue_select(
    target="'quickbooks'",
    kind="'costs'",
    subject="v.id",
    vehicle="v.id",
    now="?2",
    source=f"""FROM vehicles v
WHERE {_SHOWN} IN ('available', 'pending') AND EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at = v.updated_at)""",
)


def follow(stock_numbers: str, now: str) -> list[Statement]:
    """Follow what the DMS shows of cars that were written (a JSON array of their numbers): sales undone there, asked where paid."""
    return [
        statement(FORGET_UNDONE, stock_numbers),
        statement(ASK_UNDONE, stock_numbers, now),
        statement(STANDS, stock_numbers, now),
    ]


def enqueue_undone(stock_numbers: str, now: str, *, keeps_costs: bool) -> list[Statement]:
    """Have the books follow sales that the DMS has undone, and the DMS those that it refused beside them; for cars that were written.

    The rows that come back have the ids to wake.
    """
    costs = [statement(ENQUEUE_COSTS, stock_numbers, now)] if keeps_costs else []
    undone = statement(ENQUEUE_UNDONE, stock_numbers, now, DOCUMENT_POSTED.days)
    return [undone, statement(ENQUEUE_REFUSED, stock_numbers, now), *costs]
