"""Sites that take the whole inventory as one file: `<file>.part` is brought by FTP, read back by its size, and renamed.

Each car's own task waits until the file that is there shows what the site should of the car; one task of the site brings it.
The row of a car is changed by the file that contains it or leaves it out, and by nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from carlot.domain.csv_text import LINE_END
from carlot.domain.dealer import Dealer
from carlot.domain.money import dollars
from carlot.domain.times import after, instant, parse_instant
from carlot.engine.enqueue import wake_tasks
from carlot.errors import NeedsDealer, Retryable, Throttled
from carlot.partners.ftp import FtpAddress, FtpSession, ftp_session
from carlot.partners.listings import elsewhere
from carlot.partners.listings.site import Site
from carlot.partners.registry import SITES
from carlot.platform.ports import Services
from carlot.settings import Settings
from carlot.store import file_lines, listings, site_files, tasks
from carlot.store.feed_columns import PRESETS
from carlot.store.listings import Car
from carlot.store.site_files import Listed, SiteFile
from carlot.store.tasks import Lease, Outcome, TaskRequest

APART = timedelta(minutes=15)
"""How long after a file the next one goes out at the earliest."""

DAILY = timedelta(hours=23)
"""How old a file may get although nothing differs; looked at each minute, so that there is one a day."""

GATHER_S = 10.0
"""How long a file waits for more changes that come together with the first."""

WAIT_S = 900.0
"""How long a car waits before it is looked at again, when no file comes before."""

LEASE_S = 180.0
"""The lease of who brings a file; it is extended while the file goes out."""

EXTENDED = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _File:
    """The file of one site: where it goes, and how it is written."""

    services: Services
    site: Site
    address: FtpAddress
    preset: str
    base: str
    dealer: Dealer

    @classmethod
    async def of(cls, services: Services, site: Site) -> _File:
        """Read the settings. Raises: `NeedsDealer` when they name no place or no kind of file."""
        settings = services.settings
        try:
            address = FtpAddress.parse(settings.value(site.file_setting))
        except ValueError as failure:
            raise NeedsDealer(f"{site.file_setting} cannot be used: {failure}. Correct it.") from failure
        preset = site.file_preset(settings.value)
        if preset not in PRESETS:
            raise NeedsDealer(f"{site.file_setting} ends with an unknown kind of file. Use one of {', '.join(PRESETS)}.")
        base = settings.public_base_url or await file_lines.origin(services.database)
        dealer = Dealer.read(settings.dealer_name, settings.dealer_phone, settings.dealer_address)
        return cls(services, site, address, preset, base, dealer)

    @property
    def place(self) -> str:
        return self.address.shown

    def lines(self, only: str | None = None) -> AsyncIterator[list[file_lines.Line]]:
        return file_lines.lines(self.services.database, self.preset, self.base, self.dealer, only)


@dataclass(slots=True)
class _Content:
    """A file that was read through, or sent: its cars, its bytes and its digest."""

    cars: list[Listed] = field(default_factory=list)
    size: int = 0
    digest: str = ""

    async def read(self, file: _File, lease: Lease) -> AsyncIterator[bytes]:
        """The file, a part at a time. What is noted here is whole when the last part is taken."""
        whole = hashlib.sha256()
        # Without quotes: some readers look for the first heading as it stands.
        text = ",".join(PRESETS[file.preset].columns) + LINE_END
        extended = file.services.clock.now()
        async for cars in file.lines():
            self.cars += [(car.vehicle_id, car.vin, car.price_cents, _digest(car.text), car.version) for car in cars]
            part = (text + "".join(car.text for car in cars)).encode()
            text = ""
            whole.update(part)
            self.size += len(part)
            yield part
            if (now := file.services.clock.now()) - extended > EXTENDED:
                await file.services.database.batch([tasks.extend(lease, after(now, LEASE_S))])
                extended = now
        if text:
            whole.update(text.encode())
            self.size += len(text.encode())
            yield text.encode()
        self.digest = whole.hexdigest()


def file_place(settings: Settings, site: Site) -> str:
    """Where a site's file goes, without user and password; empty: the setting is no address."""
    try:
        return FtpAddress.parse(settings.value(site.file_setting)).shown
    except ValueError:
        return ""


