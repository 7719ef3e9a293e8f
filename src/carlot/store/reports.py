"""What the sold cars have brought: one row for each sale that stands, amounts in cents."""

from __future__ import annotations

from carlot.domain.profit import SoldCar
from carlot.platform.ports import Database, Row
from carlot.store.trade_ins import allowance_cents

_LINES = "(SELECT ifnull(sum(value ->> 'amount_cents'), 0) FROM json_each(s.lines) WHERE value ->> 'kind' = '{kind}')"

# The sales of some days, oldest first. The work on a car counts whenever it was done. ?1 and ?2 the first and the last day, or NULL.
SOLD = f"""
SELECT s.id AS sale_id, s.vehicle_id, nullif(v.vin, v.id) AS vin, v.stock_number, v.year, v.make, v.model, s.sale_date, s.doc_number,
  s.sale_price_cents, {_LINES.format(kind="fee")} AS fees_cents, {_LINES.format(kind="discount")} AS discounts_cents,
  v.purchase_price_cents,
  (SELECT ifnull(sum(r.cost_cents), 0) FROM service_records r WHERE r.vehicle_id = s.vehicle_id AND r.voided_at IS NULL) AS recon_cents,
  (SELECT ifnull(sum({allowance_cents("s", "t")} - taken.purchase_price_cents), 0) FROM trade_ins t JOIN vehicles taken ON taken.id = t.vehicle_id
    WHERE t.sale_id = s.id) AS trade_in_difference_cents
FROM sales s JOIN vehicles v ON v.id = s.vehicle_id
WHERE s.voided_at IS NULL AND (?1 IS NULL OR s.sale_date >= ?1) AND (?2 IS NULL OR s.sale_date <= ?2)
ORDER BY s.sale_date, s.created_at, s.id"""


# The work of each month, oldest first. ?1 and ?2 as above.
WORK = """
SELECT substr(r.service_date, 1, 7) AS month, count(*) AS records, count(DISTINCT r.vehicle_id) AS cars, sum(r.cost_cents) AS cost_cents
FROM service_records r
WHERE r.voided_at IS NULL AND (?1 IS NULL OR r.service_date >= ?1) AND (?2 IS NULL OR r.service_date <= ?2)
GROUP BY month ORDER BY month"""


async def work_by_month(database: Database, first_day: str | None, last_day: str | None) -> list[Row]:
    """The work from one day to another, both included, by month: `month, records, cars, cost_cents`."""
    return await database.all(WORK, first_day, last_day)


async def sold_cars(database: Database, first_day: str | None, last_day: str | None) -> list[SoldCar]:
    """The cars sold from one day to another, both included; `None`: no limit."""
    return [SoldCar(**row) for row in await database.all(SOLD, first_day, last_day)]
