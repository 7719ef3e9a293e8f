"""Apply the D1 migrations to the deployed instance's database, each as one file that is applied whole or not at all."""

from __future__ import annotations

from runtime.cloudflare import ApiError
from runtime.paths import MIGRATIONS
from runtime.remote_database import RemoteDatabase

# The table in which wrangler keeps what was applied, so that `wrangler d1 migrations` agrees with what was done here.
# Source: wrangler 4.164, d1 migrations.
APPLIED = """CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);"""


class MigrationRefused(Exception):
    """A migration that the database refused. Nothing of it is applied."""

    def __init__(self, name: str, error: ApiError) -> None:
        super().__init__(f"The migration {name} was refused, and nothing of it is applied.")
        self.name, self.error = name, error


def names() -> list[str]:
    """Return the names of all migrations, in order."""
    return sorted(path.name for path in MIGRATIONS.glob("*.sql"))


def applied(database: RemoteDatabase) -> set[str]:
    """Return the names of the migrations that the database has. Raises: ApiError."""
    _, tables = database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'd1_migrations'")
    return {str(name) for (name,) in database.rows("SELECT name FROM d1_migrations")[1]} if tables else set()


def migrate(database: RemoteDatabase) -> list[str]:
    """Apply what is missing and return its names. Raises: MigrationRefused, ApiError."""
    there = applied(database)
    missing = [name for name in names() if name not in there]
    for name in missing:
        noted = name.replace("'", "''")
        text = f"{APPLIED}\n{(MIGRATIONS / name).read_text()}\n;INSERT INTO d1_migrations (name) VALUES ('{noted}');\n"
        try:
            database.run_file(text.encode())
        except ApiError as error:
            raise MigrationRefused(name, error) from error
    return missing
