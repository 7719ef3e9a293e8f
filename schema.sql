-- CarLot Manager: the whole D1 schema, to read. migrations/ is what wrangler applies; tests/rules/test_schema.py proves that
-- the migrations together build exactly this.
--
-- Conventions: every table is STRICT. Money is integer cents. Instants are UTC text with milliseconds, 2025-02-03T10:30:00.000Z, so
-- that text order is time order; days are 2025-02-03. Flags are 0 or 1. Ids are opaque text. NULL means "not known" unless said otherwise.
-- What is the same everywhere has no comment of its own: id names the row, created_at and updated_at say when it was made and last
-- changed, and a column that REFERENCES a table names a row there.

-- ---------------------------------------------------------------------------------------------------------------- the lot

-- Retention: for ever, with their history; what the dealer deletes is archived.
CREATE TABLE vehicles (
  id TEXT PRIMARY KEY NOT NULL CHECK (id <> ''),
  -- The stock number the DMS knows it by. NULL: the DMS has never heard of it, or has given its number to another car since.
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
  -- JSON object of what was filled in from the VIN, by the fields' names in the API. A field that has another value by now was
  -- changed since.
  decoded_fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(decoded_fields)),
  -- What is kept of the DMS's record as last taken over, a JSON object: `digest` of all of it, by which the same record is known again and
  -- not written, its `vin` and `status`, the fields that were `absent`.
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
-- A stock number names one car on the lot; a car that has left it keeps the number as its history, and another may be given it.
CREATE UNIQUE INDEX vehicles_stock_number ON vehicles (stock_number) WHERE status IN ('available', 'pending');
-- Any vehicle by VIN, whatever its state: webhooks, buy-backs, listings.
CREATE INDEX vehicles_vin ON vehicles (vin);
-- The admin list, newest first: by the day of the purchase, then by entry.
CREATE INDEX vehicles_newest ON vehicles (coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id);
-- The admin list of one state.
CREATE INDEX vehicles_status ON vehicles (status, coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id);
-- The public list in its default order.
CREATE INDEX vehicles_public ON vehicles (coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id) WHERE status = 'available' AND publish_to_website = 1;
-- The few cars with hand edits, which an import looks at once more.
CREATE INDEX vehicles_edited ON vehicles (external_dms_id) WHERE edited_fields <> '[]';

-- What each car was offered for before and after each change of its price. A trigger writes it, whoever changes the price.
-- Retention: for ever, with their car.
CREATE TABLE price_changes (
  -- Rises with each change.
  id INTEGER PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The time of the change.
  at TEXT NOT NULL,
  -- The price before and after it. NULL: call for price.
  before_cents INTEGER,
  -- As before_cents.
  after_cents INTEGER
) STRICT;
-- The prices of a car, in order.
CREATE INDEX price_changes_vehicle ON price_changes (vehicle_id, at);

CREATE TRIGGER vehicle_repriced AFTER UPDATE OF price_cents ON vehicles
WHEN NEW.price_cents IS NOT OLD.price_cents
BEGIN
  INSERT INTO price_changes (vehicle_id, at, before_cents, after_cents) VALUES (NEW.id, NEW.updated_at, OLD.price_cents, NEW.price_cents);
END;

-- One row. Its revision rises with every change to a car that the public sees or saw; the public API's ETag is made of it.
-- Retention: one row.
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
-- Retention: a day after they were removed from their car.
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
-- Retention: the last 20.
CREATE TABLE csv_imports (
  id TEXT PRIMARY KEY NOT NULL,
  -- JSON array of the file's own headings.
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  -- NULL: not undone.
  undone_at TEXT,
  created_at TEXT NOT NULL
) STRICT;

-- The rows of a file that were not taken.
-- Retention: with their import.
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
-- Retention: with their import.
CREATE TABLE csv_import_changes (
  import_id TEXT NOT NULL REFERENCES csv_imports (id),
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The vehicle's version behind the import: at any other it was changed since.
  version INTEGER NOT NULL,
  -- JSON object of the columns that the import changed, with their values before it. NULL: the import added the vehicle.
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  PRIMARY KEY (import_id, vehicle_id)
) STRICT;

-- What the VIN decoder said of a VIN: each is asked once.
-- Retention: for good; a VIN names a car, not a person.
CREATE TABLE vin_decodes (
  -- 17 characters, upper case.
  vin TEXT PRIMARY KEY NOT NULL,
  -- JSON object of what is suggested, by the fields' names in the API; what is not known is left out.
  suggestions TEXT NOT NULL CHECK (json_valid(suggestions)),
  -- A sentence for the dealer. NULL: none.
  hint TEXT,
  -- When it was asked.
  decoded_at TEXT NOT NULL
) STRICT;

-- ------------------------------------------------------------------------------------------------- customers, sales, service

