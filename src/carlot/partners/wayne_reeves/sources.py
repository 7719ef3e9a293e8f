"""Which source a run reads: the file that it was started for, the one at the address that is set, or the API."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit, urlunsplit

from carlot.domain.times import after, instant
from carlot.domain.vehicle_csv import UnreadableSheet
from carlot.domain.verdicts import DMS
from carlot.errors import BlobsUnavailable, PartnerError, Permanent, Retryable
from carlot.log import log
from carlot.lot.staging import MAX_BYTES, Staging, delete_file
from carlot.partners.ftp import FtpAddress, ftp_session
from carlot.partners.http import download
from carlot.partners.wayne_reeves.api_pages import ApiPages
from carlot.partners.wayne_reeves.client import PARTNER
from carlot.partners.wayne_reeves.file_pages import FilePages
from carlot.partners.wayne_reeves.source import Source
from carlot.platform.ports import Services
from carlot.store import inventory_files, pull_runs, tasks
from carlot.store.inventory_files import FileStanding
from carlot.store.pull_runs import Progress
from carlot.store.tasks import Lease, Outcome

TIMEOUT_S = 600.0
"""How long a file may take to come."""

LEASE_S = 660.0
"""For how long the task of a run is held while its file comes."""


async def source_of(services: Services, run: Progress, lease: Lease) -> Source | Outcome:
    """The source of a run's next page. Where its file has to be fetched first, the outcome of that.

    Raises: `Retryable`, `Permanent`, `AuthExpired`.
    """
    file = await inventory_files.of_run(services.database, run.id) if run.has_file else None
    if file:
        return FilePages(services, file)
    if services.settings.wayne_reeves_file_url and run.page == 0:
        return await _fetch_file(services, run, lease)
    return ApiPages(services)


async def forget_text(services: Services, file: FileStanding) -> None:
    """Delete the text of a file that has been read. What cannot be deleted now is deleted within the hour."""
    try:
        await delete_file(services, file.id, file.staged_bytes)
    except BlobsUnavailable as failure:
        log("staging.left", level="warn", file=file.id, error=str(failure))


async def _fetch_file(services: Services, run: Progress, lease: Lease) -> Outcome:
    """Put the file at the address into R2; the next step reads it. One that is older than the last one is not read."""
    now = services.clock.now()
    await services.database.batch([tasks.extend(lease, after(now, LEASE_S))])
    address = services.settings.wayne_reeves_file_url
    staging = Staging(services)
    try:
        written_at = await _download(services, address, staging)
        staged = await staging.finish(urlsplit(address).path.rpartition("/")[2] or None, written_at)
    except UnreadableSheet as fault:
        raise Retryable(f"The file at WAYNE_REEVES_FILE_URL is no inventory. {fault}") from fault
    except (PartnerError, BlobsUnavailable) as failure:
        await staging.drop()
        if isinstance(failure, BlobsUnavailable):
            raise Retryable("The file cannot be stored at the moment.") from failure
        raise
    last = await inventory_files.last_written(services.database)
    if written_at and last and written_at < last:
        await staging.drop()
        said = (
            f"The file at WAYNE_REEVES_FILE_URL is of {written_at[:10]} and older than the one that was read last. "
            "Nothing was changed."
        )
        return Outcome(tuple(pull_runs.finish(run.id, "degraded", 0, said, instant(services.clock.now()))), said)
    return Outcome((inventory_files.insert(staged, run.id, "address"),), "The file is here.", more=True)


async def _download(services: Services, address: str, staging: Staging) -> str | None:
    """Bring a file; answer when it was written, as its server says."""
    parts = urlsplit(address)
    if parts.scheme in ("ftp", "ftps"):
        return await _download_by_ftp(services, address, staging)
    if parts.scheme not in ("https", "http"):
        raise Permanent("WAYNE_REEVES_FILE_URL is not the address of a file: it begins with https://, ftps:// or ftp://.")
    headers = {"accept": "text/csv, */*;q=0.5"}
    if parts.username is not None:
        name = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["authorization"] = "Basic " + base64.b64encode(name.encode()).decode()
    url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    answer = await download(
        services.http,
        PARTNER,
        url,
        headers,
        staging.take,
        now=services.clock.now(),
        verdicts=DMS,
        timeout_s=TIMEOUT_S,
        max_bytes=MAX_BYTES,
    )
    return _time(answer.headers.get("last-modified", ""), services.clock.now())


async def _download_by_ftp(services: Services, address: str, staging: Staging) -> str | None:
    try:
        place = FtpAddress.parse(address)
    except ValueError as fault:
        raise Permanent(f"WAYNE_REEVES_FILE_URL is not the address of a file: {fault}.") from fault
    async with ftp_session(services.sockets, PARTNER, place) as session:
        modified = await session.modified(place.name)
        async for part in session.retrieve(place.name, MAX_BYTES):
            await staging.take(part)
    return instant(modified) if modified and modified <= services.clock.now() else None


def _time(text: str, now: datetime) -> str | None:
    """A time as HTTP writes it; one that is ahead of our clock, or cannot be read, is not said. Source: RFC 9110, 5.6.7."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return instant(at) if at <= now else None
