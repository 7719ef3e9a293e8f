-- Who did what: each write names its author. A customer can be erased, a partner paused by hand. A task keeps the call that failed.

ALTER TABLE partners ADD COLUMN held_at TEXT;

ALTER TABLE sync_tasks ADD COLUMN exchange TEXT CHECK (exchange IS NULL OR json_valid(exchange));

ALTER TABLE customers ADD COLUMN erased_at TEXT;

ALTER TABLE sessions ADD COLUMN name TEXT;

CREATE TABLE writer (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  author TEXT NOT NULL CHECK (author <> ''),
  at TEXT NOT NULL
) STRICT;
CREATE VIEW writing AS
SELECT coalesce((SELECT author FROM writer), 'database') AS author,
  coalesce((SELECT at FROM writer), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) AS at;
CREATE TABLE history (
  id INTEGER PRIMARY KEY NOT NULL,
  at TEXT NOT NULL,
  author TEXT NOT NULL,
  what TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  vehicle_id TEXT REFERENCES vehicles (id),
  detail TEXT CHECK (detail IS NULL OR json_valid(detail))
) STRICT;
CREATE INDEX history_vehicle ON history (vehicle_id, id) WHERE vehicle_id IS NOT NULL;
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

CREATE VIEW audit_author AS
SELECT at, author, what, subject_id FROM history ORDER BY id;