-- Retention: for ever; the dealer can erase what names a person.
CREATE TABLE customers (
  id TEXT PRIMARY KEY NOT NULL,
  -- As entered or as the DMS has it; not unique.
  name TEXT NOT NULL CHECK (name <> ''),
  -- For the invoice. NULL: none given.
  email TEXT,
  -- NULL: none given.
  phone TEXT,
  -- When name, email and phone were blanked at the customer's wish. NULL: not.
  erased_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
-- A sale that names a known customer takes that row.
CREATE INDEX customers_name ON customers (name COLLATE NOCASE);
-- The customers list, newest first.
CREATE INDEX customers_newest ON customers (created_at DESC, id);

-- Retention: for ever, as the books are.
CREATE TABLE sales (
  id TEXT PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- What the customer pays for the car. NULL: the dealer is asked for it (questions), and nothing is posted.
  sale_price_cents INTEGER CHECK (sale_price_cents >= 0),
  -- What else is on the sale, in the order of the invoice: JSON array of {kind, description, amount_cents}; kind is fee, tax, tradeIn,
  -- deposit or discount, and the last three are below zero. The total of the sale is its price and the sum of these.
  lines TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(lines)),
  -- The day of the sale where the dealer is: the date of the invoice. Without a price it is the day on which the car was seen as sold.
  sale_date TEXT NOT NULL CHECK (sale_date GLOB '????-??-??'),
  -- NULL: the sale names nobody; the books use QUICKBOOKS_DEFAULT_CUSTOMER.
  customer_id TEXT REFERENCES customers (id),
  -- Who told us: entered here, or reported by the DMS, which then need not be told.
  origin TEXT NOT NULL CHECK (origin IN ('carlot', 'dms')),
  -- The DMS's id of this sale. NULL: it has not taken it yet, or has undone it, or has told of it without its id.
  dms_sale_id TEXT,
  -- Written before the DMS is told: from here on it may have it, whatever came back; of a sale that the DMS made, when we heard of it.
  -- NULL: it was never told, or is known not to have it any more.
  dms_tried_at TEXT,
  -- The DMS's own time of what it last told of this sale: only what is later corrects or undoes it. NULL: it gave none, or told nothing.
  dms_told_at TEXT,
  -- JSON array of what the DMS was last told: price in cents, day, id of the customer, the car's stock number and VIN then. Its echo may
  -- come late. NULL: it was told nothing, or has refused it; with dms_tried_at, because it has sold the car itself.
  dms_sent TEXT CHECK (dms_sent IS NULL OR json_valid(dms_sent)),
  -- What all retries of the invoice carry: QuickBooks' DocNumber (21 characters at most), chosen once, and the requestid (36 at most), which
  -- changes when QuickBooks has refused the invoice.
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  -- Written before QuickBooks is sent the invoice: from here on it may have it, whatever came back. NULL: it was never sent, or is known
  -- not to be there.
  books_tried_at TEXT,
  -- The company in QuickBooks to which it was sent, and in which invoice_id is meant: another company has other documents under the
  -- same ids. NULL: it was never sent, or before companies were kept, so that an id is believed only once its document is seen to be ours.
  books_realm_id TEXT,
  -- No longer used.
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  -- JSON array of what the invoice was last sent with: total in cents, day, customer_id, lines. Anything else in this row is news to the
  -- books. A fifth member: the dealer has decided that the invoice is to be as this row is, whatever the books show.
  -- NULL: never sent.
  books_sent TEXT CHECK (books_sent IS NULL OR json_valid(books_sent)),
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
-- The few sales that the DMS may still have though they are undone.
CREATE INDEX sales_undone ON sales (vehicle_id) WHERE voided_at IS NOT NULL AND dms_tried_at IS NOT NULL;
-- A payment names an invoice.
CREATE INDEX sales_invoice ON sales (invoice_id) WHERE invoice_id IS NOT NULL;

-- Cars that were taken in trade: what the customer was given for one stands on the invoice of the car that he bought.
-- Retention: with their sale.
CREATE TABLE trade_ins (
  -- The car that was taken in.
  vehicle_id TEXT PRIMARY KEY NOT NULL REFERENCES vehicles (id),
  -- The sale that it was taken in with.
  sale_id TEXT NOT NULL REFERENCES sales (id),
  -- The line of the sale that says what it was taken for, counted from 0. It may be worth less: its purchase price says what.
  line INTEGER NOT NULL CHECK (line >= 0),
  UNIQUE (sale_id, line)
) STRICT;

-- A car that becomes sold on the lot has a sale, whoever says that it is sold; a car on the lot has none that stands.
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

-- Retention: for ever, as the books are.
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
  -- No longer used.
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  -- JSON array of what the expense was last sent with: cost in cents, day, description, vendor. Anything else in this row is news to the
  -- books. NULL: never sent, or before this was kept.
  books_sent TEXT CHECK (books_sent IS NULL OR json_valid(books_sent)),
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

-- The journal entries that keep the cost of cars in the books, when the accounts for it are named. An entry never changes: one that
-- is no longer what the car, its work and its sale ask for is voided, and the next one is made beside it.
-- Retention: for ever, as the books are.
CREATE TABLE journals (
  -- The kind, the source and the how-manieth entry of that source this is: a database that was put back makes the same id again.
  id TEXT PRIMARY KEY NOT NULL,
  -- purchase: a car came into the inventory. recon: work went into it, or, after the sale, into the cost of sales. cost: a sale moved
  -- the car's whole cost out of the inventory.
  kind TEXT NOT NULL CHECK (kind IN ('purchase', 'recon', 'cost')),
  -- The vehicle, the service record or the sale.
  source_id TEXT NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The day of the purchase, of the work or of the sale.
  entry_date TEXT NOT NULL CHECK (entry_date GLOB '????-??-??'),
  -- JSON array of [account, cents]: debits above zero, credits below, in sum zero. An account is inventory, cost, purchase or expense,
  -- of which the settings have the names, or trade_in: the account of the item of trade-ins.
  lines TEXT NOT NULL CHECK (json_valid(lines)),
  -- As in sales.
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  -- As in sales.
  books_tried_at TEXT,
  -- As in sales.
  books_realm_id TEXT,
  -- As in sales.
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  -- The JournalEntry in QuickBooks. NULL: not posted.
  journal_id TEXT,
  -- As in sales.
  books_note TEXT,
  -- NULL: it stands. Otherwise when it was no longer what is to be in the books.
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
-- One entry of a source stands at a time.
CREATE UNIQUE INDEX journals_standing ON journals (kind, source_id) WHERE voided_at IS NULL;
-- The entries of a car.
CREATE INDEX journals_vehicle ON journals (vehicle_id);

-- Payments received in QuickBooks, one row for each invoice a payment touches.
-- Retention: for ever, as the books are.
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

-- What only the dealer can decide. A question that settles itself, because what it asks became known or no longer matters, is void.
-- Retention: for ever, as what was decided about a sale.
CREATE TABLE questions (
  id TEXT PRIMARY KEY NOT NULL,
  -- What is asked. The sentence, the choices and what each choice does stand in the program, by the kind.
  kind TEXT NOT NULL,
  -- The row it is about: a sale, or 'lot'.
  subject_id TEXT NOT NULL,
  -- The car it concerns. NULL: none, or many.
  vehicle_id TEXT REFERENCES vehicles (id),
  -- JSON object: what the sentence and the choices must know besides the rows. Persons stand in it by the id of their customer.
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
  -- open: waits for the dealer. void: it settled itself.
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'void')),
  -- JSON object of what was asked, the choice and what was entered with it, without persons. NULL: not answered.
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  -- Who answered. NULL: not answered.
  answered_by TEXT,
  -- By when what waits for the answer must be done. NULL: no such promise.
  deadline_at TEXT,
  -- When it was answered or became void. NULL: it is open.
  settled_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
-- A thing is asked once at a time.
CREATE UNIQUE INDEX questions_open ON questions (kind, subject_id) WHERE state = 'open';
-- The questions list, newest first.
CREATE INDEX questions_newest ON questions (created_at DESC, id);

-- A sale without a price is a question; it is void once the price is known from elsewhere. A sale undone leaves nothing to ask.
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
-- Retention: one row for each car, sale or record and partner; events, alerts, pulls and looks 30 days after they were done.
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
  -- JSON object {at, method, url, request, status, answer}: the last call that failed, without secrets and personal data.
  -- NULL: it has succeeded since, or no call was made.
  exchange TEXT CHECK (exchange IS NULL OR json_valid(exchange)),
  -- What the partner last took, in plain words. NULL: nothing yet.
  outcome TEXT,
  -- When the dealer gave it up. NULL: not, or it was retried or wanted again since.
  discarded_at TEXT,
  -- When it last succeeded. NULL: never.
  done_at TEXT,
  -- When its partner first refused our credentials to it since it last succeeded. NULL: it has not. A partner that has let others in
  -- since refuses this one task, and not us.
  denied_at TEXT,
  -- When it was last let go to see whether its blocked partner lets us in. NULL: not since that partner was last ready.
  probed_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL CHECK (updated_at GLOB '????-??-??T??:??:??.???Z'),
  UNIQUE (target, kind, subject_id)
) STRICT;
-- The sweep's question: what should have been awake by now?
CREATE INDEX sync_tasks_wake_due ON sync_tasks (wake_due_at) WHERE state IN ('pending', 'running');
-- The inbox and the counts by state.
CREATE INDEX sync_tasks_state ON sync_tasks (state, target, updated_at DESC);
-- The list of tasks, last changed first.
CREATE INDEX sync_tasks_newest ON sync_tasks (updated_at DESC, id DESC);
-- A car's sync history.
CREATE INDEX sync_tasks_vehicle ON sync_tasks (vehicle_id) WHERE vehicle_id IS NOT NULL;
-- The deadline watch.
CREATE INDEX sync_tasks_deadline ON sync_tasks (deadline_at) WHERE deadline_at IS NOT NULL AND state <> 'done';
-- The sweep wakes what has a deadline first.
CREATE INDEX sync_tasks_urgent ON sync_tasks (deadline_at) WHERE deadline_at IS NOT NULL AND state IN ('pending', 'running');
-- The probe of a blocked partner, and the tasks that wait for it.
CREATE INDEX sync_tasks_blocked ON sync_tasks (target, probed_at, deadline_at) WHERE state = 'blocked';

