-- What the VIN decoder said of each VIN, and what was filled in from it.
ALTER TABLE vehicles ADD COLUMN decoded_fields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(decoded_fields));

CREATE TABLE vin_decodes (
  vin TEXT PRIMARY KEY NOT NULL,
  suggestions TEXT NOT NULL CHECK (json_valid(suggestions)),
  hint TEXT,
  decoded_at TEXT NOT NULL
) STRICT;
