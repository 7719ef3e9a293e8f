-- CSV exports of the DMS: files that wait for their turn, the address they are sent to, and what the columns of a heading are.
CREATE TABLE inventory_files (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT NOT NULL UNIQUE REFERENCES import_runs (id),
  source TEXT NOT NULL CHECK (source IN ('upload', 'address')),
  name TEXT,
  size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
  staged_bytes INTEGER NOT NULL CHECK (staged_bytes > 0),
  digest TEXT NOT NULL,
  encoding TEXT NOT NULL CHECK (encoding IN ('utf-8', 'cp1252')),
  delimiter TEXT NOT NULL CHECK (length(delimiter) = 1),
  headings TEXT NOT NULL CHECK (json_valid(headings)),
  headings_digest TEXT NOT NULL,
  first_byte INTEGER NOT NULL CHECK (first_byte > 0),
  first_row INTEGER NOT NULL CHECK (first_row > 0),
  is_closed INTEGER NOT NULL CHECK (is_closed IN (0, 1)),
  written_at TEXT,
  received_at TEXT NOT NULL,
  is_cut INTEGER NOT NULL DEFAULT 0 CHECK (is_cut IN (0, 1)),
  deleted_at TEXT
) STRICT;
CREATE INDEX inventory_files_newest ON inventory_files (received_at DESC);
CREATE INDEX inventory_files_staged ON inventory_files (received_at) WHERE deleted_at IS NULL;

CREATE TABLE inventory_address (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  token TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO inventory_address (id, token, created_at) VALUES (1, lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ'));

CREATE TABLE csv_columns (
  headings_digest TEXT PRIMARY KEY NOT NULL,
  columns TEXT NOT NULL CHECK (json_valid(columns)),
  updated_at TEXT NOT NULL
) STRICT;

-- A file that comes while a run is going has a run that waits for it.
ALTER TABLE import_runs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting IN (0, 1));
DROP INDEX import_runs_going;
CREATE UNIQUE INDEX import_runs_going ON import_runs ((1)) WHERE status IN ('queued', 'running') AND waiting = 0;

CREATE TRIGGER history_inventory_address_changed AFTER UPDATE OF token ON inventory_address
WHEN NEW.token IS NOT OLD.token
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'address.changed', 'inventory-files' FROM writing;
END;

CREATE TRIGGER history_csv_columns_added AFTER INSERT ON csv_columns
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'columns.changed', NEW.headings_digest FROM writing;
END;

CREATE TRIGGER history_csv_columns_changed AFTER UPDATE OF columns ON csv_columns
WHEN NEW.columns IS NOT OLD.columns
BEGIN
  INSERT INTO history (at, author, what, subject_id) SELECT at, author, 'columns.changed', NEW.headings_digest FROM writing;
END;