-- What the daily cleanup deletes.
CREATE INDEX sync_tasks_passing ON sync_tasks (updated_at)
  WHERE state = 'done' AND kind IN ('event', 'payment', 'invoice_check', 'expense_check', 'alert', 'pull', 'old_listing');

-- What holds for a partner as a whole, over all instances of the Worker.
-- Retention: one row for each partner.
CREATE TABLE partners (
  -- As in sync_tasks.
  target TEXT PRIMARY KEY NOT NULL,
  -- Why no call is made until the dealer acts. NULL: none needed.
  blocked_reason TEXT,
  -- When it is tried once more all the same, in case the dealer has acted where we cannot see it. NULL: not blocked.
  probe_at TEXT,
  -- When the dealer last acted: what was refused before says nothing of now. NULL: never.
  unblocked_at TEXT,
  -- When it refused our credentials and was not asked again yet: one more refusal blocks it. NULL: it has not, or has let us in since.
  doubted_at TEXT,
  -- When it last answered a call in a way that shows that our credentials are good. NULL: never.
  let_in_at TEXT,
  -- No call before this time: a Retry-After, or an outage being ridden out. NULL: calls may go.
  paused_until TEXT,
  -- Failed calls, halved by each that works. Each one halves how many calls may go at once.
  failures INTEGER NOT NULL DEFAULT 0,
  -- Since when the operator has paused it: its tasks are not taken up, deadlines run on. NULL: not paused.
  held_at TEXT
) STRICT;

-- Calls of the last minute, written before each is made: the limits of a partner hold over all instances.
-- Retention: a minute; a day where a partner is no longer called.
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
-- The daily cleanup.
CREATE INDEX partner_calls_age ON partner_calls (started_at);

-- What the dealer is alerted to at ALERT_WEBHOOK_URL: when it begins, when more of it comes, and when it is over.
-- Retention: 90 days after they were over.
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
  sent TEXT CHECK (sent IN ('raised', 'cleared')),
  -- What is newest of it, such as when the last task died, in an order of texts: something newer is told too.
  newest TEXT NOT NULL DEFAULT '',
  -- The newest that was told of. NULL: nothing was told since it began.
  sent_newest TEXT
) STRICT;

