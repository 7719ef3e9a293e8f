"""Files with the whole inventory on their way: put into R2 block by block, read from there piece by piece, deleted when read.

At no time is more of a file in memory than a few blocks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from pydantic_core import to_json

from carlot.domain.csv_stream import Intake, behind
from carlot.domain.inventory_layouts import is_recognized
from carlot.domain.times import instant
from carlot.domain.vehicle_csv import UnreadableSheet, read_head
from carlot.errors import BlobsUnavailable
from carlot.log import log
from carlot.platform.ports import Services
from carlot.store import inventory_files
from carlot.store.inventory_files import StagedFile

MAX_BYTES = 50 * 1024 * 1024
"""The largest file that is taken."""

BLOCK_BYTES = 1024 * 1024
MOST_ROW_BYTES = 8 * BLOCK_BYTES
"""As many one row, with what has to be looked at behind it, may have."""

FOLDER = "inventory/"
LEFT_FOR = timedelta(days=1)
"""How old blocks are that belong to no file: their upload may still be under way."""

_PART_BYTES = 64 * 1024
_MAX_PAGES = 50


class Staging:
    """One file on its way into R2."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.file_id = services.clock.token()
        self._intake = Intake()
        self._held = b""
        self._block = bytearray()
        self._beginning = b""
        self._blocks = 0

    async def take(self, part: bytes) -> None:
        """The next part of the file. Raises: `BlobsUnavailable`."""
        for first in range(0, len(part), _PART_BYTES):
            piece = self._held + part[first : first + _PART_BYTES]
            # What the file is shows in its first bytes.
            self._held = piece if self._intake.size == 0 and len(piece) < 4 else b""
            if not self._held:
                await self._add(self._intake.take(piece))

    async def finish(self, name: str | None = None, written_at: str | None = None) -> StagedFile:
        """The file is here whole.

        Raises: `UnreadableSheet` when it is empty or no table of vehicles; `BlobsUnavailable`. Nothing of it is left then.
        """
        intake = self._intake
        if self._held:
            await self._add(intake.take(self._held))
        intake.end()
        if self._block:
            await self._put(bytes(self._block))
        try:
            if not self._beginning:
                raise UnreadableSheet("The file is empty.")
            head = read_head(self._beginning, intake.encoding, {})
            if not is_recognized(head.headings):
                raise UnreadableSheet("This is not a CSV file of vehicles: none of its column headings is known.")
        except UnreadableSheet:
            await self.drop()
            raise
        first_byte = behind(self._beginning, intake.encoding, head.delimiter, head.number)
        return StagedFile(
            id=self.file_id,
            name=name,
            size_bytes=intake.size,
            staged_bytes=(self._blocks - 1) * BLOCK_BYTES + (len(self._block) or BLOCK_BYTES),
            digest=intake.digest,
            encoding=intake.encoding,
            delimiter=head.delimiter,
            headings=head.headings,
            headings_digest=headings_digest(head.headings),
            first_byte=first_byte,
            first_row=head.number + 1,
            is_closed=intake.is_closed,
            received_at=instant(self._services.clock.now()),
            written_at=written_at,
        )

    async def drop(self) -> None:
        """Leave nothing of the file. What cannot be deleted now is deleted within a day."""
        try:
            if self._blocks:
                await self._services.blobs.delete([_key(self.file_id, block) for block in range(self._blocks)])
        except BlobsUnavailable as failure:
            log("staging.left", level="warn", file=self.file_id, error=str(failure))

    async def _add(self, kept: bytes) -> None:
        self._block += kept
        while len(self._block) >= BLOCK_BYTES:
            await self._put(bytes(memoryview(self._block)[:BLOCK_BYTES]))
            del self._block[:BLOCK_BYTES]

    async def _put(self, block: bytes) -> None:
        self._beginning = self._beginning or block
        await self._services.blobs.put(_key(self.file_id, self._blocks), block, "application/octet-stream")
        self._blocks += 1


def headings_digest(headings: list[str]) -> str:
    """What headings are known by, in hex."""
    return blake2b(to_json(headings), digest_size=16).hexdigest()


async def read_piece(services: Services, file: StagedFile, first_byte: int, most: int) -> tuple[bytes, bool]:
    """A piece of a file from a byte on, so many bytes at most; whether the file ends with it.

    Raises: `BlobsUnavailable`, also when a block is gone.
    """
    end = min(first_byte + most, file.staged_bytes)
    pieces: list[bytes] = []
    while first_byte < end:
        number, first = divmod(first_byte, BLOCK_BYTES)
        count = min(BLOCK_BYTES - first, end - first_byte)
        piece = await services.blobs.read(_key(file.id, number), first, count)
        if piece is None:
            raise BlobsUnavailable("a block of the file is gone")
        pieces.append(piece)
        first_byte += count
    return b"".join(pieces), end == file.staged_bytes


async def delete_file(services: Services, file_id: str, staged_bytes: int) -> None:
    """Delete the text of a file that has been read. Raises: `BlobsUnavailable`."""
    blocks = range(-(-staged_bytes // BLOCK_BYTES))
    await services.blobs.delete([_key(file_id, block) for block in blocks])
    await services.database.batch([inventory_files.mark_deleted(file_id, instant(services.clock.now()))])


async def delete_read_files(services: Services, at: datetime) -> None:
    """Delete what is left of files that have been read, and of uploads that never came to their end."""
    try:
        while rows := await inventory_files.read_through(services.database):
            for row in rows:
                await delete_file(services, row["id"], int(row["staged_bytes"]))
        await _delete_orphans(services, services.clock.now() - LEFT_FOR)
    except BlobsUnavailable as failure:
        log("staging.sweep_failed", level="warn", error=str(failure))


async def _delete_orphans(services: Services, before: datetime) -> None:
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page, cursor = await services.blobs.list(FOLDER, cursor)
        old = {blob.key: blob.key.removeprefix(FOLDER).partition("/")[0] for blob in page if blob.stored_at < before}
        known = await inventory_files.known(services.database, sorted(set(old.values()))) if old else set()
        if orphans := [key for key, file_id in old.items() if file_id not in known]:
            await services.blobs.delete(orphans)
        if cursor is None:
            return


def _key(file_id: str, block: int) -> str:
    return f"{FOLDER}{file_id}/{block:03d}"
