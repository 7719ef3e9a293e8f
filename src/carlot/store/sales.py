"""The sales table: a sale and what becomes of the car are one batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store import idempotency_keys, pull_runs
from carlot.store.idempotency_keys import Try, keeping
from carlot.store.tasks import enqueue_select


def total_cents(sale: str) -> str:
    """The SQL of what a sale comes to: the price of the car and all its lines. `sale` is the name of the table in the statement."""
    return f"({sale}.sale_price_cents + (SELECT ifnull(sum(value ->> 'amount_cents'), 0) FROM json_each({sale}.lines)))"


# A sale of a car that can be sold: on the lot, or sold without a sale of ours. For any other the vehicle is NULL, which is refused.
INSERT = """
INSERT INTO sales (id, vehicle_id, sale_price_cents, sale_date, customer_id, origin, doc_number, request_id, created_at, updated_at,
  lines, dms_sale_id, dms_told_at, dms_tried_at)
VALUES (?1, (SELECT id FROM vehicles WHERE id = ?2 AND (status <> 'archived' OR ?6 = 'dms')), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9,
  ?10, ?11, ?12, iif(?6 = 'dms', ?9, NULL))"""

# Its car is sold.
SELL = "UPDATE vehicles SET status = 'sold', version = version + 1, updated_at = ?2 WHERE id = ?1"

# The sale is undone. Nothing comes back when it was before.
VOID = "UPDATE sales SET voided_at = ?2, updated_at = ?2 WHERE id = ?1 AND voided_at IS NULL RETURNING vehicle_id"

# Its car stands on the lot again, without its stock number if another car has been given that meanwhile. Not when it has been taken back
# since: that is another vehicle, on the lot or sold again, and this one is history.
UNSELL = """
UPDATE vehicles SET status = iif(EXISTS (SELECT 1 FROM vehicles o WHERE o.vin = vehicles.vin AND o.id <> vehicles.id
    AND (o.status IN ('available', 'pending') OR (o.status = 'sold' AND o.created_at > vehicles.created_at
      AND EXISTS (SELECT 1 FROM sales l WHERE l.vehicle_id = o.id AND l.voided_at IS NULL)))), 'archived', 'available'),
  stock_number = iif(EXISTS (SELECT 1 FROM vehicles o
    WHERE o.stock_number = vehicles.stock_number AND o.status IN ('available', 'pending')), NULL, stock_number),
  version = version + 1, updated_at = ?2
