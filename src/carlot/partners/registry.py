"""Every partner there is: settings, limits, tasks, alerts, the status endpoint, the desk and `make doctor` use this table."""

from __future__ import annotations

from carlot.domain import verdicts
from carlot.domain.partner import Limits, Narrower, Partner
from carlot.partners.listings import cargurus, kbb, truecar
from carlot.partners.listings.site import Site
from carlot.partners.quickbooks.mapping import fault_code

SITES: dict[str, Site] = {site.target: site for site in (cargurus.SITE, truecar.SITE, kbb.SITE)}
"""The listing sites, by target. A new site is one module and one entry here."""

WAYNE_REEVES = Partner(
    "wayne_reeves",
    "Wayne Reeves",
    needs=("WAYNE_REEVES_API_URL", "WAYNE_REEVES_API_KEY"),
    options=("WAYNE_REEVES_FILE_URL",),
    alone="WAYNE_REEVES_FILE_URL",
    # ASSUMED: it publishes no limits. To confirm: the dealer's own API document.
    limits=Limits(600, 4),
    wire="wayneReeves",
    verdicts=verdicts.DMS,
)
QUICKBOOKS = Partner(
    "quickbooks",
    "QuickBooks",
    needs=("QUICKBOOKS_CLIENT_ID", "QUICKBOOKS_CLIENT_SECRET", "QUICKBOOKS_REALM_ID", "TOKEN_ENCRYPTION_KEY"),
    # For each company. Source: https://developer.intuit.com/app/developer/qbo/docs/learn/rest-api-features.
    limits=Limits(500, 10),
    narrower=Narrower("/batch", Limits(40, 10)),
    rest_s=60.0,
    verdicts=verdicts.BOOKS,
    code=fault_code,
)
VIN_DECODER = Partner(
    "vin_decoder",
    "the VIN decoder",
    needs=("VIN_DECODER_URL",),
    # It takes a thousand and more calls a minute. Source: https://vpic.nhtsa.dot.gov/api/home/index/faq.
    limits=Limits(60, 2),
)
ALERTS = Partner("alerts", "the alert address", needs=("ALERT_WEBHOOK_URL",), limits=Limits(30, 1))
HEARTBEAT = Partner("heartbeat", "the heartbeat address", needs=("ALERT_HEARTBEAT_URL",), limits=Limits(30, 1))
CARLOT = Partner("carlot", "CarLot itself")
"""Tasks that CarLot Manager has with itself: webhook events, and messages that it cannot read."""

PARTNERS: dict[str, Partner] = {
    partner.target: partner
    for partner in (
        WAYNE_REEVES,
        QUICKBOOKS,
        *(site.partner() for site in SITES.values()),
        VIN_DECODER,
        ALERTS,
        HEARTBEAT,
        CARLOT,
    )
}
"""By target, in the order in which the dealer sees them."""


def target_of(name: str) -> str:
    """The target of a partner by any of its names: `wayne_reeves`, `wayne-reeves`, `carGurus`. Other texts stay as they are."""
    plain = name.replace("-", "_")
    wired = {partner.wire: partner.target for partner in PARTNERS.values() if partner.wire}
    return plain if plain in PARTNERS else wired.get(plain, name)
