-- Requests that carry an Idempotency-Key. What each column is for stands in schema.sql.
CREATE TABLE idempotency_keys (
  path TEXT NOT NULL,
  key_sha256 TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  lease_token TEXT NOT NULL,
  leased_until TEXT NOT NULL,
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  created_at TEXT NOT NULL,
  PRIMARY KEY (path, key_sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
