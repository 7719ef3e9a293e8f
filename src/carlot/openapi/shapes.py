"""What answers look like, as JSON Schemas: every member is always there, and there is no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carlot.domain.sale_lines import LINE_KINDS
from carlot.domain.vehicle import DECODED, FIELDS, STATUSES, Field

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
AMOUNT: Schema = {"type": "number", "description": "Dollars, two decimals; below zero takes something off."}
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


def vehicle(meaning: str, fields: Sequence[Field], photos: Schema) -> Schema:
    """A vehicle with those of its fields."""
    members = {field.wire: _ALWAYS.get(field.wire, _KINDS[field.kind]) for field in fields}
    return record(meaning, **{**members, "photos": photos, "url": text("Its page, for visitors.")})


_STATES = ("pending", "posted", "paid", "dead", "voided")
_QUESTION_STATES = ("open", "answered", "void")
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
_REMARK = record(
    row=whole("As a spreadsheet counts: the first line of the file is row 1."),
    column=text("The heading in the file; empty: the whole row."),
    value=text("The cell as it came."),
    message=TEXT,
)
_CONTACT = {"id": TEXT, "name": TEXT, "email": maybe(TEXT), "phone": maybe(TEXT)}

SCHEMAS: dict[str, Schema] = {
    "Vin": record(
        "What a VIN says of its car.",
        vin=text("As it was asked for, in upper case and without spaces."),
        valid={**FLAG, "description": "Whether it has 17 characters and the right check digit."},
        state=one_of("decoded", "on_its_way", "not_offered"),
        suggestions=record(
            "What is not known is null.",
            year=maybe(whole()),
            **dict.fromkeys(("make", "model", *DECODED), maybe(TEXT)),
        ),
        hint=maybe(text("A sentence for the dealer.")),
        filled={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What an import left empty and was filled in, by field, at the car on the lot that has this VIN.",
        },
    ),
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
    "PublicVehicle": vehicle("A vehicle on show.", [field for field in FIELDS if field.public], many(LISTED)),
    "Photo": record("A photo.", id=TEXT, url=LISTED, position=whole("From 0; the first is the cover.")),
    "Vehicle": vehicle("A vehicle as the dealer sees it.", FIELDS, many(ref("Photo"))),
    "Sale": record(
        "A sale, and what became of its invoice.",
        id=TEXT,
        vehicleId=TEXT,
        vin=maybe(TEXT),
        salePrice=maybe(DOLLARS),
        saleDate=DAY,
        lines=many(record(kind=one_of(*LINE_KINDS), description=TEXT, amount=AMOUNT)),
        total=DOLLARS,
        customer=maybe(record(**_CONTACT)),
        docNumber=text("The invoice's number in QuickBooks."),
        state=one_of("asked", *_STATES),
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
    "Question": record(
        "What only the dealer can decide, and what he has decided.",
        id=TEXT,
        kind=TEXT,
        vehicleId=maybe(TEXT),
        subjectId=text("The sale, or whatever else it is about."),
        text=text("What is asked, as a sentence."),
        vehicleIds=many(text("A vehicle that may be answered for by itself, with `vehicleIds`.")),
        choices=many(record(choice=text("For `answer`."), label=TEXT, needs=many(text("A field of the answer.")))),
        state=one_of(*_QUESTION_STATES),
        createdAt=TIME,
        answeredAt=maybe(TIME),
        answeredBy=maybe(TEXT),
        answer=maybe({"type": "object", "description": "The choice, and what was entered with it."}),
    ),
    "Customer": record("A customer.", **_CONTACT, createdAt=TIME),
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
        leftOutVehicles=many(record("The newest 50 of these.", id=TEXT, name=TEXT, stockNumber=maybe(TEXT), reason=TEXT)),
        missingSettings=many(TEXT),
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
"""The shapes that have a name, but for those of `standing_shapes`, `operator_shapes` and `report_shapes`."""
