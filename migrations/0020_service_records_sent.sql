-- What an expense was last sent with: a service record that is changed later is changed in QuickBooks too.
ALTER TABLE service_records ADD COLUMN books_sent TEXT CHECK (books_sent IS NULL OR json_valid(books_sent));
UPDATE service_records SET books_sent = json_array(cost_cents, service_date, description, vendor) WHERE books_tried_at IS NOT NULL;
