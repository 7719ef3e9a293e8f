-- A listing keeps the address it was put under; what stands at another one than the site's is removed there.
ALTER TABLE listings ADD COLUMN url TEXT;
CREATE TABLE old_listings (
  id TEXT PRIMARY KEY NOT NULL,
  platform TEXT NOT NULL,
  vin TEXT NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  url TEXT NOT NULL,
  not_before TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX old_listings_vin ON old_listings (platform, vin);
DROP VIEW audit_listing;
CREATE VIEW audit_listing AS
SELECT l.platform, l.vin,
  CASE WHEN l.state = 'absent' AND EXISTS (SELECT 1 FROM old_listings o WHERE o.platform = l.platform AND o.vin = l.vin) THEN 'pending'
    ELSE l.state END AS state,
  l.price_cents
FROM listings l;
