"""Assemble core and partners into one aiohttp application."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from simulators.alerts import Alerts
from simulators.control import Control
from simulators.core import Core
from simulators.listings import CARGURUS, KBB, TRUECAR, ListingSite
from simulators.partner import Counting, Partner
from simulators.quickbooks import QuickBooks
from simulators.quickbooks.webhooks import WebhookSettings
from simulators.vin_decoder import VinDecoder
from simulators.wayne_reeves import WayneReeves

LARGEST_BODY_BYTES = 64 * 1024 * 1024
# Large enough to replace a lot of 50,000 vehicles in one request.


def make_partners(inventory: list[Any], wayne_reeves_key: str | None, webhooks: WebhookSettings | None = None) -> list[Partner]:
    """Return all simulated partners; a new partner is one more line here. `webhooks` sets where QuickBooks sends its webhooks."""
    sites = [ListingSite(shape) for shape in (CARGURUS, TRUECAR, KBB)]
    return [WayneReeves(inventory, wayne_reeves_key), QuickBooks(webhooks), *sites, VinDecoder(inventory), Alerts()]


def build_app(partners: Sequence[Partner], seed: int = 1, latency_ms: float = 0) -> web.Application:
    """Return the application that serves `partners` and their controls."""
    core = Core(partners, seed, latency_ms)
    # Counting middleware is outermost, so that the time it measures includes latency and faults.
    counting = [partner.middleware() for partner in partners if isinstance(partner, Counting)]
    app = web.Application(middlewares=[*counting, core.middleware()], client_max_size=LARGEST_BODY_BYTES)
    app.add_routes(Control(core).routes())
    for partner in partners:
        app.add_routes([*partner.routes(), *partner.control_routes()])
    return app
