-- Newest first is by the day of the purchase, then by entry, in every list.
DROP INDEX vehicles_newest;
DROP INDEX vehicles_status;
DROP INDEX vehicles_public;
CREATE INDEX vehicles_newest ON vehicles (coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id);
CREATE INDEX vehicles_status ON vehicles (status, coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id);
CREATE INDEX vehicles_public ON vehicles (coalesce(purchase_date, substr(created_at, 1, 10)) DESC, created_at DESC, id)
  WHERE status = 'available' AND publish_to_website = 1;

-- What each car was offered for, from now on: a trigger writes it, so that no write of a price can leave it out.
CREATE TABLE price_changes (
  id INTEGER PRIMARY KEY NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  at TEXT NOT NULL,
  before_cents INTEGER,
  after_cents INTEGER
) STRICT;
CREATE INDEX price_changes_vehicle ON price_changes (vehicle_id, at);
CREATE TRIGGER vehicle_repriced AFTER UPDATE OF price_cents ON vehicles
WHEN NEW.price_cents IS NOT OLD.price_cents
BEGIN
  INSERT INTO price_changes (vehicle_id, at, before_cents, after_cents) VALUES (NEW.id, NEW.updated_at, OLD.price_cents, NEW.price_cents);
END;
