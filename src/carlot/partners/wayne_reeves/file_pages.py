"""The inventory page by page from a file that lies in R2. A cursor says where the next row begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic_core import to_json

from carlot.domain import vin as vins
from carlot.domain.csv_stream import LIKELY_BYTES, Rows, take_rows
from carlot.domain.csv_text import Record
from carlot.domain.inventory_layouts import columns_of
from carlot.domain.times import parse_instant
from carlot.errors import BlobsUnavailable, Permanent, Retryable
from carlot.lot.staging import BLOCK_BYTES, MOST_ROW_BYTES, read_piece
from carlot.partners.wayne_reeves.client import PAGE_SIZE
from carlot.partners.wayne_reeves.mapping import Rejection
from carlot.partners.wayne_reeves.pages import InventoryPage, page_of, to_fingerprint
from carlot.partners.wayne_reeves.rows import Table
from carlot.partners.wayne_reeves.source import Fetched
from carlot.platform.ports import Services
from carlot.store.inventory_files import InventoryFile

MAX_CARS = 50_000


class _Place(NamedTuple):
    """Where a page begins: its first byte, the number of its first row, and how many vehicles came before it."""

    byte: int
    row: int
    seen: int

    def cursor(self) -> str:
        return f"{self.byte}.{self.row}.{self.seen}"


class FilePages:
    """A file as a `Source`."""

    counts = False

    def __init__(self, services: Services, file: InventoryFile) -> None:
        self._services = services
        self._file = file
        self._columns = columns_of(file.staged.headings, file.chosen)[1]
        self._table = Table(self._columns, services.settings.public_base_url)

    async def fetch(self, cursor: str | None) -> Fetched:
        """Read the rows behind a place. Raises: `Permanent` when no column is what a vehicle needs."""
        staged = self._file.staged
        if missing := self._table.missing():
            seen = ", ".join(heading[:60] for heading in staged.headings[:30])
            raise Permanent(
                f"No column of the file is the {missing[0]}. Say which one it is under Integrations. Its headings are: {seen}."
            )
        place = _Place(*map(int, cursor.split("."))) if cursor else _Place(staged.first_byte, staged.first_row, 0)
        try:
            rows, content = await self._rows(place.byte)
        except BlobsUnavailable as failure:
            raise Retryable("The file cannot be read at the moment.") from failure
        marks = to_json([cursor, staged.headings, self._columns, staged.is_closed, self._file.expects_end])
        return Fetched(to_fingerprint(marks + content), lambda _: self._read(place, rows))

    async def _rows(self, first_byte: int) -> tuple[Rows, bytes]:
        """The rows of a page, and their bytes. Raises: `BlobsUnavailable`, `Permanent`."""
        staged = self._file.staged
        for most in (LIKELY_BYTES, 2 * BLOCK_BYTES, MOST_ROW_BYTES):
            piece, ends = await read_piece(self._services, staged, first_byte, most)
            rows = take_rows(piece, staged.encoding, staged.delimiter, len(staged.headings), PAGE_SIZE, ends=ends)
            # The first piece is enough when it has a whole page; otherwise the page is what the second one has.
            if ends or len(rows.records) == PAGE_SIZE or (most > LIKELY_BYTES and rows.consumed):
                return rows, piece[: rows.consumed]
        raise Permanent(f"The lines of the file are too long: behind byte {first_byte:,} no row comes to an end.")

    def _read(self, place: _Place, rows: Rows) -> InventoryPage:
        staged = self._file.staged
        behind = _Place(place.byte + rows.consumed, place.row + rows.taken, place.seen)
        ends = behind.byte >= staged.staged_bytes
        records = list(rows.records)
        cut_at = self._cut_at(records) if ends else None
        cut = records[cut_at] if cut_at is not None else None
        records = records[:cut_at]
        broken = [record for record in records if record.cells is None or not self._has_its_place(record.cells)]
        lost = {record.number for record in broken}
        whole = [record for record in records if record.number not in lost]
        vehicles = [record for record in whole if self._table.is_vehicle(record.cells or [])]
        numbers = [place.row + record.number - 1 for record in vehicles]
        seen = place.seen + len(vehicles) + len(broken) + (cut is not None)
        if seen > MAX_CARS:
            raise Permanent(f"The file has more than {MAX_CARS:,} vehicles.")
        cursor = None if ends else behind._replace(seen=seen).cursor()
        page = page_of(self._table.read(vehicles), cursor, seen, numbers)
        told_at = parse_instant(staged.written_at or staged.received_at)
        return self._with_broken(replace(page, told_at=told_at, is_cut=cut is not None), place, broken, cut)

    def _cut_at(self, records: Sequence[Record]) -> int | None:
        """Which of the last rows of the file is only the beginning of one; `None`: the file ends where a row ends."""
        width = len(self._file.staged.headings)
        for place in range(len(records) - 1, -1, -1):
            cells = records[place].cells
            if cells is None:  # What is behind it is the rest of its text.
                return place
            if len(cells) >= width:
                break
        if not records or self._file.staged.is_closed:
            return None
        last = len(records[-1].cells or [])
        usual = len(records[-2].cells or []) if len(records) > 1 else width
        return len(records) - 1 if self._file.expects_end or last < usual else None

    def _has_its_place(self, cells: Sequence[str]) -> bool:
        """Whether each cell stands under its heading, as far as that shows: none is too many."""
        return len(cells) <= len(self._columns) or not any(map(str.strip, cells[len(self._columns) :]))

    def _with_broken(self, page: InventoryPage, place: _Place, broken: Sequence[Record], cut: Record | None) -> InventoryPage:
        """The page with the rows that cannot be taken apart.

        Of a row with a good VIN it is known at least which car it is about.
        """
        notes: list[Rejection] = []
        found: list[str] = []
        for record in [*broken, *([cut] if cut else [])]:
            if record is cut:
                message = "The file ends in the middle of this row."
            elif record.cells is None:
                message = "A cell in this row starts with a quotation mark that never ends."
            else:
                message = "This row has more cells than the file has columns."
            notes.append(Rejection(stock_number="", field="", message=message).in_row(place.row + record.number - 1))
            found += [cell for each in self._table.places["vin"] if vins.is_valid(cell := _cell(record, each), 2000)][:1]
        return replace(
            page,
            rejected=[*page.rejected, *notes],
            vins=[*page.vins, *found],
            unidentified=page.unidentified + len(notes) - len(found),
            seen=page.seen + len(notes),
        )


def _cell(record: Record, place: int) -> str:
    return "".join(record.cells[place].split()).upper() if record.cells and place < len(record.cells) else ""
