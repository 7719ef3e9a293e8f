-- Of the DMS's records only what is asked of them is kept: whole they were half of the database. Without a digest the next pull writes each anew.
UPDATE vehicles SET dms_record = json_object('vin', dms_record ->> 'vin', 'status', dms_record ->> 'status') WHERE dms_record IS NOT NULL;
UPDATE import_pages SET fingerprint = NULL WHERE fingerprint IS NOT NULL;