WHERE status = 'sold' AND id = (SELECT vehicle_id FROM sales WHERE id = ?1 AND voided_at = ?2)"""

_LINES = """(SELECT json_group_array(json_object('kind', value ->> 'kind', 'description', value ->> 'description',
    'amount', json(printf('%.2f', (value ->> 'amount_cents') / 100.0))) ORDER BY key) FROM json_each(s.lines))"""
_OBJECT = f"""json_object('id', s.id, 'vehicleId', s.vehicle_id, 'vin', nullif(v.vin, v.id),
  'salePrice', CASE WHEN s.sale_price_cents IS NOT NULL THEN json(printf('%.2f', s.sale_price_cents / 100.0)) END, 'saleDate', s.sale_date,
  'lines', {_LINES}, 'total', CASE WHEN s.sale_price_cents IS NOT NULL THEN json(printf('%.2f', {total_cents("s")} / 100.0)) END,
  'customer', CASE WHEN c.id IS NOT NULL THEN json_object('id', c.id, 'name', iif(c.erased_at IS NULL, c.name, ''), 'email', c.email, 'phone', c.phone) END,
  'docNumber', s.doc_number, 'state', a.state, 'invoiceId', s.invoice_id,
  'balance', CASE WHEN s.balance_cents IS NOT NULL THEN json(printf('%.2f', s.balance_cents / 100.0)) END,
  'paidAt', s.paid_at, 'payments', (SELECT json_group_array(json_object(
    'amount', json(printf('%.2f', p.amount_cents / 100.0)), 'date', p.paid_on) ORDER BY p.paid_on) FROM payments p WHERE p.sale_id = s.id),
  'booksNote', s.books_note, 'createdAt', s.created_at)"""
_JOINED = """
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id JOIN audit_sale a ON a.sale_id = s.id LEFT JOIN customers c ON c.id = s.customer_id"""

# One sale as the API shows it.
SHOW = f"SELECT {_OBJECT} AS sale {_JOINED} WHERE s.id = ?1"
KEEP = keeping(SHOW)

# A page of sales, newest first. ?1 a vehicle or NULL.
LIST = f"""
SELECT {_OBJECT} AS sale, count(*) OVER () AS total {_JOINED}
WHERE ?1 IS NULL OR s.vehicle_id = ?1 ORDER BY s.created_at DESC, s.id LIMIT ?2 OFFSET ?3"""

# A sale as the DMS must hear of it: once it was sent, as it was sent, because one key stands for one body.
FOR_DMS = """
SELECT s.id, coalesce(s.dms_sent ->> 0, s.sale_price_cents) AS sale_price_cents, coalesce(s.dms_sent ->> 1, s.sale_date) AS sale_date,
  iif(json_array_length(s.dms_sent) > 2, s.dms_sent ->> 2, s.customer_id) AS customer_id,
  s.origin, s.dms_sale_id, s.dms_tried_at, s.voided_at, v.external_dms_id AS number_now, c.name, c.email, c.phone,
  iif(json_array_length(s.dms_sent) > 3, s.dms_sent ->> 3, v.external_dms_id) AS external_dms_id,
  iif(json_array_length(s.dms_sent) > 3, s.dms_sent ->> 4, nullif(v.vin, v.id)) AS vin
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id
LEFT JOIN customers c ON c.id = iif(json_array_length(s.dms_sent) > 2, s.dms_sent ->> 2, s.customer_id) AND c.erased_at IS NULL
WHERE s.id = ?1"""

# The DMS is about to be told.
MARK_TRIED = """
UPDATE sales SET dms_tried_at = coalesce(dms_tried_at, ?2), dms_sent = json_array(CAST(?3 AS INTEGER), ?4, ?5, ?6, ?7), updated_at = ?2
WHERE id = ?1"""

# The DMS has refused it: what it is told next is the sale as it is by then. ?2 1: because it has sold the car itself; of that sale it
# may take the car back.
MARK_REFUSED = (
    "UPDATE sales SET dms_sent = NULL, dms_tried_at = iif(?2, dms_tried_at, NULL) WHERE id = ?1 AND dms_sale_id IS NULL"
)

# The DMS has the sale.
MARK_TOLD = "UPDATE sales SET dms_sale_id = ?2, updated_at = ?3 WHERE id = ?1"

# The DMS has undone it, or never had it.
MARK_UNDONE = "UPDATE sales SET dms_sale_id = NULL, dms_tried_at = NULL, updated_at = ?2 WHERE id = ?1"

# What the DMS shows of its car is news again, even if it is what it showed before: it may have a sale of its own.
NEWS_AGAIN = """
UPDATE vehicles SET dms_record = '{}' WHERE dms_record IS NOT NULL AND id = (SELECT vehicle_id FROM sales WHERE id = ?1)"""

# The sale of its car that stands in its place: the DMS refused it as long as it had the other. ?1 the sale undone, ?2 now.
ENQUEUE_STANDING = enqueue_select(
    target="'wayne_reeves'",
    kind="'sale'",
    subject="s.id",
    vehicle="s.vehicle_id",
    now="?2",
    source="""FROM sales s WHERE s.vehicle_id = (SELECT vehicle_id FROM sales WHERE id = ?1)
  AND s.voided_at IS NULL AND s.origin = 'carlot' AND s.dms_sale_id IS NULL""",
)

# Sales of cars (?1, their ids as JSON) of which the DMS does not know yet. ?2 now.
ENQUEUE_UNTOLD = enqueue_select(
    target="'wayne_reeves'",
    kind="'sale'",
    subject="s.id",
    vehicle="s.vehicle_id",
    now="?2",
    source="""FROM sales s WHERE s.vehicle_id IN (SELECT value FROM json_each(?1))
  AND s.voided_at IS NULL AND s.origin = 'carlot' AND s.dms_sale_id IS NULL""",
)

# A sale that was undone, and that the DMS may have: whatever number its car has by now. ?1 the sale, ?2 now.
ENQUEUE_UNTELLING = enqueue_select(
    target="'wayne_reeves'",
    kind="'sale'",
    subject="s.id",
    vehicle="s.vehicle_id",
    now="?2",
    source="""FROM sales s JOIN vehicles v ON v.id = s.vehicle_id
