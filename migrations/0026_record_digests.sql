-- Of a page of the DMS only those records are read that are not as they were.
ALTER TABLE import_pages ADD COLUMN digests TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(digests));

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
