"""The inventory_files table: exports of the DMS, each with the run that reads it; and the address that they are sent to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from carlot.platform.ports import Database, Row, Statement, statement
from carlot.store.tasks import enqueue_select

SHOWN = 10
"""Files that are shown."""

_GOING = "SELECT 1 FROM import_runs WHERE status IN ('queued', 'running') AND waiting = 0"

# The run of a file that was uploaded. While another one is going it waits. ?1 the run, ?2 now.
INSERT_RUN = f"""
INSERT INTO import_runs (id, status, started_by, waiting, created_at) VALUES (?1, 'queued', 'dealer', EXISTS ({_GOING}), ?2)"""

INSERT = """
INSERT INTO inventory_files (id, run_id, source, name, size_bytes, staged_bytes, digest, encoding, delimiter, headings, headings_digest,
  first_byte, first_row, is_closed, written_at, received_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"""

# The run that has waited longest begins, if none is going.
START_WAITING = f"""
UPDATE import_runs SET waiting = 0
WHERE id = (SELECT id FROM import_runs WHERE waiting = 1 AND status = 'queued' ORDER BY created_at, id LIMIT 1) AND NOT EXISTS ({_GOING})"""

# The task of a run of a file that has just begun. ?1 now.
ENQUEUE_BEGUN = enqueue_select(
    target="'wayne_reeves'",
    kind="'pull'",
    subject="r.id",
    now="?1",
    source="""FROM import_runs r WHERE r.status = 'queued' AND r.waiting = 0 AND r.id IN (SELECT run_id FROM inventory_files)
  AND NOT EXISTS (SELECT 1 FROM sync_tasks t WHERE t.target = 'wayne_reeves' AND t.kind = 'pull' AND t.subject_id = r.id)""",
)

# How many runs wait for their turn.
WAITING = "SELECT count(*) AS n FROM import_runs WHERE waiting = 1 AND status = 'queued'"

# The run that reads the same file now, or is about to. ?1 the digest.
READING = """
SELECT r.id FROM inventory_files f JOIN import_runs r ON r.id = f.run_id
WHERE f.digest = ?1 AND r.status IN ('queued', 'running') ORDER BY r.created_at LIMIT 1"""

# The file of a run. `expects_end`: the last file with the same headings that was read whole has an end behind its last line, and this one
# has none.
OF_RUN = """
SELECT f.*, f.is_closed = 0 AND ifnull((SELECT o.is_closed FROM inventory_files o JOIN import_runs r ON r.id = o.run_id
  WHERE r.status = 'completed' AND o.headings_digest = f.headings_digest ORDER BY r.created_at DESC LIMIT 1), 0) AS expects_end,
  (SELECT c.columns FROM csv_columns c WHERE c.headings_digest = f.headings_digest) AS chosen
FROM inventory_files f WHERE f.run_id = ?1"""

# What is to be known of the file of a run before cars are removed because of it. The last file that counts (`l`) measures it. `repeats`:
# it is that file again, as its server says too. `is_old`: this one was here before that one, or was written before it.
STANDING = """
SELECT f.id, f.staged_bytes, f.source, f.is_cut, l.received_at AS last_at,
  ifnull(l.digest = f.digest AND l.written_at = f.written_at, 0) AS repeats,
  ifnull(l.digest <> f.digest AND EXISTS (SELECT 1 FROM inventory_files o WHERE o.digest = f.digest AND o.received_at < l.received_at), 0)
    OR ifnull(f.written_at < l.written_at, 0) AS is_old
FROM inventory_files f LEFT JOIN inventory_files l ON l.run_id = (
  SELECT r.id FROM import_runs r JOIN inventory_files o ON o.run_id = r.id
  WHERE r.status = 'completed' AND r.shrunken = 0 AND r.id <> f.run_id ORDER BY r.created_at DESC LIMIT 1)
WHERE f.run_id = ?1"""

# When the last file that was read whole from the address was written.
LAST_WRITTEN = """
SELECT f.written_at FROM inventory_files f JOIN import_runs r ON r.id = f.run_id
WHERE r.status = 'completed' AND f.source = 'address' ORDER BY r.created_at DESC LIMIT 1"""

# A file ends in the middle of a row.
MARK_CUT = "UPDATE inventory_files SET is_cut = 1 WHERE run_id = ?1"

# Files that have been read and still lie in R2.
READ_THROUGH = """
SELECT f.id, f.staged_bytes FROM inventory_files f JOIN import_runs r ON r.id = f.run_id
WHERE f.deleted_at IS NULL AND r.status NOT IN ('queued', 'running') ORDER BY f.received_at LIMIT 20"""

MARK_DELETED = "UPDATE inventory_files SET deleted_at = ?2 WHERE id = ?1 AND deleted_at IS NULL"

# Which of these files (?1, their ids as JSON) are known.
KNOWN = "SELECT id FROM inventory_files WHERE deleted_at IS NULL AND id IN (SELECT value FROM json_each(?1))"

# Whether a file was ever read.
ANY = "SELECT 1 FROM inventory_files LIMIT 1"

# The last files with what became of them.
LATEST = f"""
SELECT f.id, f.name, f.source, f.size_bytes AS bytes, f.received_at AS receivedAt, f.headings, f.headings_digest AS headingsId, f.run_id AS runId,
  r.status, r.message, (SELECT ifnull(sum(p.seen), 0) FROM import_pages p WHERE p.run_id = r.id) AS rows,
  (SELECT c.columns FROM csv_columns c WHERE c.headings_digest = f.headings_digest) AS chosen
FROM inventory_files f JOIN import_runs r ON r.id = f.run_id ORDER BY f.received_at DESC, f.rowid DESC LIMIT {SHOWN}"""

ADDRESS = "SELECT token, created_at FROM inventory_address"
OPENS = "SELECT 1 FROM inventory_address WHERE token = ?1"
ROTATE = "UPDATE inventory_address SET token = ?1, created_at = ?2"


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file in R2, ready to be read. `written_at` is the time that its server gives it."""

    id: str
    name: str | None
    size_bytes: int
    staged_bytes: int
    digest: str
    encoding: str
    delimiter: str
    headings: list[str]
    headings_digest: str
    first_byte: int
    first_row: int
    is_closed: bool
    received_at: str
    written_at: str | None = None


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """The file that a run reads. `chosen` is what the dealer says of its columns: heading -> field or `None`."""

    staged: StagedFile
    source: str
    expects_end: bool
    chosen: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class FileStanding:
    """How a file that was read to its end stands to the last one that counts, which came at `last_at`."""

    id: str
    staged_bytes: int
    source: str
    is_cut: bool
    repeats: bool
    is_old: bool
    last_at: str | None


def insert(file: StagedFile, run_id: str, source: str) -> Statement:
    """Note a file that lies in R2. Raises: `UniqueViolation` when its run has one."""
    return statement(
        INSERT,
        file.id,
        run_id,
        source,
        file.name,
        file.size_bytes,
        file.staged_bytes,
        file.digest,
        file.encoding,
        file.delimiter,
        to_json(file.headings).decode(),
        file.headings_digest,
        file.first_byte,
        file.first_row,
        int(file.is_closed),
        file.written_at,
        file.received_at,
    )


def insert_run(run_id: str, now: str) -> Statement:
    """Begin the run of a file that was uploaded, or have it wait for the one that is going."""
    return statement(INSERT_RUN, run_id, now)


def start_waiting() -> Statement:
    """Begin the run that has waited longest, unless one is going."""
    return statement(START_WAITING)


def enqueue_begun(now: str) -> Statement:
    """Enqueue the task of a file's run that has begun."""
    return statement(ENQUEUE_BEGUN, now)


async def waiting(database: Database) -> int:
    """How many runs wait for their turn."""
    row = await database.first(WAITING)
    return int(row["n"]) if row else 0


async def reading(database: Database, digest: str) -> str | None:
    """The id of the run that reads the same file, or is about to."""
    row = await database.first(READING, digest)
    return None if row is None else str(row["id"])


async def of_run(database: Database, run_id: str) -> InventoryFile | None:
    """The file that a run reads; `None`: it reads none."""
    row = await database.first(OF_RUN, run_id)
    if row is None:
        return None
    same: dict[str, Any] = {
        name: row[name]
        for name in ("id", "name", "digest", "encoding", "delimiter", "headings_digest", "received_at", "written_at")
    }
    same |= {name: int(row[name]) for name in ("size_bytes", "staged_bytes", "first_byte", "first_row")}
    staged = StagedFile(**same, headings=from_json(row["headings"]), is_closed=bool(row["is_closed"]))
    return InventoryFile(staged, row["source"], bool(row["expects_end"]), from_json(row["chosen"] or "{}"))


async def standing(database: Database, run_id: str) -> FileStanding | None:
    """How the file of a run stands to the one before; `None`: the run reads no file."""
    row = await database.first(STANDING, run_id)
    if row is None:
        return None
    flags = (bool(row["is_cut"]), bool(row["repeats"]), bool(row["is_old"]))
    return FileStanding(row["id"], int(row["staged_bytes"]), row["source"], *flags, row["last_at"])


async def last_written(database: Database) -> str | None:
    """When the last file from the address was written, as its server says."""
    row = await database.first(LAST_WRITTEN)
    return None if row is None else row["written_at"]


def mark_cut(run_id: str) -> Statement:
    """Note that the file of a run ends in the middle of a row."""
    return statement(MARK_CUT, run_id)


async def read_through(database: Database) -> list[Row]:
    """Files that have been read and still lie in R2: `id`, `staged_bytes`."""
    return await database.all(READ_THROUGH)


def mark_deleted(file_id: str, now: str) -> Statement:
    """Note that the text of a file is no longer in R2."""
    return statement(MARK_DELETED, file_id, now)


async def known(database: Database, file_ids: list[str]) -> set[str]:
    """Which of these files are there to be read."""
    return {str(row["id"]) for row in await database.all(KNOWN, to_json(file_ids).decode())}


async def was_any_read(database: Database) -> bool:
    """Whether the inventory ever came in a file."""
    return await database.first(ANY) is not None


async def latest(database: Database) -> list[dict[str, Any]]:
    """The last files, newest first: `id, name, source, bytes, receivedAt, headings, headingsId, runId, status, message, rows, chosen`."""
    return [
        {**row, "headings": from_json(row["headings"]), "chosen": from_json(row["chosen"] or "{}")}
        for row in await database.all(LATEST)
    ]


async def address(database: Database) -> Row | None:
    """The upload address: `token`, `created_at`."""
    return await database.first(ADDRESS)


async def opens(database: Database, token: str) -> bool:
    """Whether this is the secret of the upload address."""
    return await database.first(OPENS, token) is not None


def rotate(token: str, now: str) -> Statement:
    """Give the upload address a new secret."""
    return statement(ROTATE, token, now)
