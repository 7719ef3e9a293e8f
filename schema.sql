-- CarLot Manager: the whole D1 schema, to read. migrations/ is what wrangler applies; tests/rules/test_schema.py proves that
-- the migrations together build exactly this.
--
-- Conventions: every table is STRICT. Money is integer cents. Instants are UTC text with milliseconds, 2025-02-03T10:30:00.000Z, so
-- that text order is time order; days are 2025-02-03. Flags are 0 or 1. Ids are opaque text. NULL means "not known" unless said otherwise.
-- What is the same everywhere has no comment of its own: id names the row, created_at and updated_at say when it was made and last
-- changed, and a column that REFERENCES a table names a row there.

-- ---------------------------------------------------------------------------------------------------------------- the lot

CREATE TABLE vehicles (
  id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
  -- The stock number the DMS knows it by. NULL: entered by hand, the DMS has never heard of it.
  external_dms_id TEXT UNIQUE,
  -- What the dealer calls it. NULL: none given.
  stock_number TEXT,
  -- Upper case, no spaces. 17 characters from model year 1981 on; older cars carry shorter ones. A vehicle that has no VIN (a trailer,
  -- a boat) has its own id here, so that no two of them are taken for one; nullif(vin, id) is what is shown.
  vin TEXT NOT NULL CHECK (vin <> ''),
  -- 1 when every check that applies to this VIN passes (49 CFR 565: length, letters, check digit). 0 bars it from listing sites.
  vin_valid INTEGER NOT NULL CHECK (vin_valid IN (0, 1)),
  -- The model year.
  year INTEGER NOT NULL CHECK (year BETWEEN 1885 AND 2100),
  -- In the words of the DMS or of the dealer, down to the engine.
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
  -- What the odometer shows.
  mileage_miles INTEGER CHECK (mileage_miles >= 0),
  -- Asking price. NULL: call for price.
  price_cents INTEGER CHECK (price_cents >= 0),
  -- The dealer's own words about the car, public.
  description TEXT,
  -- Where it stands: a lot, a row, the service bay.
  location TEXT,
  -- What the dealer paid, and when. Never public.
  purchase_price_cents INTEGER CHECK (purchase_price_cents >= 0),
  purchase_date TEXT CHECK (purchase_date GLOB '????-??-??'),
  -- JSON array of photo URLs in the order shown; uploaded ones are '/photos/<id>', the DMS's are https.
  photos TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(photos)),
  -- archived: gone from the DMS or deleted here; off every page and site, kept with its history. sold is reached by a sale and final.
  status TEXT NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'pending', 'sold', 'archived')),
  -- Whether the public page may show it while it is available.
  publish_to_website INTEGER NOT NULL DEFAULT 0 CHECK (publish_to_website IN (0, 1)),
  -- Whether the listing sites are to hold it, and the hosted feeds to name it, while it is available.
  publish_to_third_party INTEGER NOT NULL DEFAULT 0 CHECK (publish_to_third_party IN (0, 1)),
  -- JSON array of the fields (by their names in the API) that the dealer changed by hand: an import leaves them alone.
  edited_fields TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(edited_fields)),
  -- The DMS's record as last taken over, as one JSON text: the same text again means nothing to write.
  -- NULL: never imported, or gone from the DMS, so that its return is news.
  dms_record TEXT CHECK (dms_record IS NULL OR json_valid(dms_record)),
  -- The DMS's own time of that record: an older event is ignored. NULL: it gave none.
  dms_updated_at TEXT,
  -- Rises with every change; the ETag of the admin API.
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z')
) STRICT;

