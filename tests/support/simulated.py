"""The simulated partners without a wire: their own code, faults and ledger, called directly and on the test's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.http import HttpVersion11, RawRequestMessage
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from carlot.errors import AnswerTooLarge, NetworkFailure
from carlot.platform.ports import HttpResponse, Take
from simulators.alerts import Alerts
from simulators.core import Core, answered
from simulators.faults import Fault, FaultSettings
from simulators.listings import CARGURUS, KBB, TRUECAR, ListingSite
from simulators.mishaps import suffer
from simulators.partner import OwnWords, Partner
from simulators.quickbooks import QuickBooks
from simulators.quickbooks.clock import Clock as BooksClock
from simulators.vin_decoder import VinDecoder
from simulators.wayne_reeves.lot import Lot as DmsLot
from simulators.wayne_reeves.lot import utc_text
from simulators.wayne_reeves.partner import WayneReeves
from simulators.wayne_reeves.sales import Sales
from support.platform import FixedClock, handed_over

DMS = "wayne-reeves"
BOOKS = "quickbooks"
BASE = "http://partners.test"

Work = Callable[[], Awaitable[web.StreamResponse]]


class _Connection:
    """As much of a connection as a handler looks at."""

    transport = peername = sockname = ssl_context = writer = None


class ClockedLot(DmsLot):
    """The DMS's lot, whose changes carry the test's time."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock

    def update(self, stock_number: str, changes: dict[str, Any]) -> dict[str, Any]:
        record = {**super().update(stock_number, changes), "updated_at": utc_text(self._clock.now())}
        self.upsert(record)
        return dict(record)


class ClockedBooks(BooksClock):
    """The clock of QuickBooks: the test's."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp() + self.offset_s


class SimulatedNetwork:
    """A network on which the simulated partners are, each with its fault plan. What it hears stands in `core.ledger`."""

    def __init__(self, clock: FixedClock, records: list[Any], seed: int = 1, latency_s: float = 0.02) -> None:
        self.clock = clock
        self.latency_s = latency_s
        self.dms = WayneReeves(list(records), "key")
        self.dms.lot = ClockedLot(clock)
        self.dms.lot.replace(records)
        self.dms.sales = Sales(self.dms.lot)
        self.sites = {shape.name: ListingSite(shape) for shape in (CARGURUS, TRUECAR, KBB)}
        self.alerts = Alerts()
        self.decoder = VinDecoder(records)
        self.books = QuickBooks(clock=ClockedBooks(clock))
        partners: list[Partner] = [self.dms, *self.sites.values(), self.decoder, self.alerts, self.books]
        self.core = Core(partners, seed, 0)
        self._app = web.Application()
        for partner in partners:
            self._app.add_routes(partner.routes())
        self._counted = self.books.middleware()
        self._late: list[Work] = []
        self.files: dict[str, HttpResponse | Exception] = {}
        """Files elsewhere on the network, by address."""

    def faults(self, partner: str = DMS, **knobs: Any) -> None:
        """Replace the fault knobs of a partner; what is left out is off."""
        self.core.plans[partner].apply(FaultSettings.model_validate(knobs))

    def heard(self, method: str | None = None, path: str | None = None, partner: str = DMS) -> list[dict[str, Any]]:
        """What a partner heard, oldest first; `path` may end in `*`."""
        return list(self.core.ledger.select(partner, method, path, 0))

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """Let the partner answer, or let its fault strike. What stalled longer than the caller waited takes effect later."""
        assert timeout_s > 0 and max_bytes > 0
        self.clock.forward(self.latency_s)
        request = self._request(method, url.removeprefix(BASE), headers, body or b"")
        partner = self.core.partner_at(request.path)
        entry = self.core.ledger.open(partner, request, body or b"")
        plan = self.core.plans.get(partner)
        fault = plan.next_fault(method, request.path, request.query_string, body or b"") if plan else None

        async def work() -> web.StreamResponse:
            if partner == BOOKS:  # It counts who comes, because it limits how many.
                return await self._counted(request, lambda counted: answered(counted, self._app._handle))
            return await answered(request, self._app._handle)

        answer = await (work() if fault is None else self._struck(fault, request, work, timeout_s))
        entry.status = answer.status
        content = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""
        return HttpResponse(answer.status, {name.lower(): value for name, value in answer.headers.items()}, content)

    async def download(
        self, url: str, headers: Mapping[str, str], take: Take, *, timeout_s: float, max_bytes: int
    ) -> HttpResponse:
        """A file that a partner has, or one of `files` by its address."""
        if url not in self.files:
            return await handed_over(
                await self.request("GET", url, headers, None, timeout_s=timeout_s, max_bytes=max_bytes), take
            )
        self.clock.forward(self.latency_s)
        found = self.files[url]
        if isinstance(found, Exception):
            raise found
        if len(found.body) > max_bytes:
            raise AnswerTooLarge(f"more than {max_bytes} bytes")
        return await handed_over(found, take)

    async def do_late_work(self) -> None:
        """The requests that a partner held back, and that nobody waits for any more, take effect now."""
        late, self._late = self._late, []
        for work in late:
            await work()

    async def _struck(self, fault: Fault, request: web.Request, work: Work, timeout_s: float) -> web.StreamResponse:
        kind = fault.fault
        if kind == "stall":
            if fault.stall_before_work:
                self._late.append(work)
            else:
                await work()
            self.clock.forward(timeout_s)
            raise NetworkFailure("out of time")
        if kind in ("reset", "refuse"):
            raise NetworkFailure("connection reset")
        if kind == "lost_answer" or (kind == "truncate" and fault.truncate_mode == "length"):
            await work()
            raise NetworkFailure("the answer ended early")
        partner = next(each for each in self.core.partners if each.name == self.core.partner_at(request.path))
        return await suffer(fault, request, work, partner if isinstance(partner, OwnWords) else None)

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> web.Request:
        given = CIMultiDictProxy(CIMultiDict({**headers, "Host": urlsplit(BASE).netloc}))
        message = RawRequestMessage(method, path, HttpVersion11, given, (), False, None, False, False, URL(path, encoded=True))
        nothing: Any = None
        connection: Any = _Connection()
        request = web.Request(message, nothing, connection, nothing, nothing, asyncio.get_running_loop())
        request._read_bytes = body
        return request
