"""The photos table, and the order of a vehicle's photos. A row is written only after its file is stored."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import to_json

from carlot.domain.vehicle import MAX_PHOTOS
from carlot.platform.ports import Database, Row, Statement, statement

# What every change of a vehicle's photos does besides: they count as edited by hand, and the version rises.
_TOUCH = """edited_fields = iif(external_dms_id IS NULL OR instr(edited_fields, '"photos"'), edited_fields, json_insert(edited_fields, '$[#]', 'photos')),
  version = version + 1"""

# A stored photo, if its vehicle has room for it. Breaks the unique key when the vehicle has had the same picture.
INSERT = f"""
INSERT INTO photos (id, vehicle_id, content_type, size_bytes, sha256, origin, created_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM vehicles WHERE id = ?2 AND json_array_length(photos) < {MAX_PHOTOS})"""

# It comes last of its vehicle's photos, unless it is there. Nothing comes back when it is not stored, or there is no room.
APPEND = f"""
UPDATE vehicles SET photos = iif(instr(photos, '"/photos/' || ?2 || '"'), photos, json_insert(photos, '$[#]', '/photos/' || ?2)), {_TOUCH}, updated_at = ?3
WHERE id = ?1 AND (json_array_length(photos) < {MAX_PHOTOS} OR instr(photos, '"/photos/' || ?2 || '"'))
  AND EXISTS (SELECT 1 FROM photos WHERE id = ?2 AND vehicle_id = ?1 AND removed_at IS NULL)
RETURNING version"""

# The photos in another order, or fewer, if the vehicle is still what was read.
ARRANGE = f"UPDATE vehicles SET photos = ?2, {_TOUCH}, updated_at = ?4 WHERE id = ?1 AND version = ?3 RETURNING version"

# The vehicle's photo that is this very picture, removed or not.
SAME = "SELECT id FROM photos WHERE vehicle_id = ?1 AND sha256 = ?2"

# A removed photo is wanted again.
RESTORE = "UPDATE photos SET removed_at = NULL WHERE id = ?1 RETURNING id"

# Photos that no vehicle shows any more.
REMOVE_UNSHOWN = """
UPDATE photos SET removed_at = ?1
WHERE removed_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM vehicles v WHERE v.id = photos.vehicle_id AND instr(v.photos, '"/photos/' || photos.id || '"'))"""

# A photo is taken off, if its vehicle does not show it.
REMOVE = """
UPDATE photos SET removed_at = ?2 WHERE id = ?1 AND NOT EXISTS (
  SELECT 1 FROM vehicles v WHERE v.id = photos.vehicle_id AND instr(v.photos, '"/photos/' || ?1 || '"'))"""

# What anyone may see.
READ = "SELECT content_type, size_bytes, sha256 FROM photos WHERE id = ?1 AND removed_at IS NULL"

# Photos removed before ?1 are forgotten; their files can be deleted. ?2 how many.
FORGET = "DELETE FROM photos WHERE id IN (SELECT id FROM photos WHERE removed_at < ?1 LIMIT ?2) RETURNING id"

# Those of the files in ?1 that belong to no photo.
ORPHANS = "SELECT value AS key FROM json_each(?1) WHERE value NOT IN (SELECT id FROM photos)"


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo whose file is stored under its id."""

    id: str
    vehicle_id: str
    content_type: str
    size_bytes: int
    sha256: str
    origin: str


def insert(photo: NewPhoto, now: str) -> Statement:
    """Store a photo's row."""
    values = (photo.id, photo.vehicle_id, photo.content_type, photo.size_bytes, photo.sha256, photo.origin)
    return statement(INSERT, *values, now)


def append(vehicle_id: str, photo_id: str, now: str) -> Statement:
    """Show a kept photo last; a row comes back when it is shown."""
    return statement(APPEND, vehicle_id, photo_id, now)


def arrange(vehicle_id: str, version: int, urls: list[str], now: str) -> Statement:
    """Show these photos in this order; a row comes back when the vehicle was still at that version."""
    return statement(ARRANGE, vehicle_id, to_json(urls).decode(), version, now)


async def same(database: Database, vehicle_id: str, sha256: str) -> str | None:
    """The id of the vehicle's photo that is the same picture, removed or not; `None`: it has none."""
    row = await database.first(SAME, vehicle_id, sha256)
    return None if row is None else str(row["id"])


def restore(photo_id: str) -> Statement:
    """Undo a removal; a row comes back when the photo still exists."""
    return statement(RESTORE, photo_id)


def remove(photo_id: str, now: str) -> Statement:
    """Take a photo off, behind the change that no longer shows it."""
    return statement(REMOVE, photo_id, now)


def remove_unshown(now: str) -> Statement:
    """Remove the photos that no vehicle shows."""
    return statement(REMOVE_UNSHOWN, now)


async def read(database: Database, photo_id: str) -> Row | None:
    """What anyone may see of a photo: `content_type`, `size_bytes`, `sha256`."""
    return await database.first(READ, photo_id)


async def forget(database: Database, removed_before: str, most: int) -> list[str]:
    """Forget photos removed before that time; answer the keys of their files."""
    return [str(row["id"]) for row in await database.all(FORGET, removed_before, most)]


async def orphans(database: Database, keys: list[str]) -> list[str]:
    """Return the files that belong to no photo."""
    return [str(row["key"]) for row in await database.all(ORPHANS, to_json(keys).decode())]
