"""What answers look like, as JSON Schemas: every member is always there, and there is no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carlot.domain.vehicle import FIELDS, STATUSES, Field
from carlot.partners.registry import SITES

Schema = dict[str, Any]


def text(meaning: str = "", **more: Any) -> Schema:
    """A text."""
    return {"type": "string", **({"description": meaning} if meaning else {}), **more}


def whole(meaning: str = "") -> Schema:
    """A whole number, never negative."""
    return {"type": "integer", "minimum": 0, **({"description": meaning} if meaning else {})}


def one_of(*values: str) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """That, or `null`: it is not known, or there is none."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """An array."""
    return {"type": "array", "items": schema}


def record(meaning: str = "", /, **members: Schema) -> Schema:
    """An object of just these members."""
    told = {"description": meaning} if meaning else {}
    return {"type": "object", **told, "properties": members, "required": list(members), "additionalProperties": False}


def page(**members: Schema) -> Schema:
    """A page of a list, and how many there are over all pages."""
    return record(**{name: many(schema) for name, schema in members.items()}, total=whole("How many there are over all pages."))


def ref(name: str) -> Schema:
    """One of `SCHEMAS`, by name."""
    return {"$ref": f"#/components/schemas/{name}"}


TEXT = text()
FLAG: Schema = {"type": "boolean"}
DOLLARS: Schema = {"type": "number", "minimum": 0, "description": "Dollars, two decimals."}
DAY = text(format="date")
TIME = text("UTC, ISO 8601.", format="date-time")
LISTED = text("An address.", format="uri")

_KINDS: dict[str, Schema] = {
    "text": maybe(TEXT),
    "integer": maybe(whole()),
    "money": maybe(DOLLARS),
    "date": maybe(DAY),
    "flag": FLAG,
    "json": many(TEXT),
}
_ALWAYS = {
    **dict.fromkeys(("id", "make", "model"), TEXT),
    **{name: whole() for name in ("year", "version")},
    "status": one_of(*STATUSES),
    "createdAt": TIME,
    "updatedAt": TIME,
}


def _vehicle(meaning: str, fields: Sequence[Field], photos: Schema) -> Schema:
    """A vehicle with those of its fields."""
    members = {field.wire: _ALWAYS.get(field.wire, _KINDS[field.kind]) for field in fields}
    return record(meaning, **{**members, "photos": photos, "url": text("Its page, for visitors.")})


_STATES = ("pending", "posted", "paid", "dead", "voided")
_TASK_STATES = ("pending", "running", "done", "dead", "blocked")
_PARTNER_STATUS = one_of("connected", "not_configured", "degraded", "reauth_required", "error")
_RUN = {
    "id": TEXT,
    "runId": text("The same as `id`."),
    "status": one_of("queued", "running", "completed", "degraded", "failed"),
    "startedBy": TEXT,
    "message": maybe(text("What it came to, in plain words.")),
    "total": maybe(whole("How many vehicles the DMS says it has.")),
    **{name: whole() for name in ("pages", "seen", "created", "updated", "unchanged", "rejectedCount", "removed")},
    "createdAt": TIME,
    "startedAt": maybe(TIME),
    "finishedAt": maybe(TIME),
    "error": maybe(text("Why it does not go on at the moment.")),
}
_LISTING = record(
    configured=FLAG,
    state=one_of("absent", "live", "pending", "dead"),
    reasons=many(text("Why the site does not show it, in plain words.")),
    price=maybe(DOLLARS),
    listingId=maybe(TEXT),
    updatedAt=maybe(TIME),
    verifiedAt=maybe(TIME),
    removeBy=maybe(TIME),
)
_REMARK = record(
    row=whole("As a spreadsheet counts: the first line of the file is row 1."),
    column=text("The heading in the file; empty: the whole row."),
    value=text("The cell as it came."),
    message=TEXT,
)
_CONTACT = {"id": TEXT, "name": TEXT, "email": maybe(TEXT), "phone": maybe(TEXT)}

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "What went wrong: RFC 9457 problem details.",
        "properties": {
            "type": text("`urn:carlot:problem:` and the code."),
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": text("What happened and what to do, as a sentence."),
            "instance": text("The request's id, as in `x-request-id` and in the log."),
            "code": text("For programs.", pattern="^[a-z]+(-[a-z]+)*$"),
            "errors": many(record(field=text("The path of the field in what was sent."), message=TEXT)),
        },
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "additionalProperties": False,
    },
    "PublicVehicle": _vehicle("A vehicle on show.", [field for field in FIELDS if field.public], many(LISTED)),
    "Photo": record("A photo.", id=TEXT, url=LISTED, position=whole("From 0; the first is the cover.")),
    "Vehicle": _vehicle("A vehicle as the dealer sees it.", FIELDS, many(ref("Photo"))),
    "Sale": record(
        "A sale, and what became of its invoice.",
        id=TEXT,
        vehicleId=TEXT,
        vin=maybe(TEXT),
        salePrice=DOLLARS,
        saleDate=DAY,
        customer=maybe(record(**_CONTACT)),
        docNumber=text("The invoice's number in QuickBooks."),
        state=one_of(*_STATES),
        invoiceId=maybe(TEXT),
        balance=maybe(DOLLARS),
        paidAt=maybe(TIME),
        payments=many(record(amount=DOLLARS, date=DAY)),
        booksNote=maybe(text("What QuickBooks shows otherwise than it was posted.")),
        createdAt=TIME,
    ),
    "ServiceRecord": record(
        "Work done on a vehicle, and what became of its expense.",
        id=TEXT,
        vehicleId=TEXT,
        vin=maybe(TEXT),
        serviceDate=DAY,
        description=TEXT,
        vendor=maybe(TEXT),
        cost=DOLLARS,
        docNumber=text("The expense's number in QuickBooks."),
        state=one_of(*_STATES),
        purchaseId=maybe(TEXT),
        booksNote=maybe(text("What QuickBooks shows otherwise than it was posted.")),
        createdAt=TIME,
    ),
    "Customer": record("A customer.", **_CONTACT, createdAt=TIME),
    "Task": record(
        "What one partner is to hear of one subject.",
        id=TEXT,
        target=text("The partner: `wayne_reeves`, `quickbooks`, a listing site, or `carlot` itself."),
        kind=TEXT,
        subjectId=TEXT,
        vin=maybe(TEXT),
        state=one_of(*_TASK_STATES),
        attempts=whole(),
        error=maybe(text("Why it has not worked, in plain words.")),
        nextAttemptAt=maybe(TIME),
        deadlineAt=maybe(TIME),
        createdAt=TIME,
        updatedAt=TIME,
        outcome=maybe(text("What it came to.")),
        discardedAt=maybe(TIME),
        doneAt=maybe(TIME),
    ),
    "Run": record("A pull of the DMS's inventory.", **_RUN),
    "RunReport": record(
        "A pull of the DMS's inventory, with the records it rejected (the first 1,000).",
        **_RUN,
        rejected=many(record(stockNumber=maybe(TEXT), field=maybe(TEXT), message=TEXT, taken=FLAG)),
    ),
    "Feed": record(
        "A file that sites poll, under a secret address.",
        format=TEXT,
        url=LISTED,
        paused=FLAG,
        lastFetchedAt=maybe(TIME),
        createdAt=TIME,
        vehicles=whole("How many it holds."),
        leftOut=whole("How many lack something that the format requires."),
        missingSettings=many(TEXT),
    ),
    "Listings": record("What each listing site holds of a vehicle.", **{site.wire: _LISTING for site in SITES.values()}),
    "Status": record(
        "Every partner's state, the queue, the deadlines.",
        wayneReeves=record(configured=FLAG, lastSync=maybe(TIME), status=_PARTNER_STATUS, message=maybe(TEXT)),
        quickbooks=record(
            configured=FLAG,
            authenticated=FLAG,
            lastSync=maybe(TIME),
            status=_PARTNER_STATUS,
            message=maybe(TEXT),
            daysLeftUnused=maybe(whole("After so many days without a call the dealer has to sign in again.")),
            daysLeft=maybe(whole("After so many days he has to in any case.")),
        ),
        listings=record(
            **{site.wire: record(configured=FLAG) for site in SITES.values()},
            totalPublished=whole("Vehicles live on at least one site."),
        ),
        queue=record(backlog=whole(), oldestMessageSeconds=whole(), pending=whole(), dead=whole()),
        deadlines=record(invoicesDue=whole(), expensesDue=whole(), removalsDue=whole(), overdue=whole()),
        partners=many(
            record(
                "A partner that sync tasks are for. Partners come in the order in which the desk shows them.",
                target=text("Its name in sync tasks."),
                wire=text("Its name in the API's objects."),
                name=text("Its name for people."),
                site=FLAG | {"description": "Whether it is a listing site."},
                configured=FLAG,
                needs=many(text("A setting without which it does not work.")),
                optional=many(text("A further setting that a listing site may ask for.")),
                missing=many(text("A needed setting that is not set.")),
            )
        ),
    ),
    "ImportReport": {
        **(
            report := record(
                "What a CSV file came to, or would come to.",
                importId=text("Its rejected rows and its undo are found by this; a dry run has none."),
                created=whole(),
                updated=whole(),
                unchanged=whole(),
                rejected=many(_REMARK),
                warnings=many(_REMARK),
                columns=many(record(heading=TEXT, field=maybe(text("`null`: the column is left alone.")))),
                changes=many(
                    record(
                        "What changes of known vehicles, by field.",
                        field=TEXT,
                        changed=whole("How many values change."),
                        cleared=whole("How many become empty."),
                        examples=many(record(row=whole(), before=maybe(TEXT), after=maybe(TEXT))),
                    )
                ),
            )
        ),
        "required": [name for name in report["properties"] if name != "importId"],
    },
    "UndoReport": record(
        "What undoing an import came to.",
        putBack=whole("Vehicles that are as they were; those that the import added are archived."),
        left=many(record("A vehicle that was changed since.", vehicleId=TEXT, vin=maybe(TEXT), stockNumber=maybe(TEXT))),
    ),
}
"""Every shape that has a name."""
