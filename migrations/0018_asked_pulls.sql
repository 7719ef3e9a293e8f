-- A run in which more cars were missing than can be believed asks the dealer; no later run is compared with it.
ALTER TABLE import_runs ADD COLUMN shrunken INTEGER NOT NULL DEFAULT 0 CHECK (shrunken IN (0, 1));
CREATE INDEX sales_undone ON sales (vehicle_id) WHERE voided_at IS NOT NULL AND dms_tried_at IS NOT NULL;
