-- The journal entries that keep the cost of cars in the books.
CREATE TABLE journals (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('purchase', 'recon', 'cost')),
  source_id TEXT NOT NULL,
  vehicle_id TEXT NOT NULL REFERENCES vehicles (id),
  entry_date TEXT NOT NULL CHECK (entry_date GLOB '????-??-??'),
  lines TEXT NOT NULL CHECK (json_valid(lines)),
  doc_number TEXT NOT NULL UNIQUE CHECK (length(doc_number) <= 21),
  request_id TEXT NOT NULL UNIQUE CHECK (length(request_id) <= 36),
  books_tried_at TEXT,
  books_realm_id TEXT,
  books_batch_id TEXT CHECK (length(books_batch_id) <= 36),
  journal_id TEXT,
  books_note TEXT,
  voided_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX journals_standing ON journals (kind, source_id) WHERE voided_at IS NULL;
CREATE INDEX journals_vehicle ON journals (vehicle_id);
