"""The journals table: which journal entries the cost of a car asks for, and those that there are.

What is wanted is worked out from the vehicle, its work and its sale as they are; an entry that is not wanted any more is voided, one that
is missing is made. So whatever changes, in whatever order, the entries follow.
"""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from carlot.platform.ports import Statement, statement
from carlot.store.tasks import enqueue_select
from carlot.store.trade_ins import allowance_cents

# The entries that cars ask for. A car that was first seen as sold owes nothing; one whose price the dealer is asked for is not sold yet. Work on an unsold car goes into the inventory, work
# after its sale into the cost of sales; the sale moves what is in the inventory. {cars} says which cars `v` are meant.
# A car that was taken in trade is not paid for: its allowance leaves the account of trade-ins, and what that was too much is a cost.
_WANTED = f"""
WITH cars AS (
  SELECT v.id, s.id AS sale_id, s.sale_date, coalesce(v.purchase_date, substr(v.created_at, 1, 10)) AS bought_on,
    ifnull(v.purchase_price_cents, 0) AS bought_cents,
    CASE WHEN v.purchase_price_cents IS NOT NULL THEN (SELECT {allowance_cents("b", "t")} FROM trade_ins t
      JOIN sales b ON b.id = t.sale_id AND b.voided_at IS NULL WHERE t.vehicle_id = v.id) END AS allowance_cents
  FROM vehicles v LEFT JOIN sales s ON s.vehicle_id = v.id AND s.voided_at IS NULL AND s.sale_price_cents IS NOT NULL
  WHERE {{cars}} AND (v.status <> 'sold' OR EXISTS (SELECT 1 FROM sales a WHERE a.vehicle_id = v.id AND a.voided_at IS NULL))),
work AS (
  SELECT c.id AS vehicle_id, c.sale_id, r.id, r.service_date, r.cost_cents, c.sale_id IS NOT NULL AND r.service_date > c.sale_date AS is_late
  FROM cars c JOIN service_records r ON r.vehicle_id = c.id
  WHERE r.voided_at IS NULL AND r.cost_cents > 0),
sold AS (
  SELECT c.id, c.sale_id, c.sale_date,
    c.bought_cents + (SELECT ifnull(sum(w.cost_cents), 0) FROM work w WHERE w.vehicle_id = c.id AND NOT w.is_late) AS cents
  FROM cars c WHERE c.sale_id IS NOT NULL),
wanted AS (
  SELECT 'purchase' AS kind, id AS source_id, id AS vehicle_id, bought_on AS entry_date,
    CASE
      WHEN allowance_cents IS NULL THEN json_array(json_array('inventory', bought_cents), json_array('purchase', -bought_cents))
      WHEN allowance_cents = bought_cents THEN json_array(json_array('inventory', bought_cents), json_array('trade_in', -bought_cents))
      WHEN bought_cents = 0 THEN json_array(json_array('cost', allowance_cents), json_array('trade_in', -allowance_cents))
      ELSE json_array(json_array('inventory', bought_cents), json_array('cost', allowance_cents - bought_cents),
        json_array('trade_in', -allowance_cents))
    END AS lines
  FROM cars WHERE bought_cents > 0 OR allowance_cents > 0
  UNION ALL SELECT 'recon', id, vehicle_id, service_date,
    json_array(json_array(iif(is_late, 'cost', 'inventory'), cost_cents), json_array('expense', -cost_cents))
  FROM work
  UNION ALL SELECT 'cost', sale_id, id, sale_date, json_array(json_array('cost', cents), json_array('inventory', -cents))
  FROM sold WHERE cents > 0)"""
_CHOSEN = _WANTED.format(cars="v.id IN (SELECT value FROM json_each(?1))")
_SAME = "w.kind = j.kind AND w.source_id = j.source_id AND w.entry_date = j.entry_date AND w.lines = j.lines"

# What stands of these cars and is no longer wanted. ?1 ids of vehicles as JSON, ?2 now.
VOID = f"""{_CHOSEN}
UPDATE journals AS j SET voided_at = ?2, updated_at = ?2
WHERE j.vehicle_id IN (SELECT value FROM json_each(?1)) AND j.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE {_SAME})"""

# What is wanted of these cars and is not there. Its number has the kind, its source, and which entry of that source it is.
MAKE = f"""{_CHOSEN},
numbered AS (
  SELECT w.*, 1 + (SELECT count(*) FROM journals j WHERE j.kind = w.kind AND j.source_id = w.source_id) AS number FROM wanted w
  WHERE NOT EXISTS (SELECT 1 FROM journals j WHERE j.kind = w.kind AND j.source_id = w.source_id AND j.voided_at IS NULL))
INSERT INTO journals (id, kind, source_id, vehicle_id, entry_date, lines, doc_number, request_id, created_at, updated_at)
SELECT kind || '-' || source_id || '-' || number, kind, source_id, vehicle_id, entry_date, lines,
  CASE kind WHEN 'purchase' THEN 'CL-P-' WHEN 'recon' THEN 'CL-R-' ELSE 'CL-C-' END || upper(substr(source_id, 1, 12)) || '-' || number,
  lower(hex(randomblob(16))), ?2, ?2
FROM numbered WHERE true"""

# They are to be posted, or taken back. ?1 ids of vehicles as JSON, ?2 the now of the statements above, ?3 deadline.
ENQUEUE = enqueue_select(
    target="'quickbooks'",
    kind="'journal'",
    subject="id",
    vehicle="vehicle_id",
    now="?2",
    deadline="?3",
    source="FROM journals WHERE vehicle_id IN (SELECT value FROM json_each(?1)) AND updated_at = ?2",
)

# Cars whose entries are not what is wanted. ?1 now.
ENQUEUE_COSTS = enqueue_select(
    target="'quickbooks'",
    kind="'costs'",
    subject="changed.vehicle_id",
    vehicle="changed.vehicle_id",
    now="?1",
    source=f"""FROM ({_WANTED.format(cars="true")}
  SELECT w.vehicle_id FROM wanted w
  WHERE NOT EXISTS (SELECT 1 FROM journals j WHERE j.vehicle_id = w.vehicle_id AND j.voided_at IS NULL AND {_SAME})
  UNION SELECT j.vehicle_id FROM journals j WHERE j.voided_at IS NULL AND NOT EXISTS (SELECT 1 FROM wanted w WHERE {_SAME})
) AS changed WHERE true""",
)


def follow(vehicle_ids: Collection[str], now: str, deadline: str) -> tuple[list[Statement], Statement]:
    """Make the entries of these cars what is wanted; the last statement enqueues those that are new or void."""
    cars = to_json(list(vehicle_ids)).decode()
    return [statement(VOID, cars, now), statement(MAKE, cars, now)], statement(ENQUEUE, cars, now, deadline)


def enqueue_costs(now: str) -> Statement:
    """Want the entries of every car whose entries are not what is wanted looked at."""
    return statement(ENQUEUE_COSTS, now)
