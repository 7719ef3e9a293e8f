-- The first schema. What each table, column and index is for stands in schema.sql.

CREATE TABLE vehicles (
  id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
  external_dms_id TEXT UNIQUE,
  stock_number TEXT,
  vin TEXT NOT NULL CHECK (vin <> ''),
  vin_valid INTEGER NOT NULL CHECK (vin_valid IN (0, 1)),
  year INTEGER NOT NULL CHECK (year BETWEEN 1885 AND 2100),
  make TEXT NOT NULL,
  model TEXT NOT NULL,
  trim TEXT,
  body_style TEXT,
  exterior_color TEXT,
  interior_color TEXT,
  transmission TEXT,
  fuel_type TEXT,
  drivetrain TEXT,
  engine TEXT,
  mileage_miles INTEGER CHECK (mileage_miles >= 0),
  price_cents INTEGER CHECK (price_cents >= 0),
  description TEXT,
  location TEXT,
  purchase_price_cents INTEGER CHECK (purchase_price_cents >= 0),
  purchase_date TEXT CHECK (purchase_date GLOB '????-??-??'),
  photos TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(photos)),
  status TEXT NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'pending', 'sold', 'archived')),
  publish_to_website INTEGER NOT NULL DEFAULT 0 CHECK (publish_to_website IN (0, 1)),
  publish_to_third_party INTEGER NOT NULL DEFAULT 0 CHECK (publish_to_third_party IN (0, 1)),
  edited_fields TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(edited_fields)),
  dms_record TEXT CHECK (dms_record IS NULL OR json_valid(dms_record)),
  dms_updated_at TEXT,
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z')
) STRICT;

CREATE UNIQUE INDEX vehicles_vin_on_lot ON vehicles (vin) WHERE status IN ('available', 'pending');
CREATE UNIQUE INDEX vehicles_stock_number ON vehicles (stock_number) WHERE status <> 'archived';
CREATE INDEX vehicles_vin ON vehicles (vin);
CREATE INDEX vehicles_newest ON vehicles (created_at DESC, id);
CREATE INDEX vehicles_status ON vehicles (status, created_at DESC, id);
CREATE INDEX vehicles_public ON vehicles (created_at DESC, id) WHERE status = 'available' AND publish_to_website = 1;
CREATE INDEX vehicles_edited ON vehicles (external_dms_id) WHERE edited_fields <> '[]';

CREATE TABLE lot (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  revision INTEGER NOT NULL
) STRICT;
INSERT INTO lot (id, revision) VALUES (1, 1);

CREATE TRIGGER lot_vehicle_added AFTER INSERT ON vehicles
WHEN NEW.status = 'available' AND NEW.publish_to_website = 1
BEGIN
  UPDATE lot SET revision = revision + 1;
END;

CREATE TRIGGER lot_vehicle_changed AFTER UPDATE ON vehicles
WHEN (NEW.status = 'available' AND NEW.publish_to_website = 1) OR (OLD.status = 'available' AND OLD.publish_to_website = 1)
BEGIN
  UPDATE lot SET revision = revision + 1;
END;

CREATE TRIGGER lot_vehicle_removed AFTER DELETE ON vehicles
WHEN OLD.status = 'available' AND OLD.publish_to_website = 1
BEGIN
  UPDATE lot SET revision = revision + 1;
END;

