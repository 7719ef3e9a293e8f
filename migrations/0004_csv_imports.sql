-- Imports of CSV files: their rejected rows, and what undoes them.

CREATE TABLE csv_imports (
  id TEXT PRIMARY KEY NOT NULL,
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  undone_at TEXT,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE csv_import_rejected (
  import_id TEXT NOT NULL REFERENCES csv_imports (id),
  row INTEGER NOT NULL,
  cells TEXT NOT NULL CHECK (json_valid(cells)),
  problem TEXT NOT NULL,
  PRIMARY KEY (import_id, row)
) STRICT;

CREATE TABLE csv_import_changes (
  import_id TEXT NOT NULL REFERENCES csv_imports (id),
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  version INTEGER NOT NULL,
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  PRIMARY KEY (import_id, vehicle_id)
) STRICT;
