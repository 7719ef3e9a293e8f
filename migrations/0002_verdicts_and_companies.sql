-- Faults that come back the same, and the QuickBooks company in which an id is meant. What each column is for stands in schema.sql.

ALTER TABLE sync_tasks ADD COLUMN verdict TEXT;
ALTER TABLE sync_tasks ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sales ADD COLUMN books_realm_id TEXT;
ALTER TABLE service_records ADD COLUMN books_realm_id TEXT;

-- What was sent since the dealer connected went to that company. Of what is older it is not known.
UPDATE sales SET books_realm_id = (SELECT realm_id FROM oauth_tokens WHERE connected_at <= sales.books_tried_at);
UPDATE service_records SET books_realm_id = (SELECT realm_id FROM oauth_tokens WHERE connected_at <= service_records.books_tried_at);
