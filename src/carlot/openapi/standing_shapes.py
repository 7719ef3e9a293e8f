"""What answers about the state of things look like: how cars stand with the listing sites, and the status of all."""

from __future__ import annotations

from carlot.domain.standing import STATES
from carlot.domain.vehicle import FIELDS
from carlot.openapi.shapes import DOLLARS, FLAG, TEXT, TIME, Schema, many, maybe, one_of, record, ref, text, vehicle, whole
from carlot.partners.registry import SITES

_PARTNER_STATUS = one_of("connected", "not_configured", "degraded", "reauth_required", "error", "paused")
_STANDING = record(
    "How a vehicle stands with a site.",
    state=one_of(*STATES),
    reason=maybe(text("Why it is not there, or not for long, in plain words.")),
)
_LISTING = record(
    configured=FLAG,
    state=one_of("absent", "live", "pending", "dead"),
    standing=_STANDING,
    reasons=many(text("Why the site does not show it, in plain words.")),
    price=maybe(DOLLARS),
    listingId=maybe(TEXT),
    updatedAt=maybe(TIME),
    verifiedAt=maybe(TIME),
    removeBy=maybe(TIME),
)
_SITE = record(
    "A listing site, and how many vehicles stand how with it.",
    configured=FLAG,
    delivery=one_of("api", "file"),
    lastFile=maybe(
        record("The last file that it was brought.", at=TIME, cars=whole("Vehicles in it."), bytes=whole("Its size."))
    ),
    paused=FLAG,
    live=whole("Vehicles that it shows."),
    onTheirWay=whole("Vehicles that are being sent, or wait to be sent."),
    refused=whole("Vehicles that it refuses."),
    incomplete=whole("Vehicles that lack a field that it needs."),
)

STANDINGS: dict[str, Schema] = {
    "ListedVehicle": record(
        "A vehicle in the dealer's list.",
        **vehicle("", FIELDS, many(ref("Photo")))["properties"],
        listings=record(**{site.wire: _STANDING for site in SITES.values()}),
        daysOnLot=whole("Days since its purchase, or its entry, until today or its sale."),
        priceChanges=whole("How often its price changed since changes are kept."),
        priceReduced={**FLAG, "description": "Whether its price is below what it was 14 days ago."},
        waitingFor=many(one_of("quickbooks")),
        needsYou={**FLAG, "description": "A question is open about it, or a sync of it has failed for good."},
    ),
    "Listings": record("What each listing site holds of a vehicle.", **{site.wire: _LISTING for site in SITES.values()}),
    "Status": record(
        "Every partner's state, the queue, the deadlines.",
        wayneReeves=record(configured=FLAG, lastSync=maybe(TIME), status=_PARTNER_STATUS, message=maybe(TEXT)),
        quickbooks=record(
            configured=FLAG,
            environment=one_of("sandbox", "production"),
            authenticated=FLAG,
            lastSync=maybe(TIME),
            status=_PARTNER_STATUS,
            message=maybe(TEXT),
            daysLeftUnused=maybe(whole("After so many days without a call the dealer has to sign in again.")),
            daysLeft=maybe(whole("After so many days he has to in any case.")),
        ),
        listings=record(
            **{site.wire: _SITE for site in SITES.values()},
            totalPublished=whole("Vehicles live on at least one site."),
        ),
        queue=record(backlog=whole(), oldestMessageSeconds=whole(), pending=whole(), dead=whole()),
        questions=whole("Open questions to the dealer."),
        deadlines=record(invoicesDue=whole(), expensesDue=whole(), removalsDue=whole(), overdue=whole()),
        partners=many(
            record(
                "A partner that sync tasks are for. Partners come in the order in which the desk shows them.",
                target=text("Its name in sync tasks."),
                wire=text("Its name in the API's objects."),
                name=text("Its name for people."),
                site=FLAG | {"description": "Whether it is a listing site."},
                configured=FLAG,
                paused=FLAG | {"description": "Whether it is paused by hand."},
                blocked=whole("Tasks that wait until the dealer has signed in or set it up."),
                needs=many(text("A setting without which it does not work.")),
                optional=many(text("A further setting that a listing site may ask for.")),
                missing=many(text("A needed setting that is not set.")),
            )
        ),
    ),
}
"""Their shapes by name."""