-- What is done once in a local day has a row for each day on which it was done; the pull from the DMS has import_runs.day.
-- Retention: 60 days, and the last day of each job.
CREATE TABLE daily_jobs (
  -- What was done, such as the look at a listing site.
  job TEXT NOT NULL,
  -- The day where the dealer is (DEALER_TIMEZONE).
  local_date TEXT NOT NULL CHECK (local_date GLOB '????-??-??'),
  -- When it was done: all that it does was written or queued.
  done_at TEXT NOT NULL,
  PRIMARY KEY (job, local_date)
) STRICT;

-- ---------------------------------------------------------------------------------------------------------------- partners

-- A pull of the whole inventory from the DMS. It stands still between pages; the pages done so far are in import_pages.
-- Retention: 90 days, and the last two complete ones.
CREATE TABLE import_runs (
  id TEXT PRIMARY KEY NOT NULL,
  -- completed: the whole inventory was seen. degraded: what it saw cannot be trusted to be the whole lot. failed: the DMS lets us not in.
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'degraded', 'failed')),
  -- The button, or the day's own pull.
  started_by TEXT NOT NULL CHECK (started_by IN ('dealer', 'cron')),
  -- How many vehicles the DMS says there are over all pages, as of the last page. NULL: no page yet.
  total INTEGER,
  -- 1: more cars were missing than can be believed. The dealer is asked, and no later run is compared with this one.
  shrunken INTEGER NOT NULL DEFAULT 0 CHECK (shrunken IN (0, 1)),
  -- Cars archived because two complete runs did not see them.
  removed INTEGER NOT NULL DEFAULT 0,
  -- Why it is degraded or failed, or what it is waiting for, in plain words. NULL: nothing to say.
  message TEXT,
  created_at TEXT NOT NULL,
  -- When the first page was asked for. NULL: not yet.
  started_at TEXT,
  -- NULL: it is still going.
  finished_at TEXT,
  -- The dealer's day whose pull it is, from the hour on at which that is due. NULL: of no day.
  day TEXT CHECK (day GLOB '????-??-??'),
  -- 1: its file came while another run was going; it begins when that one ends.
  waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1))
) STRICT;
-- Whether a day's pull is done.
CREATE INDEX import_runs_day ON import_runs (day) WHERE day IS NOT NULL;
-- One run at a time.
CREATE UNIQUE INDEX import_runs_going ON import_runs ((1)) WHERE status IN ('queued', 'running') AND waiting = 0;
-- The runs list and the last complete run.
CREATE INDEX import_runs_newest ON import_runs (created_at DESC, id);

-- One row a page: what it held and what it did. The next page's cursor is the last page's next_cursor.
-- Retention: with their run; the stock numbers only of the last two complete ones.
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
  -- JSON array of every VIN on the page, likewise.
  vins TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(vins)),
  -- Records of which neither can be read: any missing car may be one of them.
  unidentified INTEGER NOT NULL DEFAULT 0,
  -- Records on the page; of these, how many made or changed a vehicle, and how many changed nothing.
  seen INTEGER NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  -- JSON array of {stockNumber, field, message}.
  rejected TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(rejected)),
  created_at TEXT NOT NULL,
  -- JSON array of the BLAKE2b of each record, in hex: the same record on the same page of the next run is known without being read; empty for
  -- one that is sold. No digests: some record was not taken over, or the run is not the last complete one.
  digests TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(digests)),
  PRIMARY KEY (run_id, page)
) STRICT;
-- The pages that are known by their fingerprint: each event that changes a car forgets them.
CREATE INDEX import_pages_known ON import_pages (run_id, page) WHERE fingerprint IS NOT NULL;
-- A car that was entered by hand, or got other names by hand, may be one that a page shows which is as it was.
CREATE TRIGGER vehicle_entered AFTER INSERT ON vehicles WHEN NEW.dms_record IS NULL
BEGIN
  UPDATE import_pages SET fingerprint = NULL WHERE fingerprint IS NOT NULL;
END;
CREATE TRIGGER vehicle_renamed AFTER UPDATE OF vin, stock_number ON vehicles
WHEN NEW.dms_record IS NULL AND (NEW.vin IS NOT OLD.vin OR NEW.stock_number IS NOT OLD.stock_number)
BEGIN
  UPDATE import_pages SET fingerprint = NULL WHERE fingerprint IS NOT NULL;
END;

-- Files with the whole inventory: exports of the DMS that were uploaded or fetched. Each is read by a run of its own. Until it is read, its
-- text lies in R2 in blocks, as UTF-8 where it came as UTF-16.
-- Retention: with their run; the text until the run has ended.
CREATE TABLE inventory_files (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL UNIQUE REFERENCES import_runs (id),
  -- upload: it was sent to the upload address. address: it was fetched from WAYNE_REEVES_FILE_URL.
  source TEXT NOT NULL CHECK (source IN ('upload', 'address')),
  -- What its sender calls it. NULL: not said.
  name TEXT,
  -- As it came, and as it lies in R2.
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  -- The same when it did not come as UTF-16.
  staged_bytes INTEGER NOT NULL CHECK (staged_bytes > 0),
  -- BLAKE2b of the bytes as they came, in hex: the same file sent again is known by it.
  digest TEXT NOT NULL,
  -- How the bytes in R2 are characters.
  encoding TEXT NOT NULL CHECK (encoding IN ('utf-8', 'cp1252')),
  -- What stands between two cells.
  delimiter TEXT NOT NULL CHECK (length(delimiter) = 1),
  -- JSON array of its headings.
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  -- BLAKE2b of the headings, in hex: a row of csv_columns goes with it.
  headings_digest TEXT NOT NULL,
  -- Where the first row below the headings begins in R2.
  first_byte INTEGER NOT NULL CHECK (first_byte > 0),
  -- The number of that row as a spreadsheet counts.
  first_row INTEGER NOT NULL CHECK (first_row > 0),
  -- 1: its last line has an end.
  is_closed INTEGER NOT NULL CHECK (is_closed IN (0, 1)),
  -- When it was written, by the server that it was fetched from. NULL: not said.
  written_at TEXT,
  -- When it was here whole.
  received_at TEXT NOT NULL,
  -- 1: it ends in the middle of a row.
  is_cut INTEGER NOT NULL DEFAULT 0 CHECK (is_cut IN (0, 1)),
  -- When its text was deleted from R2. NULL: not yet.
  deleted_at TEXT
) STRICT;
-- The last files, for the desk; files that came before a file.
CREATE INDEX inventory_files_newest ON inventory_files (received_at DESC);
-- The files whose text is still in R2.
CREATE INDEX inventory_files_staged ON inventory_files (received_at) WHERE deleted_at IS NULL;

