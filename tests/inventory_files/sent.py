"""A lot with an upload address, and the files that a dealer's program sends there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.lot import TOKEN, answer, car
from support.served import ServedLot

HEADINGS = ("StockNumber", "VIN", "Year", "Make", "Model", "Odometer", "Price", "Photos")
ALONE: dict[str, str | None] = {"ADMIN_TOKEN": TOKEN}
URL = "https://exports.test/lot/inventory.csv"
BY_ADDRESS: dict[str, str | None] = {**ALONE, "WAYNE_REEVES_FILE_URL": URL}


def vehicle(number: int, **changed: str) -> dict[str, str]:
    """A row of an export."""
    record = car(number)
    row = {
        "StockNumber": record["stock_number"],
        "VIN": record["vin"],
        "Year": "2003",
        "Make": "Honda",
        "Model": "Accord",
        "Odometer": "98,012",
        "Price": "$6,995.00",
        "Photos": f"https://photos.test/{number}.jpg|https://photos.test/{number}b.jpg",
    }
    return {**row, **changed}


def written(rows: Iterable[Mapping[str, str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """An export with these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, headings, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def export(*numbers: int) -> bytes:
    """An export of these vehicles."""
    return written([vehicle(number) for number in numbers])


@dataclass
class FileLot(ServedLot):
    """The program with an upload address, which nobody has told of any DMS."""

    env: dict[str, str | None] = field(default_factory=lambda: dict(ALONE))

    async def address(self) -> str:
        """The path of the upload address."""
        url: str = (await self.get("/api/inventory-files"))["url"]
        return url.removeprefix("https://lot.test")

    async def send(self, content: bytes, method: str = "PUT", headers: Mapping[str, str] | None = None) -> str:
        """Send a file; answer its run's id."""
        sent = {"content-type": "text/csv"} if headers is None else headers
        response = await self.call(method, await self.address(), content, sent, signed_in=False)
        assert response.status == 202, response.body
        answered: dict[str, Any] = answer(response)
        assert list(answered) == ["runId"]
        return str(answered["runId"])

    async def reads(self, content: bytes) -> dict[str, Any]:
        """Send a file, an hour after whatever was before, and let it be read; answer the run's report."""
        self.clock.forward(3600)
        run_id = await self.send(content)
        await self.deliver()
        return await self.report(run_id)

    def staged(self) -> list[str]:
        """What lies in the store of files."""
        return sorted(self.blobs.files)
