-- A name in QuickBooks may be of further kinds, and of one that we have made it is known that we have.
ALTER TABLE books_names RENAME TO books_names_before;
CREATE TABLE books_names (
  realm_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  quickbooks_id TEXT NOT NULL,
  made INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1)),
  PRIMARY KEY (realm_id, kind, name)
) STRICT, WITHOUT ROWID;
INSERT INTO books_names (realm_id, kind, name, quickbooks_id) SELECT realm_id, kind, name, quickbooks_id FROM books_names_before;
DROP TABLE books_names_before;