-- The secret address that files are sent to.
-- Retention: one row.
CREATE TABLE inventory_address (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  -- The secret part of the address.
  token TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO inventory_address (id, token, created_at) VALUES (1, lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ'));

-- What the dealer says the columns of a file are: kept for every later file with the same headings.
-- Retention: for ever; a dealer's programs have few kinds of files.
CREATE TABLE csv_columns (
  -- BLAKE2b of the headings, in hex.
  headings_digest TEXT PRIMARY KEY NOT NULL,
  -- JSON object: heading -> field by its name in the API, or null for a column that is left alone.
  columns TEXT NOT NULL CHECK (json_valid(columns)),
  updated_at TEXT NOT NULL
) STRICT;

-- Webhook events as they arrived, verified. Inserted before the sender is answered, worked off by the queue.
-- Retention: 400 days, for the key is what stops a repeat; the body 30 days after the event was settled.
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
  -- The body as it came. Empty: deleted, 30 days after it was settled or with the customer it told of.
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
-- The bodies that the daily cleanup deletes.
CREATE INDEX webhook_events_bodies ON webhook_events (received_at) WHERE body <> '';

-- The QuickBooks token pair, sealed with TOKEN_ENCRYPTION_KEY. KV only mirrors it.
-- Retention: one row.
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
-- Retention: a day after they ended.
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
-- The daily cleanup.
CREATE INDEX oauth_states_expires ON oauth_states (expires_at);

-- What was looked up or made in QuickBooks once: by which id it knows a name of ours.
-- Retention: one row for each name; forgotten when a name is not there any more.
CREATE TABLE books_names (
  -- The company: another one has other ids.
  realm_id TEXT NOT NULL,
  -- item, account (of expenses), cash and card (what expenses are paid from), tax_code: by the name in the settings. customer: by our
  -- customer's id, or '' for the default one. vendor: by its name in lower case. Decided in the program.
  kind TEXT NOT NULL,
  -- What it is looked for by, as the line above says.
  name TEXT NOT NULL,
  -- Its id there.
  quickbooks_id TEXT NOT NULL,
  -- 1: we have made it there, so that it follows when it changes here.
  made INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1)),
  PRIMARY KEY (realm_id, kind, name)
) STRICT, WITHOUT ROWID;

