"""What a release leaves behind for the tests of later ones: its database with a day's work in it.

`PYTHONPATH=src:dev:tests python -m local_commands.releases 1.0.0` keeps it in
tests/local_commands/released/1.0.0.sql.gz, together with the
migrations that made it. Done once a release; from then on its migrations may not be changed, only followed by others.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import re
import sys
from pathlib import Path
from sqlite3.dump import _iterdump  # type: ignore[attr-defined]  # As a method only Python's own connections have it.
from typing import Any

from app.typed import entry
from carlot.errors import NetworkFailure
from runtime.paths import MIGRATIONS
from support.lot import Lot, answer, car, page

RELEASED = Path(__file__).parent / "released"
_HEAD = "-- made by: "


def migrations() -> dict[str, str]:
    """Every migration with the hash of its text."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(MIGRATIONS.glob("*.sql"))}


async def worked() -> Lot:
    """A lot after a day's work: imported, typed, published, sold, serviced, signed in, failed."""
    lot = Lot()
    lot.env |= {"CARGURUS_API_URL": "http://cargurus.test", "CARGURUS_API_KEY": "k", "WEBHOOK_SECRET": "s" * 16}
    await lot.call("POST", "/api/integrations/wayne-reeves/sync")
    lot.http.answers = [page([car(1), car(2)]), NetworkFailure("away"), NetworkFailure("away")]
    await lot.deliver(20)
    typed = answer(await lot.call("POST", "/api/vehicles", entry(7, publishToThirdParty=True)))
    other = answer(await lot.call("POST", "/api/vehicles", entry(8)))
    photo = {"content-type": "image/png"}
    await lot.call("POST", f"/api/vehicles/{typed['id']}/photos", b"\x89PNG\r\n\x1a\n1", photo)
    sale = {"vehicleId": other["id"], "salePrice": 9.99, "saleDate": "2025-02-03", "customer": {"name": "Ann"}}
    service = {"vehicleId": typed["id"], "serviceDate": "2025-02-03", "description": "Oil", "vendor": "Joe", "cost": 40}
    for path, content in (("sales", sale), ("service-records", service), ("session", {"token": lot.env["ADMIN_TOKEN"]})):
        made = await lot.call("POST", f"/api/{path}", content)
        assert made.status < 300, made.body
    return lot


def dump(lot: Lot) -> str:
    """The database as SQL, with the migrations that made it in its first line."""
    return f"{_HEAD}{json.dumps(migrations())}\n" + "\n".join(_iterdump(lot.database.connection))


def made_by(text: str) -> dict[str, str]:
    """The migrations that made a kept database, with their hashes."""
    found: dict[str, str] = json.loads(text.partition("\n")[0].removeprefix(_HEAD))
    return found


def kept() -> dict[str, str]:
    """Every released database."""
    return {path.name.removesuffix(".sql.gz"): gzip.decompress(path.read_bytes()).decode() for path in RELEASED.glob("*.sql.gz")}


def rows(connection: Any) -> dict[str, int]:
    """How many rows each table has."""
    names = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    ]
    return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


def main(version: str) -> None:
    """Keep the database of a release."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise SystemExit("give the version, such as 1.0.0")
    RELEASED.mkdir(exist_ok=True)
    text = dump(asyncio.run(worked()))
    (RELEASED / f"{version}.sql.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
