-- Questions to the dealer, and sales whose price he is asked for. What each column is for stands in schema.sql.

CREATE TABLE questions (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  vehicle_id TEXT REFERENCES vehicles (id),
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'void')),
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  answered_by TEXT,
  deadline_at TEXT,
  settled_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX questions_open ON questions (kind, subject_id) WHERE state = 'open';
CREATE INDEX questions_newest ON questions (created_at DESC, id);

-- A price that may be missing: SQLite takes NOT NULL off a column only by making it anew.
DROP VIEW audit_sale;
ALTER TABLE sales ADD COLUMN price_cents INTEGER CHECK (price_cents >= 0);
UPDATE sales SET price_cents = sale_price_cents;
ALTER TABLE sales DROP COLUMN sale_price_cents;
ALTER TABLE sales RENAME COLUMN price_cents TO sale_price_cents;

ALTER TABLE sales ADD COLUMN dms_told_at TEXT;
ALTER TABLE sales ADD COLUMN dms_sent TEXT CHECK (dms_sent IS NULL OR json_valid(dms_sent));
UPDATE sales SET dms_sent = json_array(sale_price_cents, sale_date) WHERE dms_tried_at IS NOT NULL;
-- What the DMS made it has, whatever we heard of it.
UPDATE sales SET dms_tried_at = created_at WHERE origin = 'dms' AND voided_at IS NULL;
ALTER TABLE sales ADD COLUMN books_sent TEXT CHECK (books_sent IS NULL OR json_valid(books_sent));
UPDATE sales SET books_sent = json_array(
  sale_price_cents + (SELECT ifnull(sum(value ->> 'amount_cents'), 0) FROM json_each(sales.lines)), sale_date, customer_id, json(lines))
WHERE books_tried_at IS NOT NULL OR invoice_id IS NOT NULL;

CREATE VIEW audit_sale AS
SELECT s.id AS sale_id, v.vin, s.sale_price_cents AS price_cents, s.doc_number, s.invoice_id,
  CASE
    WHEN s.voided_at IS NOT NULL THEN 'voided'
    WHEN s.sale_price_cents IS NULL THEN 'asked'
    WHEN s.paid_at IS NOT NULL THEN 'paid'
    WHEN s.invoice_id IS NOT NULL THEN 'posted'
    WHEN t.state = 'dead' THEN 'dead'
    ELSE 'pending'
  END AS state
FROM sales s
JOIN vehicles v ON v.id = s.vehicle_id
LEFT JOIN sync_tasks t ON t.target = 'quickbooks' AND t.kind = 'invoice' AND t.subject_id = s.id;

CREATE VIEW audit_question AS
SELECT q.id, q.kind, q.subject_id, nullif(v.vin, v.id) AS vin, q.state FROM questions q LEFT JOIN vehicles v ON v.id = q.vehicle_id;

CREATE TRIGGER sale_asked AFTER INSERT ON sales
WHEN NEW.sale_price_cents IS NULL AND NEW.voided_at IS NULL
BEGIN
  INSERT INTO questions (id, kind, subject_id, vehicle_id, deadline_at, created_at)
  VALUES (lower(hex(randomblob(16))), 'sale_price', NEW.id, NEW.vehicle_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', NEW.created_at, '+7 days'), NEW.created_at);
END;

CREATE TRIGGER sale_priced AFTER UPDATE OF sale_price_cents ON sales
WHEN OLD.sale_price_cents IS NULL AND NEW.sale_price_cents IS NOT NULL
BEGIN
  UPDATE questions SET state = 'void', settled_at = NEW.updated_at
  WHERE state = 'open' AND kind = 'sale_price' AND subject_id = NEW.id;
END;

CREATE TRIGGER sale_voided AFTER UPDATE OF voided_at ON sales
WHEN OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL
BEGIN
  UPDATE questions SET state = 'void', settled_at = NEW.updated_at WHERE state = 'open' AND subject_id = NEW.id;
END;

CREATE TRIGGER vehicle_sold AFTER UPDATE OF status ON vehicles
WHEN OLD.status IN ('available', 'pending') AND NEW.status = 'sold'
BEGIN
  INSERT INTO sales (id, vehicle_id, sale_date, origin, dms_tried_at, dms_told_at, doc_number, request_id, created_at, updated_at)
  SELECT lower(hex(randomblob(16))), NEW.id, date(coalesce(NEW.dms_updated_at, NEW.updated_at)), 'dms', NEW.updated_at, NEW.dms_updated_at,
    'CL-S-' || hex(randomblob(6)), lower(hex(randomblob(16))), NEW.updated_at, NEW.updated_at
  WHERE NOT EXISTS (SELECT 1 FROM sales WHERE vehicle_id = NEW.id AND voided_at IS NULL);
END;

CREATE TRIGGER vehicle_unsold AFTER UPDATE OF status ON vehicles
WHEN OLD.status = 'sold' AND NEW.status IN ('available', 'pending')
BEGIN
  UPDATE sales SET voided_at = NEW.updated_at, updated_at = NEW.updated_at WHERE vehicle_id = NEW.id AND voided_at IS NULL;
END;

-- A car that became sold without a sale gets its sale, and with it its question. One that was first seen as sold is history.
INSERT INTO sales (id, vehicle_id, sale_date, origin, dms_tried_at, dms_told_at, doc_number, request_id, created_at, updated_at)
SELECT lower(hex(randomblob(16))), v.id, date(coalesce(v.dms_updated_at, v.updated_at)), 'dms', v.updated_at, v.dms_updated_at,
  'CL-S-' || hex(randomblob(6)), lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
FROM vehicles v
WHERE v.status = 'sold' AND v.version > 1 AND NOT EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = v.id AND s.voided_at IS NULL);
