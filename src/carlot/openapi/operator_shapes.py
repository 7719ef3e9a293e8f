"""What answers for the operator look like: tasks, received events and files, and who did what."""

from __future__ import annotations

from carlot.openapi.shapes import TEXT, TIME, Schema, many, maybe, one_of, record, text, whole

_TASK_STATES = ("pending", "running", "done", "dead", "blocked")
_TASK: dict[str, Schema] = {
    "id": TEXT,
    "target": text("The partner: `wayne_reeves`, `quickbooks`, a listing site, or `carlot` itself."),
    "kind": TEXT,
    "subjectId": TEXT,
    "vin": maybe(TEXT),
    "state": one_of(*_TASK_STATES),
    "attempts": whole(),
    "error": maybe(text("Why it has not worked, in plain words.")),
    "nextAttemptAt": maybe(TIME),
    "deadlineAt": maybe(TIME),
    "createdAt": TIME,
    "updatedAt": TIME,
    "outcome": maybe(text("What it came to.")),
    "discardedAt": maybe(TIME),
    "doneAt": maybe(TIME),
}

OPERATOR: dict[str, Schema] = {
    "HistoryEntry": record(
        "Something that happened to a vehicle, or what one partner last heard of it.",
        at=TIME,
        author=text(
            "Who did it: an e-mail address from Cloudflare Access, a name given at sign-in, `session`, `token`, `DMS`, "
            "`CSV (who)`, `cron`, a partner, or `CarLot`."
        ),
        what=text("Such as `vehicle.changed`, `sale.made`, `listing.done`."),
        partner=maybe(text("The partner, where the entry says what it last heard.")),
        detail=maybe(text("What changed, or what the partner said, in plain words.")),
        link=maybe(text("The address of the sale or the task in this API.")),
    ),
    "Task": record("What one partner is to hear of one subject.", **_TASK),
    "TaskReport": record(
        "A task, with the last call of it that failed.",
        **_TASK,
        lastFailure=maybe(
            record(
                "What was sent and what came back. Secrets and personal data are hidden, long bodies are cut.",
                at=TIME,
                method=TEXT,
                url=TEXT,
                request=maybe(TEXT),
                status=maybe(whole("`null`: no answer came.")),
                answer=maybe(TEXT),
            )
        ),
    ),
    "Event": record(
        "A received webhook event, and what it came to.",
        id=TEXT,
        source=one_of("wayne_reeves", "quickbooks"),
        type=text("As the sender names it."),
        occurredAt=maybe(TIME),
        receivedAt=TIME,
        state=one_of("stored", "applied", "ignored", "failed"),
        note=maybe(text("Why it was ignored or failed, in plain words.")),
        settledAt=maybe(TIME),
        body={
            "description": "The body, with what may be about a person hidden; `null`: deleted, too long for a list, or no JSON."
        },
        bodyBytes=whole("How long the body is."),
        task=maybe(
            record("The task that applies it.", id=TEXT, state=one_of(*_TASK_STATES), error=maybe(TEXT), outcome=maybe(TEXT))
        ),
    ),
    "InventoryFiles": record(
        "The upload address for exports of the dealer's program, and the last files, newest first.",
        url=text("The address. Who knows it can send files."),
        createdAt=maybe(TIME),
        files=many(
            record(
                "A file with the whole inventory, and the run that reads it.",
                id=TEXT,
                name=maybe(text("As its server calls it.")),
                source=one_of("upload", "address"),
                bytes=whole(),
                receivedAt=TIME,
                rows=whole("Vehicles that were read so far."),
                runId=TEXT,
                status=one_of("queued", "running", "completed", "degraded", "failed"),
                message=maybe(text("What is to be said of the run, in plain words.")),
                headingsId=text("For `PUT /api/inventory-files/columns/:headingsId`."),
                program=maybe(text("The program whose export has these headings.")),
                columns=many(record(heading=TEXT, field=maybe(text("The field that the column is; `null`: it is left alone.")))),
            )
        ),
    ),
}
"""Their shapes by name."""