-- How far the changes in QuickBooks have been read, for what its webhook missed.
-- Retention: one row for each company.
CREATE TABLE books_changes (
  -- The company.
  realm_id TEXT PRIMARY KEY NOT NULL,
  -- Everything changed before was seen.
  seen_until TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What each listing site holds, by VIN, as far as its answers tell.
-- Retention: one row for each car and site.
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
  -- The address it was last put under, dealer id included. NULL: never put, or before addresses were kept: then the site's own.
  url TEXT,
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
-- How many cars are on a site.
CREATE INDEX listings_live ON listings (vin) WHERE state = 'live';
-- What is to be read back.
CREATE INDEX listings_verify ON listings (verify_after) WHERE verify_after IS NOT NULL;

-- What was put under an address that is no longer the site's: another dealer id or base, or a site without its settings. It is to be
-- removed there, by a task of kind old_listing; the row goes when the site no longer shows it.
-- Retention: until it is gone from the old address.
CREATE TABLE old_listings (
  id TEXT PRIMARY KEY NOT NULL,
  -- As in listings, of the time it was put.
  platform TEXT NOT NULL,
  -- As in listings.
  vin TEXT NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  -- The address that it stands at.
  url TEXT NOT NULL,
  -- Until then an earlier call may still take effect there. NULL: none is under way.
  not_before TEXT,
  created_at TEXT NOT NULL
) STRICT;
-- Whether a car still stands somewhere else.
CREATE INDEX old_listings_vin ON old_listings (platform, vin);

-- The last file that each listing site was brought, where it takes the inventory as a file.
-- Retention: one row for each site.
CREATE TABLE site_files (
  -- The site: cargurus, truecar, kbb.
  platform TEXT PRIMARY KEY NOT NULL,
  -- Where it was brought: server and path, without user and password.
  address TEXT NOT NULL,
  -- Of what is in it. NULL: another one was about to get its name, and it is not known whether it did.
  content_sha256 TEXT,
  -- How many cars are in it.
  cars INTEGER NOT NULL,
  -- How long it is, as the server says too.
  bytes INTEGER NOT NULL,
  -- When it was there, read back.
  delivered_at TEXT NOT NULL
) STRICT;

-- Hosted feeds: one secret address each, which can be changed or paused.
-- Retention: one row for each format.
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
-- Retention: until they expire.
CREATE TABLE sessions (
  -- Of the admin token and the cookie's value: with another token every browser is signed out.
  token_sha256 TEXT PRIMARY KEY NOT NULL,
  created_at TEXT NOT NULL,
  -- From then on it opens nothing.
  expires_at TEXT NOT NULL,
  -- Who it is, as given at sign-in: the author of what is written from there. NULL: not given.
  name TEXT
) STRICT;
-- The sweep forgets the expired.
CREATE INDEX sessions_expires ON sessions (expires_at);

-- Requests that carry an Idempotency-Key, for 24 hours. The answer is written in the batch that makes what it shows.
-- Retention: 24 hours.
CREATE TABLE idempotency_keys (
  -- Where the request goes: a key counts for one address.
  path TEXT NOT NULL,
  -- Of the key.
  key_sha256 TEXT NOT NULL,
  -- Of the body as it was understood: another body under the key is refused.
  body_sha256 TEXT NOT NULL,
  -- The request that is, or was, at work under the key.
  lease_token TEXT NOT NULL,
  -- Until when no other request may begin under the key while nothing is made.
  leased_until TEXT NOT NULL,
  -- What was made, as JSON. NULL: nothing yet.
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  created_at TEXT NOT NULL,
  PRIMARY KEY (path, key_sha256)
) STRICT, WITHOUT ROWID;
-- What the sweep forgets.
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- How often something was asked for in the window that is open. The sweep forgets those that are over.
-- Retention: until their window is over.
CREATE TABLE rate_limits (
  -- What is limited and, where each has a limit of his own, whose use it is: 'sync', 'sign-in:203.0.113.9'.
  subject TEXT PRIMARY KEY NOT NULL,
  -- How often so far; what is refused is not counted.
  used INTEGER NOT NULL,
  -- When counting begins anew.
  resets_at TEXT NOT NULL
) STRICT;
-- The sweep forgets those that are over.
CREATE INDEX rate_limits_resets ON rate_limits (resets_at);

-- ------------------------------------------------------------------------------------------------------------- who did it

-- Who is writing: each batch that changes what follows names its author first and takes the name back last, so that this table is empty
-- between batches.
-- Retention: for the length of a batch.
CREATE TABLE writer (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  -- A person (the e-mail address from Cloudflare Access, or the name given at sign-in), session, token, DMS, CSV, cron, or a partner's name.
  author TEXT NOT NULL CHECK (author <> ''),
  -- The time of the write.
  at TEXT NOT NULL
) STRICT;

-- The author of what is being written. A write that names nobody (SQL by hand, an earlier version of the Worker) is by 'database'.
CREATE VIEW writing AS
SELECT coalesce((SELECT author FROM writer), 'database') AS author,
  coalesce((SELECT at FROM writer), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) AS at;

-- Who did what, and when. Triggers write it, so that no write of the program can leave its author out. It has no customer's data.
-- Retention: two years.
CREATE TABLE history (
  -- Rises with each write.
  id INTEGER PRIMARY KEY NOT NULL,
  -- The time of the write.
  at TEXT NOT NULL,
  -- As in writer.
  author TEXT NOT NULL,
  -- What was done, such as vehicle.changed or sale.voided.
  what TEXT NOT NULL,
  -- The row it was done to.
  subject_id TEXT NOT NULL,
  -- The car it concerns. NULL: none.
  vehicle_id TEXT REFERENCES vehicles (id),
  -- JSON object: each changed field by its name in the API with its value before and after; null where the values are not kept.
  -- NULL: nothing to add.
  detail TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;
-- The history of a car.
CREATE INDEX history_vehicle ON history (vehicle_id, id) WHERE vehicle_id IS NOT NULL;
-- What is forgotten after two years.
CREATE INDEX history_at ON history (at);

CREATE TRIGGER history_vehicle_added AFTER INSERT ON vehicles
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'vehicle.added', NEW.id, NEW.id, NULL FROM writing;
END;

CREATE TRIGGER history_vehicle_changed AFTER UPDATE OF
  vin, stock_number, year, make, model, trim, body_style, exterior_color, interior_color, transmission, fuel_type,
  drivetrain, engine, mileage_miles, price_cents, description, location, photos, purchase_price_cents, purchase_date,
  status, publish_to_website, publish_to_third_party ON vehicles
WHEN (NEW.vin, NEW.stock_number, NEW.year, NEW.make, NEW.model, NEW.trim, NEW.body_style, NEW.exterior_color,
  NEW.interior_color, NEW.transmission, NEW.fuel_type, NEW.drivetrain, NEW.engine, NEW.mileage_miles, NEW.price_cents,
  NEW.description, NEW.location, NEW.photos, NEW.purchase_price_cents, NEW.purchase_date, NEW.status,
  NEW.publish_to_website, NEW.publish_to_third_party)
  IS NOT (OLD.vin, OLD.stock_number, OLD.year, OLD.make, OLD.model, OLD.trim, OLD.body_style, OLD.exterior_color,
  OLD.interior_color, OLD.transmission, OLD.fuel_type, OLD.drivetrain, OLD.engine, OLD.mileage_miles, OLD.price_cents,
  OLD.description, OLD.location, OLD.photos, OLD.purchase_price_cents, OLD.purchase_date, OLD.status,
  OLD.publish_to_website, OLD.publish_to_third_party)
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'vehicle.changed', NEW.id, NEW.id, '{' || substr(
    iif(NEW.vin IS NOT OLD.vin, ',"vin":' || json_array(nullif(OLD.vin, OLD.id), nullif(NEW.vin, NEW.id)), '')
    || iif(NEW.stock_number IS NOT OLD.stock_number, ',"stockNumber":' || json_array(OLD.stock_number, NEW.stock_number), '')
    || iif(NEW.year IS NOT OLD.year, ',"year":' || json_array(OLD.year, NEW.year), '')
    || iif(NEW.make IS NOT OLD.make, ',"make":' || json_array(OLD.make, NEW.make), '')
    || iif(NEW.model IS NOT OLD.model, ',"model":' || json_array(OLD.model, NEW.model), '')
    || iif(NEW.trim IS NOT OLD.trim, ',"trim":' || json_array(OLD.trim, NEW.trim), '')
    || iif(NEW.body_style IS NOT OLD.body_style, ',"bodyStyle":' || json_array(OLD.body_style, NEW.body_style), '')
    || iif(NEW.exterior_color IS NOT OLD.exterior_color, ',"exteriorColor":' || json_array(OLD.exterior_color, NEW.exterior_color), '')
    || iif(NEW.interior_color IS NOT OLD.interior_color, ',"interiorColor":' || json_array(OLD.interior_color, NEW.interior_color), '')
    || iif(NEW.transmission IS NOT OLD.transmission, ',"transmission":' || json_array(OLD.transmission, NEW.transmission), '')
    || iif(NEW.fuel_type IS NOT OLD.fuel_type, ',"fuelType":' || json_array(OLD.fuel_type, NEW.fuel_type), '')
    || iif(NEW.drivetrain IS NOT OLD.drivetrain, ',"drivetrain":' || json_array(OLD.drivetrain, NEW.drivetrain), '')
    || iif(NEW.engine IS NOT OLD.engine, ',"engine":' || json_array(OLD.engine, NEW.engine), '')
    || iif(NEW.mileage_miles IS NOT OLD.mileage_miles, ',"mileage":' || json_array(OLD.mileage_miles, NEW.mileage_miles), '')
    || iif(NEW.price_cents IS NOT OLD.price_cents, ',"price":' || json_array(OLD.price_cents / 100.0, NEW.price_cents / 100.0), '')
    || iif(NEW.description IS NOT OLD.description, ',"description":null', '')
    || iif(NEW.location IS NOT OLD.location, ',"location":' || json_array(OLD.location, NEW.location), '')
    || iif(NEW.photos IS NOT OLD.photos, ',"photos":null', '')
    || iif(NEW.purchase_price_cents IS NOT OLD.purchase_price_cents, ',"purchasePrice":' || json_array(OLD.purchase_price_cents / 100.0, NEW.purchase_price_cents / 100.0), '')
    || iif(NEW.purchase_date IS NOT OLD.purchase_date, ',"purchaseDate":' || json_array(OLD.purchase_date, NEW.purchase_date), '')
    || iif(NEW.status IS NOT OLD.status, ',"status":' || json_array(OLD.status, NEW.status), '')
    || iif(NEW.publish_to_website IS NOT OLD.publish_to_website, ',"publishToWebsite":' || json_array(OLD.publish_to_website, NEW.publish_to_website), '')
    || iif(NEW.publish_to_third_party IS NOT OLD.publish_to_third_party, ',"publishToThirdParty":' || json_array(OLD.publish_to_third_party, NEW.publish_to_third_party), ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_sale_made AFTER INSERT ON sales
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'sale.made', NEW.id, NEW.vehicle_id, json_object('salePrice', NEW.sale_price_cents / 100.0, 'saleDate', NEW.sale_date) FROM writing;
END;

CREATE TRIGGER history_sale_changed AFTER UPDATE OF
  sale_price_cents, sale_date, customer_id, lines, voided_at, invoice_id, paid_at ON sales
WHEN (NEW.sale_price_cents, NEW.sale_date, NEW.customer_id, NEW.lines, NEW.voided_at, NEW.invoice_id, NEW.paid_at)
  IS NOT (OLD.sale_price_cents, OLD.sale_date, OLD.customer_id, OLD.lines, OLD.voided_at, OLD.invoice_id, OLD.paid_at)
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, CASE WHEN NEW.voided_at IS NOT NULL AND OLD.voided_at IS NULL THEN 'sale.voided'
    WHEN NEW.invoice_id IS NOT OLD.invoice_id AND NEW.invoice_id IS NOT NULL THEN 'invoice.posted' ELSE 'sale.changed' END, NEW.id, NEW.vehicle_id, '{' || substr(
    iif(NEW.sale_price_cents IS NOT OLD.sale_price_cents, ',"salePrice":' || json_array(OLD.sale_price_cents / 100.0, NEW.sale_price_cents / 100.0), '')
    || iif(NEW.sale_date IS NOT OLD.sale_date, ',"saleDate":' || json_array(OLD.sale_date, NEW.sale_date), '')
    || iif(NEW.customer_id IS NOT OLD.customer_id, ',"customer":null', '')
    || iif(NEW.lines IS NOT OLD.lines, ',"lines":null', '')
    || iif(NEW.voided_at IS NOT OLD.voided_at, ',"voidedAt":null', '')
    || iif(NEW.invoice_id IS NOT OLD.invoice_id, ',"invoice":' || json_array(OLD.invoice_id, NEW.invoice_id), '')
    || iif(NEW.paid_at IS NOT OLD.paid_at, ',"paidAt":' || json_array(OLD.paid_at, NEW.paid_at), ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_service_recorded AFTER INSERT ON service_records
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'service.recorded', NEW.id, NEW.vehicle_id, json_object('cost', NEW.cost_cents / 100.0, 'serviceDate', NEW.service_date) FROM writing;
END;

CREATE TRIGGER history_service_changed AFTER UPDATE OF
  cost_cents, service_date, description, vendor, voided_at, purchase_id ON service_records
WHEN (NEW.cost_cents, NEW.service_date, NEW.description, NEW.vendor, NEW.voided_at, NEW.purchase_id)
  IS NOT (OLD.cost_cents, OLD.service_date, OLD.description, OLD.vendor, OLD.voided_at, OLD.purchase_id)
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, CASE WHEN NEW.voided_at IS NOT NULL AND OLD.voided_at IS NULL THEN 'service.voided'
    WHEN NEW.purchase_id IS NOT OLD.purchase_id AND NEW.purchase_id IS NOT NULL THEN 'expense.posted' ELSE 'service.changed' END, NEW.id, NEW.vehicle_id, '{' || substr(
    iif(NEW.cost_cents IS NOT OLD.cost_cents, ',"cost":' || json_array(OLD.cost_cents / 100.0, NEW.cost_cents / 100.0), '')
    || iif(NEW.service_date IS NOT OLD.service_date, ',"serviceDate":' || json_array(OLD.service_date, NEW.service_date), '')
    || iif(NEW.description IS NOT OLD.description, ',"description":null', '')
    || iif(NEW.vendor IS NOT OLD.vendor, ',"vendor":null', '')
    || iif(NEW.voided_at IS NOT OLD.voided_at, ',"voidedAt":null', '')
    || iif(NEW.purchase_id IS NOT OLD.purchase_id, ',"purchase":' || json_array(OLD.purchase_id, NEW.purchase_id), ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_customer_added AFTER INSERT ON customers
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'customer.added', NEW.id, NULL, NULL FROM writing;
END;

CREATE TRIGGER history_customer_changed AFTER UPDATE OF
  name, email, phone, erased_at ON customers
WHEN (NEW.name, NEW.email, NEW.phone, NEW.erased_at)
  IS NOT (OLD.name, OLD.email, OLD.phone, OLD.erased_at)
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, iif(NEW.erased_at IS NOT NULL, 'customer.erased', 'customer.changed'), NEW.id, NULL, '{' || substr(
    iif(NEW.name IS NOT OLD.name, ',"name":null', '')
    || iif(NEW.email IS NOT OLD.email, ',"email":null', '')
    || iif(NEW.phone IS NOT OLD.phone, ',"phone":null', '')
    || iif(NEW.erased_at IS NOT OLD.erased_at, ',"erased":null', ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_question_answered AFTER UPDATE OF state ON questions
WHEN NEW.state = 'answered' AND OLD.state = 'open'
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'question.answered', NEW.id, NEW.vehicle_id, json_object('kind', NEW.kind, 'choice', NEW.answer ->> 'choice') FROM writing;
END;

CREATE TRIGGER history_feed_changed AFTER UPDATE OF
  token, paused ON feeds
WHEN (NEW.token, NEW.paused)
  IS NOT (OLD.token, OLD.paused)
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'feed.changed', NEW.format, NULL, '{' || substr(
    iif(NEW.token IS NOT OLD.token, ',"address":null', '')
    || iif(NEW.paused IS NOT OLD.paused, ',"paused":' || json_array(OLD.paused, NEW.paused), ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_inventory_address_changed AFTER UPDATE OF token ON inventory_address
WHEN NEW.token IS NOT OLD.token
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'address.changed', 'inventory-files' FROM writing;
END;

CREATE TRIGGER history_csv_columns_added AFTER INSERT ON csv_columns
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'columns.changed', NEW.headings_digest FROM writing;
END;

CREATE TRIGGER history_csv_columns_changed AFTER UPDATE OF columns ON csv_columns
WHEN NEW.columns IS NOT OLD.columns
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'columns.changed', NEW.headings_digest FROM writing;
END;

CREATE TRIGGER history_file_imported AFTER INSERT ON csv_imports
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'file.imported', NEW.id, NULL, NULL FROM writing;
END;

CREATE TRIGGER history_file_undone AFTER UPDATE OF
  undone_at ON csv_imports
WHEN NEW.undone_at IS NOT OLD.undone_at
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'file.undone', NEW.id, NULL, '{' || substr(
    iif(NEW.undone_at IS NOT OLD.undone_at, ',"undoneAt":null', ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_pull_started AFTER INSERT ON import_runs
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'pull.started', NEW.id, NULL, NULL FROM writing;
END;

CREATE TRIGGER history_books_connected AFTER INSERT ON oauth_tokens
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'books.connected', NEW.realm_id, NULL, NULL FROM writing;
END;

CREATE TRIGGER history_books_reconnected AFTER UPDATE OF
  connected_at ON oauth_tokens
WHEN NEW.connected_at IS NOT OLD.connected_at
BEGIN
  INSERT INTO history (at, author, what, subject_id, vehicle_id, detail)
  SELECT at, author, 'books.connected', NEW.realm_id, NULL, '{' || substr(
    iif(NEW.connected_at IS NOT OLD.connected_at, ',"connectedAt":null', ''), 2) || '}' FROM writing;
END;

CREATE TRIGGER history_books_disconnected AFTER DELETE ON oauth_tokens
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'books.disconnected', OLD.realm_id FROM writing;
END;

-- ------------------------------------------------------------------------------------------------------------ audit views
-- Part of the contract: support, reports and tests read these.

CREATE VIEW audit_vehicle AS
SELECT id, vin, external_dms_id, status, price_cents, version FROM vehicles;

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

-- A car that is still to be removed from an old address of a site is not absent.
CREATE VIEW audit_listing AS
SELECT l.platform, l.vin,
  CASE WHEN l.state = 'absent' AND EXISTS (SELECT 1 FROM old_listings o WHERE o.platform = l.platform AND o.vin = l.vin) THEN 'pending'
    ELSE l.state END AS state,
  l.price_cents
FROM listings l;

CREATE VIEW audit_dead AS
SELECT id AS task_id, target, kind, subject_id, error, attempts FROM sync_tasks WHERE state = 'dead';

CREATE VIEW audit_question AS
SELECT q.id, q.kind, q.subject_id, nullif(v.vin, v.id) AS vin, q.state FROM questions q LEFT JOIN vehicles v ON v.id = q.vehicle_id;

CREATE VIEW audit_author AS
SELECT at, author, what, subject_id FROM history ORDER BY id;
