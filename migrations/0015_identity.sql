-- A stock number names one car on the lot, and a run notes the VINs that it saw.
DROP INDEX vehicles_stock_number;
CREATE UNIQUE INDEX vehicles_stock_number ON vehicles (stock_number) WHERE status IN ('available', 'pending');
ALTER TABLE import_pages ADD COLUMN vins TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(vins));
ALTER TABLE import_pages ADD COLUMN unidentified INTEGER NOT NULL DEFAULT 0;
-- Runs from before are not compared with: of their cars only the numbers are known. Their pages are read again.
UPDATE import_pages SET fingerprint = NULL WHERE fingerprint IS NOT NULL;