WHERE s.id = ?1 AND (v.external_dms_id IS NOT NULL OR s.dms_sale_id IS NOT NULL)""",
)

# Fails its batch when a sale was undone, or the DMS took an edit, since ?2: what it was asked for before may not show that yet. ?1 the run.
NONE_UNDONE = """
UPDATE import_runs SET status = CASE
  WHEN NOT EXISTS (SELECT 1 FROM sales WHERE voided_at IS NOT NULL AND updated_at >= ?2)
    AND NOT EXISTS (SELECT 1 FROM sync_tasks WHERE state = 'done' AND target = 'wayne_reeves' AND kind = 'edits' AND updated_at >= ?2)
  THEN status END
WHERE id = ?1"""

# A sale that was undone here, and is the very one that is told of: our own, coming back from the DMS; or one of which the DMS has told
# later than at ?4, its time of what it tells.
UNDONE = """
SELECT 1 AS is_known FROM sales
WHERE vehicle_id = ?1 AND voided_at IS NOT NULL AND ((sale_price_cents = ?2 AND sale_date = ?3) OR dms_told_at > ?4) LIMIT 1"""

# The DMS, which has it still, has told at its time ?4 of a sale that was undone here: what it told before that is old by now.
NOTE_UNDONE = """
UPDATE sales SET dms_told_at = ?4 WHERE vehicle_id = ?1 AND voided_at IS NOT NULL AND sale_price_cents = ?2 AND sale_date = ?3
  AND dms_tried_at IS NOT NULL AND ifnull(dms_told_at < ?4, 1)"""

# The VIN by which the DMS knows a car of which a sale was undone since the DMS last told of it.
VIN_IF_UNDONE = """
SELECT ifnull(v.dms_record ->> 'vin', v.vin) AS vin FROM sales s JOIN vehicles v ON v.id = s.vehicle_id
WHERE s.vehicle_id = ?1 AND s.voided_at IS NOT NULL AND ifnull(v.dms_updated_at <= s.voided_at, 1) LIMIT 1"""

# Sales with what a correction must know. `is_touched`: money was paid on its invoice, or somebody changed it in QuickBooks.
_STANDING = """
SELECT s.id, s.vehicle_id, s.origin, s.sale_price_cents AS price_cents, s.sale_date, s.customer_id, s.lines, s.dms_sale_id, s.dms_told_at, s.dms_sent,
  s.created_at, s.invoice_id IS NOT NULL AS is_posted, s.voided_at IS NOT NULL AS is_void,
  s.paid_at IS NOT NULL OR s.books_note IS NOT NULL OR EXISTS (SELECT 1 FROM payments p WHERE p.sale_id = s.id) AS is_touched
FROM sales s WHERE {which}"""
STANDING = _STANDING.format(which="s.vehicle_id = ?1 AND s.voided_at IS NULL")
READ = _STANDING.format(which="s.id = ?1")

# The sale of a car (?2 its VIN) that the DMS knows by its id ?1: the car may have been taken back and sold again since.
TOLD_AS = _STANDING.format(which="s.dms_sale_id = ?1 AND s.vehicle_id IN (SELECT v.id FROM vehicles v WHERE v.vin = ?2)")

# Other terms for a sale that stands. ?5 the DMS's own time of them or NULL, ?6 1: the dealer has decided, so that the invoice is to be
# so whatever the books show (a fifth member of books_sent).
# What the DMS told later stays, except that its record alone, which tells no price, is older than any telling of one.
CORRECT = """
UPDATE sales SET sale_price_cents = ?2, sale_date = ?3, customer_id = ?4, lines = ?8, dms_told_at = coalesce(?5, dms_told_at),
  books_sent = iif(?6, json_set(books_sent, '$[4]', 1), json_remove(books_sent, '$[4]')), updated_at = ?7
