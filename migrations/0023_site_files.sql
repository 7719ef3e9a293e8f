-- The last file that each listing site was brought, where it takes the inventory as a file.
CREATE TABLE site_files (
  platform TEXT PRIMARY KEY NOT NULL,
  address TEXT NOT NULL,
  content_sha256 TEXT,
  cars INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  delivered_at TEXT NOT NULL
) STRICT;