async def match_by_file(services: Services, lease: Lease, car: Car) -> Outcome:
    """See whether the site's file shows what it should of one car; else have the next one go out, and wait for it.

    Raises: `Throttled` while it waits, `NeedsDealer`.
    """
    site = SITES[lease.target]
    file = await _File.of(services, site)
    now = instant(services.clock.now())
    mine = [held for held in car.held.values() if held.vehicle_id == lease.subject_id]
    if old := [held for held in mine if held.url not in (None, file.place) and elsewhere.stands(held)]:
        return elsewhere.left_behind(services, site.target, old)
    found = [line async for part in file.lines(lease.subject_id) for line in part]
    wanted = found[0] if found else None
    held = car.held.get(wanted.vin) if wanted else None
    others = [each for each in mine if wanted is None or each.vin != wanted.vin]
    shown = held is not None and held.state == "live" and held.vehicle_id == lease.subject_id
    right = wanted is None or (shown and held is not None and held.content_sha256 == _digest(wanted.text))
    if not right or any(each.state != "absent" for each in others):
        trouble = await site_files.trouble(services.database, site.target)
        await _call_for(services, site)
        raise Throttled(f"It goes out with the next file. {trouble or ''}".rstrip(), WAIT_S)
    looked_at = tuple(listings.set_verified(site.target, each.vin, now) for each in mine if each.verify_after)
    if wanted is None:
        return Outcome(looked_at, "Not in the last file." if mine else None)
    return Outcome(looked_at, f"In the last file, for {dollars(wanted.price_cents)}.")


async def _call_for(services: Services, site: Site) -> None:
    """Have a file go out soon, if none is to."""
    at = after(services.clock.now(), GATHER_S)
    rows = await services.database.batch([site_files.enqueue(site.target, at)])
    if rows[0]:
        await wake_tasks(services, [str(row["id"]) for row in rows[0]], GATHER_S)


async def deliver_file(services: Services, lease: Lease) -> Outcome:
    """Bring a site the inventory if it differs from what the site has, or if that is a day old.

    Raises: as `partners.ftp.ftp_session`; `Throttled` when the last file is too recent; `NeedsDealer`.
    """
    site = SITES[lease.target]
    if not site.by_file(services.settings.value):
        return Outcome()
    file = await _File.of(services, site)
    last = await site_files.read(services.database, site.target)
    before = last.address if last and last.address != file.place else None
    last = None if before else last
    content = _Content()
    async for _ in content.read(file, lease):
        pass
    now = services.clock.now()
    age = now - parse_instant(last.delivered_at) if last else None
    if last and age is not None and age < DAILY and last.content_sha256 == content.digest:
        return _settled(file, content, instant(now), "The last file is still correct.")
    if age is not None and age < APART:
        raise Throttled("The next file goes out 15 minutes after the last one.", (APART - age).total_seconds())
    content = await _bring(file, lease)
    arrived = instant(services.clock.now())
    done = _settled(file, content, arrived, f"{len(content.cars)} cars in a file of {content.size:,} bytes, read back.")
    note = SiteFile(file.place, content.digest, len(content.cars), content.size, arrived)
    moved = (TaskRequest(site.target, "old_file", before),) if before else ()
    return Outcome((*done.writes, site_files.delivered(site.target, note)), done.summary, enqueue=(*done.enqueue, *moved))


def _settled(file: _File, content: _Content, now: str, summary: str) -> Outcome:
    """What the site has is known: rows and tasks say so, and the other cars that waited are looked at now."""
    target = file.site.target
    return Outcome(
        tuple(site_files.settle(target, file.place, content.cars, now)), summary, enqueue=(site_files.hasten(target, now),)
    )


async def _bring(file: _File, lease: Lease) -> _Content:
    """Send the file under another name, and rename it when it is whole."""
    services, name = file.services, file.address.name
    content = _Content()
    async with ftp_session(services.sockets, file.site.name, file.address) as session:
        size = await session.store(f"{name}.part", content.read(file, lease))
        await _look_at(session, file.site, f"{name}.part", size)
        now = services.clock.now()
        held = tasks.extend(lease, after(now, LEASE_S))
        await services.database.batch([held, *site_files.begin(file.site.target, file.place, content.cars, instant(now))])
        await session.rename(f"{name}.part", name)
        await _look_at(session, file.site, name, size)
    return content


async def _look_at(session: FtpSession, site: Site, name: str, size: int) -> None:
    """Read a file back by its size. Raises: `Retryable` when another one is there."""
    there = await session.size(name)
    if there is not None and there != size:
        raise Retryable(f"{site.name}'s FTP server has {there:,} of the {size:,} bytes of the file.")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