WHERE id = ?1 AND voided_at IS NULL AND (?5 IS NULL OR dms_told_at IS NULL OR dms_told_at <= ?5 OR sale_price_cents IS NULL)"""

# The DMS has told of it, at its own time ?2: what it told before that is old by now. Fails its batch when the sale is no longer at the
# terms (?3 to ?5) that what was told was compared with.
NOTE_TOLD = """
UPDATE sales SET dms_told_at = ?2,
  origin = CASE WHEN sale_price_cents IS ?3 AND sale_date = ?4 AND customer_id IS ?5 THEN origin END
WHERE id = ?1 AND ifnull(dms_told_at < ?2, 1)"""

# From now on it is a sale of the DMS's (?2 dms), under its id there (?3 or NULL), or one of ours.
MOVE = """
UPDATE sales SET origin = ?2, dms_sale_id = iif(?2 = 'dms', coalesce(?3, dms_sale_id), NULL),
  dms_tried_at = iif(?2 = 'dms', coalesce(dms_tried_at, ?4), NULL), updated_at = ?4
WHERE id = ?1"""


@dataclass(frozen=True, slots=True)
class NewSale:
    """A sale to be written. `origin` is `carlot` or `dms`; `lines` are as the table keeps them."""

    id: str
    vehicle_id: str
    price_cents: int
    sale_date: str
    customer_id: str | None
    origin: str
    doc_number: str
    request_id: str
    lines: str = "[]"
    dms_sale_id: str | None = None
    dms_told_at: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A sale with what a correction of it must know. `is_touched`: money was paid on its invoice, or somebody changed it."""

    id: str
    vehicle_id: str
    origin: str
    price_cents: int | None
    sale_date: str
    customer_id: str | None
    lines: str
    dms_sale_id: str | None
    dms_told_at: str | None
    dms_sent: str | None
    created_at: str
    is_posted: bool
    is_void: bool
    is_touched: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sale was agreed at: the price, the day, to whom, and its further lines as the table keeps them."""

    price_cents: int
    sale_date: str
    customer_id: str | None
    lines: str = "[]"


def insert(sale: NewSale, now: str) -> list[Statement]:
    """Record a sale and mark its car sold.

    Its batch fails with `ConstraintViolation` when there is no such car to sell, `UniqueViolation` when it is sold already.
    """
    values = (sale.id, sale.vehicle_id, sale.price_cents, sale.sale_date, sale.customer_id, sale.origin)
    return [
        statement(INSERT, *values, sale.doc_number, sale.request_id, now, sale.lines, sale.dms_sale_id, sale.dms_told_at),
        statement(SELL, sale.vehicle_id, now),
    ]


def void(sale_id: str, now: str) -> list[Statement]:
    """Undo a sale and put its car back on the lot, unless it has been taken back since as another vehicle."""
    return [statement(VOID, sale_id, now), statement(UNSELL, sale_id, now)]


def shown(sale_id: str, attempt: Try | None) -> Statement:
    """Show a sale that its batch makes, as the API shows it, and keep that for its try."""
    return idempotency_keys.show(SHOW, KEEP, sale_id, attempt)


async def show(database: Database, sale_id: str) -> dict[str, Any] | None:
    """One sale as the API shows it."""
    row = await database.first(SHOW, sale_id)
    return None if row is None else from_json(row["sale"])


async def page(database: Database, vehicle_id: str | None, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
    """A page of sales, and how many there are."""
    rows = await database.all(LIST, vehicle_id, limit, offset)
    return [from_json(row["sale"]) for row in rows], int(rows[0]["total"]) if rows else 0


async def for_dms(database: Database, sale_id: str) -> Row | None:
    """A sale as the DMS must hear of it."""
    return await database.first(FOR_DMS, sale_id)


def mark_tried(sale: Row, now: str) -> Statement:
    """The DMS is about to be told: from here on it may have the sale, whatever comes back."""
    told = [sale[name] for name in ("sale_price_cents", "sale_date", "customer_id", "external_dms_id", "vin")]
    return statement(MARK_TRIED, sale["id"], now, *told)


def mark_refused(sale_id: str, *, sold_there: bool) -> Statement:
    """The DMS has refused the sale, because it has `sold_there` the car itself, or for another reason.

    Under its key there is none, so that it may be sent otherwise.
    """
    return statement(MARK_REFUSED, sale_id, int(sold_there))


def mark_told(sale_id: str, dms_sale_id: str, now: str) -> Statement:
    """The DMS has the sale under this id."""
    return statement(MARK_TOLD, sale_id, dms_sale_id, now)


def mark_undone(sale_id: str, now: str) -> list[Statement]:
    """The DMS has undone the sale, or never had it."""
    return [statement(MARK_UNDONE, sale_id, now), statement(NEWS_AGAIN, sale_id), pull_runs.forget_pages()]


def enqueue_standing(undone_id: str, now: str) -> Statement:
    """Tell the DMS of the sale that stands in place of one that was undone; the row that comes back has the id to wake."""
    return statement(ENQUEUE_STANDING, undone_id, now)


def enqueue_untelling(sale_id: str, now: str) -> Statement:
    """Have the DMS undo a sale that was undone here; the row that comes back has the id to wake."""
    return statement(ENQUEUE_UNTELLING, sale_id, now)


def enqueue_untold(vehicle_ids: str, now: str) -> Statement:
    """Tell the DMS of the sales of these cars (a JSON array of ids), which it has just begun to show."""
    return statement(ENQUEUE_UNTOLD, vehicle_ids, now)


def none_undone(run_id: str, since: str) -> Statement:
    """Fail the batch when a sale was undone, or the DMS took an edit of the dealer's, since then."""
    return statement(NONE_UNDONE, run_id, since)