CREATE TABLE photos (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp')),
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  sha256 TEXT NOT NULL,
  origin TEXT NOT NULL,
  removed_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX photos_vehicle ON photos (vehicle_id, sha256);
CREATE INDEX photos_removed ON photos (removed_at) WHERE removed_at IS NOT NULL;

CREATE TABLE customers (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  email TEXT,
  phone TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX customers_name ON customers (name COLLATE NOCASE);
CREATE INDEX customers_newest ON customers (created_at DESC, id);

CREATE TABLE sales (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  sale_price_cents INTEGER NOT NULL CHECK (sale_price_cents >= 0),
  sale_date TEXT NOT NULL CHECK (sale_date GLOB '????-??-??'),
  customer_id TEXT REFERENCES customers (id),
  origin TEXT NOT NULL CHECK (origin IN ('carlot', 'dms')),
  dms_sale_id TEXT,
  dms_tried_at TEXT,
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  books_tried_at TEXT,
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  invoice_id TEXT,
  books_note TEXT,
  balance_cents INTEGER,
  paid_at TEXT,
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX sales_standing ON sales (vehicle_id) WHERE voided_at IS NULL;
CREATE INDEX sales_vehicle ON sales (vehicle_id);
CREATE INDEX sales_newest ON sales (created_at DESC, id);
CREATE INDEX sales_invoice ON sales (invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE service_records (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  service_date TEXT NOT NULL CHECK (service_date GLOB '????-??-??'),
  description TEXT NOT NULL CHECK (description <> ''),
  vendor TEXT,
  cost_cents INTEGER NOT NULL CHECK (cost_cents >= 0),
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  books_tried_at TEXT,
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  purchase_id TEXT,
  books_note TEXT,
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX service_records_vehicle ON service_records (vehicle_id);
CREATE INDEX service_records_newest ON service_records (created_at DESC, id);
CREATE INDEX service_records_purchase ON service_records (purchase_id) WHERE purchase_id IS NOT NULL;

CREATE TABLE payments (
  payment_id TEXT NOT NULL,
  sale_id TEXT NOT NULL REFERENCES sales (id),
  amount_cents INTEGER NOT NULL,
  paid_on TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (payment_id, sale_id)
) STRICT;
CREATE INDEX payments_sale ON payments (sale_id);

CREATE TABLE sync_tasks (
  id TEXT PRIMARY KEY NOT NULL,
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  vehicle_id TEXT REFERENCES vehicles (id),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'dead', 'blocked')),
  wanted_rev INTEGER NOT NULL DEFAULT 1,
  done_rev INTEGER NOT NULL DEFAULT 0,
  lease_token TEXT,
  leased_until TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  interrupted INTEGER NOT NULL DEFAULT 0,
  failing_since TEXT,
  next_attempt_at TEXT NOT NULL,
  wake_due_at TEXT NOT NULL,
  deadline_at TEXT,
  error TEXT,
  outcome TEXT,
  done_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z'),
  UNIQUE (target, kind, subject_id)
) STRICT;
CREATE INDEX sync_tasks_wake_due ON sync_tasks (wake_due_at) WHERE state IN ('pending', 'running');
CREATE INDEX sync_tasks_state ON sync_tasks (state, target, updated_at DESC);
CREATE INDEX sync_tasks_vehicle ON sync_tasks (vehicle_id) WHERE vehicle_id IS NOT NULL;
CREATE INDEX sync_tasks_deadline ON sync_tasks (deadline_at) WHERE deadline_at IS NOT NULL AND state <> 'done';

CREATE TABLE partners (
  target TEXT PRIMARY KEY NOT NULL,
  blocked_reason TEXT,
  probe_at TEXT,
  unblocked_at TEXT,
  paused_until TEXT,
  failures INTEGER NOT NULL DEFAULT 0,
  last_success_at TEXT,
  last_failure_at TEXT
) STRICT;

CREATE TABLE partner_calls (
  id TEXT PRIMARY KEY NOT NULL,
  target TEXT NOT NULL,
  started_at TEXT NOT NULL,
  until TEXT NOT NULL
) STRICT;
CREATE INDEX partner_calls_started ON partner_calls (target, started_at);

CREATE TABLE alerts (
  subject TEXT PRIMARY KEY NOT NULL,
  text TEXT NOT NULL,
  raised_at TEXT NOT NULL,
  cleared_at TEXT,
  sent TEXT CHECK (sent IN ('raised', 'cleared'))
) STRICT;

CREATE TABLE daily_jobs (
  job TEXT NOT NULL,
  local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
  started_at TEXT NOT NULL,
  PRIMARY KEY (job, local_date)
) STRICT;

CREATE TABLE import_runs (
  id TEXT PRIMARY KEY NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'degraded', 'failed')),
  started_by TEXT NOT NULL CHECK (started_by IN ('dealer', 'cron')),
  total INTEGER,
  removed INTEGER NOT NULL DEFAULT 0,
  message TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT
) STRICT;
CREATE UNIQUE INDEX import_runs_going ON import_runs ((1)) WHERE status IN ('queued', 'running');
CREATE INDEX import_runs_newest ON import_runs (created_at DESC, id);

CREATE TABLE import_pages (
  run_id TEXT NOT NULL REFERENCES import_runs (id),
  page INTEGER NOT NULL,
  cursor TEXT,
  next_cursor TEXT,
  fingerprint TEXT,
  stock_numbers TEXT NOT NULL CHECK (json_valid(stock_numbers)),
  seen INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  rejected TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(rejected)),
  created_at TEXT NOT NULL,
  PRIMARY KEY (run_id, page)
) STRICT;
CREATE INDEX import_pages_known ON import_pages (run_id, page) WHERE fingerprint IS NOT NULL;

CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('wayne_reeves', 'quickbooks')),
  event_key TEXT NOT NULL,
  type TEXT NOT NULL,
  occurred_at TEXT,
  body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'applied', 'ignored', 'failed')),
  note TEXT,
  received_at TEXT NOT NULL,
  settled_at TEXT,
  UNIQUE (source, event_key)
) STRICT;
CREATE INDEX webhook_events_newest ON webhook_events (received_at DESC);

CREATE TABLE oauth_tokens (
  provider TEXT PRIMARY KEY NOT NULL CHECK (provider = 'quickbooks'),
  realm_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  access_token_sealed TEXT NOT NULL,
  access_expires_at TEXT NOT NULL,
  refresh_token_sealed TEXT NOT NULL,
  refresh_expires_at TEXT NOT NULL,
  hard_expires_at TEXT,
  lease_token TEXT,
  leased_until TEXT,
  state TEXT NOT NULL CHECK (state IN ('connected', 'reauth_required')),
  connected_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE oauth_states (
  state_sha256 TEXT PRIMARY KEY NOT NULL,
  session_sha256 TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;

CREATE TABLE books_names (
  realm_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('item', 'account', 'cash', 'card', 'customer', 'vendor')),
  name TEXT NOT NULL,
  quickbooks_id TEXT NOT NULL,
  PRIMARY KEY (realm_id, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE books_changes (
  realm_id TEXT PRIMARY KEY NOT NULL,
  seen_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE listings (
  platform TEXT NOT NULL,
  vin TEXT NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  state TEXT NOT NULL CHECK (state IN ('absent', 'live', 'pending', 'dead')),
  price_cents INTEGER,
  content_sha256 TEXT,
  external_id TEXT,
  verify_after TEXT,
  verified_at TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (platform, vin)
) STRICT;
CREATE INDEX listings_vehicle ON listings (vehicle_id);
CREATE INDEX listings_verify ON listings (verify_after) WHERE verify_after IS NOT NULL;

CREATE TABLE feeds (
  format TEXT PRIMARY KEY NOT NULL,
  token TEXT NOT NULL UNIQUE,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  last_fetched_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO feeds (format, token, created_at)
SELECT value, lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ') FROM json_each('["google", "meta", "generic"]');

CREATE TABLE sessions (
  token_sha256 TEXT PRIMARY KEY NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE rate_limits (
  subject TEXT PRIMARY KEY NOT NULL,
  used INTEGER NOT NULL,
  resets_at TEXT NOT NULL
) STRICT;

CREATE VIEW audit_vehicle AS
SELECT id, vin, external_dms_id, status, price_cents, version FROM vehicles;

CREATE VIEW audit_sale AS
SELECT s.id AS sale_id, v.vin, s.sale_price_cents AS price_cents, s.doc_number, s.invoice_id,
  CASE
    WHEN s.voided_at IS NOT NULL THEN 'voided'
    WHEN s.paid_at IS NOT NULL THEN 'paid'
    WHEN s.invoice_id IS NOT NULL THEN 'posted'
    WHEN t.state = 'dead' THEN 'dead'
    ELSE 'pending'
  END AS state
FROM sales s
JOIN vehicles v ON v.id = s.vehicle_id
LEFT JOIN sync_tasks t ON t.target = 'quickbooks' AND t.kind = 'invoice' AND t.subject_id = s.id;

CREATE VIEW audit_service AS
SELECT r.id AS record_id, v.vin, r.cost_cents, r.doc_number, r.purchase_id,
  CASE
    WHEN r.voided_at IS NOT NULL THEN 'voided'
    WHEN r.purchase_id IS NOT NULL THEN 'posted'
    WHEN t.state = 'dead' THEN 'dead'
    ELSE 'pending'
  END AS state
FROM service_records r
JOIN vehicles v ON v.id = r.vehicle_id
LEFT JOIN sync_tasks t ON t.target = 'quickbooks' AND t.kind = 'expense' AND t.subject_id = r.id;

CREATE VIEW audit_listing AS
SELECT platform, vin, state, price_cents FROM listings;

CREATE VIEW audit_dead AS
SELECT id AS task_id, target, kind, subject_id, error, attempts FROM sync_tasks WHERE state = 'dead';