-- One car stands on the lot once. A sold or archived one may come back as a new stock number (a trade-in), so those are left out.
CREATE UNIQUE INDEX vehicles_vin_on_lot ON vehicles (vin) WHERE status IN ('available', 'pending');
-- A stock number names one car; a deleted car gives it back.
CREATE UNIQUE INDEX vehicles_stock_number ON vehicles (stock_number) WHERE status <> 'archived';
-- Any vehicle by VIN, whatever its state: webhooks, buy-backs, listings.
CREATE INDEX vehicles_vin ON vehicles (vin);
-- The admin list, newest first.
CREATE INDEX vehicles_newest ON vehicles (created_at DESC, id);
-- The admin list of one state.
CREATE INDEX vehicles_status ON vehicles (status, created_at DESC, id);
-- The public list in its default order.
CREATE INDEX vehicles_public ON vehicles (created_at DESC, id) WHERE status = 'available' AND publish_to_website = 1;
-- The few cars with hand edits, which an import looks at once more.
CREATE INDEX vehicles_edited ON vehicles (external_dms_id) WHERE edited_fields <> '[]';

-- One row. Its revision rises with every change to a car that the public sees or saw; the public API's ETag is made of it.
CREATE TABLE lot (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  -- From 1.
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

-- Uploaded photos. Their order, and the DMS's photo URLs, stand in vehicles.photos; a row here says what lies in R2.
CREATE TABLE photos (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- As the bytes say, whatever the sender called them.
  content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png', 'image/webp')),
  -- Of the whole file.
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  -- Of the bytes, in hex: the same picture sent twice is one picture.
  sha256 TEXT NOT NULL,
  -- The address of this installation as the dealer used it, under which sites fetch the photo when PUBLIC_BASE_URL is not set.
  origin TEXT NOT NULL,
  -- NULL: shown. Otherwise when it was removed; a cron deletes the object a day later, so that undo works.
  removed_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
-- A car's photos, and the same picture again.
CREATE UNIQUE INDEX photos_vehicle ON photos (vehicle_id, sha256);
-- What the cron deletes.
CREATE INDEX photos_removed ON photos (removed_at) WHERE removed_at IS NOT NULL;

-- Imports of CSV files, the last 20.
CREATE TABLE csv_imports (
  id TEXT PRIMARY KEY NOT NULL,
  -- JSON array of the file's own headings.
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  -- NULL: not undone.
  undone_at TEXT,
  created_at TEXT NOT NULL
) STRICT;

-- The rows of a file that were not taken.
CREATE TABLE csv_import_rejected (
  import_id TEXT NOT NULL REFERENCES csv_imports (id),
  -- As a spreadsheet counts: the first line of the file is 1.
  row INTEGER NOT NULL,
  -- JSON array of the cells as they came, one for each heading, then those that were too many.
  cells TEXT NOT NULL CHECK (json_valid(cells)),
  -- Why it was not taken, in plain words.
  problem TEXT NOT NULL,
  PRIMARY KEY (import_id, row)
) STRICT;

-- The vehicles that an import added or changed: what undoes it.
CREATE TABLE csv_import_changes (
  import_id TEXT NOT NULL REFERENCES csv_imports (id),
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The vehicle's version behind the import: at any other it was changed since.
  version INTEGER NOT NULL,
  -- JSON object of the columns that the import changed, with their values before it. NULL: the import added the vehicle.
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  PRIMARY KEY (import_id, vehicle_id)
) STRICT;

-- ------------------------------------------------------------------------------------------------- customers, sales, service

CREATE TABLE customers (
  id TEXT PRIMARY KEY NOT NULL,
  -- As entered or as the DMS has it; not unique.
  name TEXT NOT NULL CHECK (name <> ''),
  -- For the invoice. NULL: none given.
  email TEXT,
  -- NULL: none given.
  phone TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
-- A sale that names a known customer takes that row.
CREATE INDEX customers_name ON customers (name COLLATE NOCASE);
-- The customers list, newest first.
CREATE INDEX customers_newest ON customers (created_at DESC, id);

CREATE TABLE sales (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- What the customer pays for the car: the amount of the invoice.
  sale_price_cents INTEGER NOT NULL CHECK (sale_price_cents >= 0),
  -- The day of the sale where the dealer is: the date of the invoice.
  sale_date TEXT NOT NULL CHECK (sale_date GLOB '????-??-??'),
  -- NULL: the sale names nobody; the books use QUICKBOOKS_DEFAULT_CUSTOMER.
  customer_id TEXT REFERENCES customers (id),
  -- Who told us: entered here, or reported by the DMS, which then need not be told.
  origin TEXT NOT NULL CHECK (origin IN ('carlot', 'dms')),
  -- The DMS's id of this sale. NULL: it has not taken it yet, or has undone it.
  dms_sale_id TEXT,
  -- Written before the DMS is told: from here on it may have it, whatever came back. NULL: it was never told.
  dms_tried_at TEXT,
  -- What all retries of the invoice carry, chosen once: QuickBooks' DocNumber (21 characters at most) and requestid (36 at most).
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  -- Written before QuickBooks is sent the invoice: from here on it may have it, whatever came back. NULL: it was never sent, or is known
  -- not to be there.
  books_tried_at TEXT,
  -- The company in QuickBooks to which it was sent, and in which invoice_id is meant: another company has other documents under the
  -- same ids. NULL: it was never sent, or before companies were kept, so that an id is believed only once its document is seen to be ours.
  books_realm_id TEXT,
  -- The requestid of the batch in which it was sent: sent again, it goes under the same one. NULL: it went alone, under its own.
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  -- The invoice in QuickBooks. NULL: not posted.
  invoice_id TEXT,
  -- What QuickBooks shows otherwise than it was posted: voided, deleted or changed there. NULL: nothing.
  books_note TEXT,
  -- What is still owed on the invoice. NULL: not posted.
  balance_cents INTEGER,
  -- When the invoice was first seen with nothing owed. NULL: not paid in full.
  paid_at TEXT,
  -- NULL: the sale stands. Otherwise when it was undone.
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
-- A car is sold once at a time.
CREATE UNIQUE INDEX sales_standing ON sales (vehicle_id) WHERE voided_at IS NULL;
-- The sales of a car, voided ones included.
CREATE INDEX sales_vehicle ON sales (vehicle_id);
-- The sales list, newest first.
CREATE INDEX sales_newest ON sales (created_at DESC, id);
-- A payment names an invoice.
CREATE INDEX sales_invoice ON sales (invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE service_records (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The day of the work where the dealer is: the date of the expense.
  service_date TEXT NOT NULL CHECK (service_date GLOB '????-??-??'),
  -- What was done.
  description TEXT NOT NULL CHECK (description <> ''),
  -- NULL: none named.
  vendor TEXT,
  -- What it cost: the amount of the expense.
  cost_cents INTEGER NOT NULL CHECK (cost_cents >= 0),
  -- As in sales: one DocNumber and one requestid for all retries of the expense.
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  -- As in sales.
  books_tried_at TEXT,
  -- As in sales.
  books_realm_id TEXT,
  -- As in sales.
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  -- The Purchase in QuickBooks. NULL: not posted.
  purchase_id TEXT,
  -- As in sales.
  books_note TEXT,
  -- NULL: it stands. Otherwise when it was undone.
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
-- What was spent on a car.
CREATE INDEX service_records_vehicle ON service_records (vehicle_id);
-- The list, newest first.
CREATE INDEX service_records_newest ON service_records (created_at DESC, id);
-- A change in QuickBooks names a purchase.
CREATE INDEX service_records_purchase ON service_records (purchase_id) WHERE purchase_id IS NOT NULL;

-- Payments received in QuickBooks, one row for each invoice a payment touches.
CREATE TABLE payments (
  -- The Payment in QuickBooks.
  payment_id TEXT NOT NULL,
  sale_id TEXT NOT NULL REFERENCES sales (id),
  -- What of the payment goes to this invoice.
  amount_cents INTEGER NOT NULL,
  -- The day of the payment, by the books.
  paid_on TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (payment_id, sale_id)
) STRICT;
-- The payments of a sale.
CREATE INDEX payments_sale ON payments (sale_id);

-- ------------------------------------------------------------------------------------------------------------ the sync engine

-- States of a sync task, and what moves it:
--   (none), done, dead -> pending   a change enqueues it, or the dealer retries it
--   pending -> running              a worker takes its lease
--   running -> done                 the partner is in step, and nothing was wanted since
--   running -> pending              more is wanted or left to do, or the try failed and waits for the next one
--   running -> blocked              its partner needs the dealer (sign in, configure)
--   blocked -> pending              the dealer has acted, or the task probes the partner
--   running -> dead                 refused for good, out of attempts, or its workers crash
--   pending, blocked, dead -> done  the dealer discards it (discarded_at)
-- One row for each thing that one partner must be brought in step with. A change raises wanted_rev; the consumer, holding the
-- lease, brings done_rev up to the wanted_rev it saw when it took the lease. A queue message only says "look at this row".
CREATE TABLE sync_tasks (
  id TEXT PRIMARY KEY NOT NULL,
  -- The partner: wayne_reeves, quickbooks, cargurus, truecar, kbb, alerts. Decided in the program, so that a site can be added.
  target TEXT NOT NULL,
  -- What is brought in step: pull, event, sale, edits, invoice, expense, listing...
  kind TEXT NOT NULL,
  -- The row it is about: a vehicle, a sale, a run...
  subject_id TEXT NOT NULL,
  -- The car it concerns, for its sync history. NULL: none, or many.
  vehicle_id TEXT REFERENCES vehicles (id),
  -- pending: wants work at next_attempt_at. running: leased. done: in step. blocked: its partner needs the dealer.
  -- dead: refused for good or out of attempts; waits in the failed-syncs inbox.
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'done', 'dead', 'blocked')),
  -- Rises with each change that the partner must hear of.
  wanted_rev INTEGER NOT NULL DEFAULT 1,
  -- The wanted_rev that the partner was last brought in step with; 0: never.
  done_rev INTEGER NOT NULL DEFAULT 0,
  -- Who holds it, and until when. NULL: nobody. Settling demands the same token: a late answer of a lost lease changes nothing.
  lease_token TEXT,
  leased_until TEXT,
  -- Times it was taken up since it last succeeded, counted before the work.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Leases since it last settled that ended without a word: the mark of a subject that kills its worker.
  interrupted INTEGER NOT NULL DEFAULT 0,
  -- What the partner last said against this request, in its own words. NULL: nothing since it last succeeded or was begun anew.
  verdict TEXT,
  -- How many times in a row it has said so. What is no verdict, such as a call without an answer, leaves both as they are.
  repeats INTEGER NOT NULL DEFAULT 0,
  -- Since when it has been failing. NULL: it has not.
  failing_since TEXT,
  -- When work on it may begin: now after a change, later after a failure.
  next_attempt_at TEXT NOT NULL,
  -- When the sweep wakes it if nothing else has: a message was lost, or a lease ran out.
  wake_due_at TEXT NOT NULL,
  -- By when it must be done (sold cars off the sites, documents in the books). NULL: no such promise.
  deadline_at TEXT,
  -- The last failure, or what it waits for, in plain words. NULL: none.
  error TEXT,
  -- What the partner last took, in plain words. NULL: nothing yet.
  outcome TEXT,
  -- When the dealer gave it up. NULL: not, or it was retried or wanted again since.
  discarded_at TEXT,
  -- When it last succeeded. NULL: never.
  done_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z'),
  UNIQUE (target, kind, subject_id)
) STRICT;
-- The sweep's question: what should have been awake by now?
CREATE INDEX sync_tasks_wake_due ON sync_tasks (wake_due_at) WHERE state IN ('pending', 'running');
-- The inbox and the counts by state.
CREATE INDEX sync_tasks_state ON sync_tasks (state, target, updated_at DESC);
-- A car's sync history.
CREATE INDEX sync_tasks_vehicle ON sync_tasks (vehicle_id) WHERE vehicle_id IS NOT NULL;
-- The deadline watch.
CREATE INDEX sync_tasks_deadline ON sync_tasks (deadline_at) WHERE deadline_at IS NOT NULL AND state <> 'done';

-- What holds for a partner as a whole, over all instances of the Worker.
CREATE TABLE partners (
  -- As in sync_tasks.
  target TEXT PRIMARY KEY NOT NULL,
  -- Why no call is made until the dealer acts. NULL: none needed.
  blocked_reason TEXT,
  -- When it is tried once more all the same, in case the dealer has acted where we cannot see it. NULL: not blocked.
  probe_at TEXT,
  -- When the dealer last acted: what was refused before says nothing of now. NULL: never.
  unblocked_at TEXT,
  -- No call before this time: a Retry-After, or an outage being ridden out. NULL: calls may go.
  paused_until TEXT,
  -- Failed calls, halved by each that works. Each one halves how many calls may go at once.
  failures INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Calls of the last minute, written before each is made: the limits of a partner hold over all instances.
CREATE TABLE partner_calls (
  id TEXT PRIMARY KEY NOT NULL,
  -- As in sync_tasks.
  target TEXT NOT NULL,
  -- Written before the call is made.
  started_at TEXT NOT NULL,
  -- When it counts as over: its time-out, or earlier when it came back.
  until TEXT NOT NULL
) STRICT;
-- How many calls a partner had in the last minute.
CREATE INDEX partner_calls_started ON partner_calls (target, started_at);

-- What the dealer is alerted to at ALERT_WEBHOOK_URL: once when it begins and once when it is over.
CREATE TABLE alerts (
  -- What it is about, such as dead:quickbooks.
  subject TEXT PRIMARY KEY NOT NULL,
  -- What is sent, in plain words.
  text TEXT NOT NULL,
  -- When it began.
  raised_at TEXT NOT NULL,
  -- NULL: it still holds.
  cleared_at TEXT,
  -- What was last sent: raised or cleared. NULL: nothing yet.
  sent TEXT CHECK (sent IN ('raised', 'cleared'))
) STRICT;

-- What runs once in a local day has a row for each day it was started on.
CREATE TABLE daily_jobs (
  -- What ran, such as the pull from the DMS.
  job TEXT NOT NULL,
  -- The day where the dealer is (DEALER_TIMEZONE).
  local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
  -- When it was started.
  started_at TEXT NOT NULL,
  PRIMARY KEY (job, local_date)
) STRICT;

-- ---------------------------------------------------------------------------------------------------------------- partners

-- A pull of the whole inventory from the DMS. It stands still between pages; the pages done so far are in import_pages.
CREATE TABLE import_runs (
  id TEXT PRIMARY KEY NOT NULL,
  -- completed: the whole inventory was seen. degraded: what it saw cannot be trusted to be the whole lot. failed: the DMS lets us not in.
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'degraded', 'failed')),
  -- The button, or the day's own pull.
  started_by TEXT NOT NULL CHECK (started_by IN ('dealer', 'cron')),
  -- How many vehicles the DMS says there are over all pages, as of the last page. NULL: no page yet.
  total INTEGER,
  -- Cars archived because two complete runs did not see them.
  removed INTEGER NOT NULL DEFAULT 0,
  -- Why it is degraded or failed, or what it is waiting for, in plain words. NULL: nothing to say.
  message TEXT,
  created_at TEXT NOT NULL,
  -- When the first page was asked for. NULL: not yet.
  started_at TEXT,
  -- NULL: it is still going.
  finished_at TEXT
) STRICT;
-- One run at a time.
CREATE UNIQUE INDEX import_runs_going ON import_runs ((1)) WHERE status IN ('queued', 'running');
-- The runs list and the last complete run.
CREATE INDEX import_runs_newest ON import_runs (created_at DESC, id);

-- One row a page: what it held and what it did. The next page's cursor is the last page's next_cursor.
CREATE TABLE import_pages (
  run_id TEXT NOT NULL REFERENCES import_runs (id),
  -- From 1.
  page INTEGER NOT NULL,
  -- What was asked for. NULL: the first page.
  cursor TEXT,
  -- What to ask for next. NULL: this was the last page.
  next_cursor TEXT,
  -- BLAKE2b, in hex, of the page's bytes and of how they are read: the same page again is known without being read. NULL: an event has
  -- changed a car since, or the page cannot be trusted to do the same again.
  fingerprint TEXT,
  -- JSON array of every stock number on the page, rejected ones included: what a complete run did not see, it may remove.
  stock_numbers TEXT NOT NULL CHECK (json_valid(stock_numbers)),
  -- Records on the page; of these, how many made or changed a vehicle, and how many changed nothing.
  seen INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  -- JSON array of {stockNumber, field, message}.
  rejected TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(rejected)),
  created_at TEXT NOT NULL,
  PRIMARY KEY (run_id, page)
) STRICT;
-- The pages that are known by their fingerprint: each event that changes a car forgets them.
CREATE INDEX import_pages_known ON import_pages (run_id, page) WHERE fingerprint IS NOT NULL;

-- Webhook events as they arrived, verified. Inserted before the sender is answered, worked off by the queue.
CREATE TABLE webhook_events (
  id TEXT PRIMARY KEY NOT NULL,
  -- Who sent it.
  source TEXT NOT NULL CHECK (source IN ('wayne_reeves', 'quickbooks')),
  -- The sender's event id, or the body's hash where it gives none: the same event twice is one row.
  event_key TEXT NOT NULL,
  -- As the sender names it, such as vehicle.sold.
  type TEXT NOT NULL,
  -- When it happened, by the sender's clock. NULL: not said.
  occurred_at TEXT,
  -- The body as it came.
  body TEXT NOT NULL,
  -- stored: waits for the queue. applied, ignored (with the reason), or failed.
  state TEXT NOT NULL DEFAULT 'stored' CHECK (state IN ('stored', 'applied', 'ignored', 'failed')),
  -- Why it was ignored or failed, in plain words. NULL: nothing to say.
  note TEXT,
  -- When it was stored, before the sender was answered.
  received_at TEXT NOT NULL,
  -- When it was applied, ignored or given up. NULL: not yet.
  settled_at TEXT,
  UNIQUE (source, event_key)
) STRICT;
-- What has arrived lately, for support.
CREATE INDEX webhook_events_newest ON webhook_events (received_at DESC);

-- The QuickBooks token pair, sealed with TOKEN_ENCRYPTION_KEY. KV only mirrors it.
CREATE TABLE oauth_tokens (
  -- One row, for one company.
  provider TEXT PRIMARY KEY NOT NULL CHECK (provider = 'quickbooks'),
  -- The company in QuickBooks that the tokens open.
  realm_id TEXT NOT NULL,
  -- Rises with each new pair.
  generation INTEGER NOT NULL,
  -- Opens the API for an hour.
  access_token_sealed TEXT NOT NULL,
  -- By when a new one is needed.
  access_expires_at TEXT NOT NULL,
  -- Stored here before it is first used, for the one before it is void from then on.
  refresh_token_sealed TEXT NOT NULL,
  -- By when it must have been used.
  refresh_expires_at TEXT NOT NULL,
  -- Intuit's five-year limit. NULL: not told.
  hard_expires_at TEXT,
  -- Who is refreshing, and until when: one at a time.
  lease_token TEXT,
  leased_until TEXT,
  -- reauth_required: Intuit refused the refresh token; the dealer must connect again.
  state TEXT NOT NULL CHECK (state IN ('connected', 'reauth_required')),
  -- When the dealer last gave consent.
  connected_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

-- An authorisation under way: single use, ten minutes, bound to the session that began it. Only hashes are kept.
CREATE TABLE oauth_states (
  -- Of the state that travels through Intuit and back.
  state_sha256 TEXT PRIMARY KEY NOT NULL,
  -- Of the session that began it, and alone may end it.
  session_sha256 TEXT NOT NULL,
  -- Ten minutes after it began.
  expires_at TEXT NOT NULL,
  -- NULL: not used yet; a second use is refused.
  used_at TEXT
) STRICT;

-- What was looked up or made in QuickBooks once: by which id it knows a name of ours.
CREATE TABLE books_names (
  -- The company: another one has other ids.
  realm_id TEXT NOT NULL,
  -- item, account (of expenses), cash and card (what expenses are paid from): by the name in the settings. customer: by our customer's
  -- id, or '' for the default one. vendor: by its name in lower case.
  kind TEXT NOT NULL CHECK (kind IN ('item', 'account', 'cash', 'card', 'customer', 'vendor')),
  -- What it is looked for by, as the line above says.
  name TEXT NOT NULL,
  -- Its id there.
  quickbooks_id TEXT NOT NULL,
  PRIMARY KEY (realm_id, kind, name)
) STRICT, WITHOUT ROWID;

-- How far the changes in QuickBooks have been read, for what its webhook missed.
CREATE TABLE books_changes (
  -- The company.
  realm_id TEXT PRIMARY KEY NOT NULL,
  -- Everything changed before was seen.
  seen_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What each listing site holds, by VIN, as far as its answers tell.
CREATE TABLE listings (
  -- The site: cargurus, truecar, kbb. Decided in the program, so that a site can be added.
  platform TEXT NOT NULL,
  -- What the site knows the car by.
  vin TEXT NOT NULL,
  -- Whose listing it is. Another vehicle of that VIN (a car taken in again) takes it over when nobody is at work on it.
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- absent: not there, read back. live: there, as the site said. pending: a call was begun whose outcome is not known yet.
  -- dead: the site refuses it; it may still show something older.
  state TEXT NOT NULL CHECK (state IN ('absent', 'live', 'pending', 'dead')),
  -- The price last sent. NULL: none.
  price_cents INTEGER,
  -- Of what the site last took, so that an unchanged car costs no call. NULL: not known what it has.
  content_sha256 TEXT,
  -- The site's own id. NULL: it gave none.
  external_id TEXT,
  -- From when on the site is to be read back once: the nightly look is due, or a call that was never answered may take effect
  -- until then. Written before each call. NULL: what stands here is sure.
  verify_after TEXT,
  -- When the site was last read back and agreed. NULL: never.
  verified_at TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (platform, vin)
) STRICT;
-- What the sites hold of a car.
CREATE INDEX listings_vehicle ON listings (vehicle_id);
-- What is to be read back.
CREATE INDEX listings_verify ON listings (verify_after) WHERE verify_after IS NOT NULL;

-- Hosted feeds: one secret address each, which can be changed or paused.
CREATE TABLE feeds (
  -- What it is written for: google, meta, generic.
  format TEXT PRIMARY KEY NOT NULL,
  -- The secret part of its address.
  token TEXT NOT NULL UNIQUE,
  -- 1: its address answers 404.
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  -- NULL: not since the address is this one.
  last_fetched_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO feeds (format, token, created_at)
SELECT value, lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ') FROM json_each('["google", "meta", "generic"]');

-- ---------------------------------------------------------------------------------------------------------------- sign-in

-- Signed-in browsers. The cookie's value is not kept, only a hash; deleting a row signs that browser out.
CREATE TABLE sessions (
  -- Of the admin token and the cookie's value: with another token every browser is signed out.
  token_sha256 TEXT PRIMARY KEY NOT NULL,
  created_at TEXT NOT NULL,
  -- From then on it opens nothing.
  expires_at TEXT NOT NULL
) STRICT;
-- The sweep forgets the expired.
CREATE INDEX sessions_expires ON sessions (expires_at);

-- How often something was asked for in the window that is open. The sweep forgets those that are over.
CREATE TABLE rate_limits (
  -- What is limited and, where each has a limit of his own, whose use it is: 'sync', 'sign-in:203.0.113.9'.
  subject TEXT PRIMARY KEY NOT NULL,
  -- How often so far, refused ones included.
  used INTEGER NOT NULL,
  -- When counting begins anew.
  resets_at TEXT NOT NULL
) STRICT;

-- ------------------------------------------------------------------------------------------------------------ audit views
-- Part of the contract: support, reports and tests read these.

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