async def is_undone(database: Database, vehicle_id: str, price_cents: int, sale_date: str, told_at: str | None) -> bool:
    """Whether the very sale that is told of was undone here, or one of which the DMS has told later than at `told_at`."""
    return await database.first(UNDONE, vehicle_id, price_cents, sale_date, told_at) is not None


def note_undone(vehicle_id: str, price_cents: int, sale_date: str, told_at: str) -> Statement:
    """Note that the DMS has told at its time `told_at` of a sale that was undone here and that it still has."""
    return statement(NOTE_UNDONE, vehicle_id, price_cents, sale_date, told_at)


async def vin_if_undone(database: Database, vehicle_id: str) -> str | None:
    """The VIN by which the DMS knows a car of which a sale was undone since the DMS last told of it; `None`: none was."""
    row = await database.first(VIN_IF_UNDONE, vehicle_id)
    return None if row is None else str(row["vin"])


async def standing(database: Database, vehicle_id: str) -> Standing | None:
    """The sale of a vehicle that stands."""
    return _standing(await database.first(STANDING, vehicle_id))


async def told_as(database: Database, dms_sale_id: str, vin: str) -> Standing | None:
    """The sale of a car that the DMS knows by its own id, whether it stands or not."""
    return _standing(await database.first(TOLD_AS, dms_sale_id, vin))


async def read(database: Database, sale_id: str) -> Standing | None:
    """One sale, whether it stands or not."""
    return _standing(await database.first(READ, sale_id))


def _standing(row: Row | None) -> Standing | None:
    return None if row is None else _read().validate_python(dict(row))


def correct(sale_id: str, terms: Terms, told_at: str | None, now: str, *, forced: bool) -> Statement:
    """Give a sale other terms, told by the DMS at its time `told_at`; `forced`, its invoice is to be so whatever the books show."""
    return statement(
        CORRECT, sale_id, terms.price_cents, terms.sale_date, terms.customer_id, told_at, int(forced), now, terms.lines
    )


def note_told(sale: Standing, told_at: str) -> Statement:
    """Note that the DMS has told of a sale at its time `told_at`, whatever became of what it told.

    Its batch fails with `ConstraintViolation` when the sale is no longer as it was read.
    """
    return statement(NOTE_TOLD, sale.id, told_at, sale.price_cents, sale.sale_date, sale.customer_id)


def move(sale_id: str, origin: str, dms_sale_id: str | None, now: str) -> Statement:
    """Make it a sale of the DMS's (`dms`), under its id there, or one of ours (`carlot`)."""
    return statement(MOVE, sale_id, origin, dms_sale_id, now)


@cache
def _read() -> TypeAdapter[Standing]:
    return TypeAdapter(Standing)
