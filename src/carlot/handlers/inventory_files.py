"""Exports of the dealer's program: the address they are sent to, the last ones, and what their columns are."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from carlot.domain.api_model import WireModel
from carlot.domain.author import DMS
from carlot.domain.csv_columns import READ
from carlot.domain.inventory_layouts import columns_of
from carlot.domain.times import instant
from carlot.domain.vehicle import BY_WIRE
from carlot.domain.vehicle_csv import UnreadableSheet
from carlot.errors import FieldError, Invalid, NotFound, Problem, TooManyRequests
from carlot.handlers.public import public_base
from carlot.lot.staging import MAX_BYTES, Staging
from carlot.partners.wayne_reeves.start import start_file_run
from carlot.platform.ports import Request, Response, Services
from carlot.store import csv_columns, inventory_files
from carlot.store.authors import as_author
from carlot.web import rate_limit
from carlot.web.parsing import read_json
from carlot.web.responses import json_answer
from carlot.web.upload import file_parts

MOST_WAITING = 10
"""Files that may wait for their turn."""

_FIELDS = sorted(name for name in READ if BY_WIRE[name].dms)
_Heading = Annotated[str, StringConstraints(max_length=1000)]


def _known(name: str) -> str:
    if name not in _FIELDS:
        raise ValueError(f"is none of {', '.join(_FIELDS)}")
    return name


_FieldName = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": _FIELDS})]


class ColumnsChange(WireModel):
    """Which field each column is, by its heading; `null` for a column that is left alone.

    Headings that are left out are recognized.
    """

    columns: Annotated[dict[_Heading, _FieldName | None], Field(max_length=500)]


async def list_inventory_files(request: Request, services: Services) -> Response:
    """The upload address for exports of the dealer's program, and the last files: when, how large, how many rows, which run."""
    return json_answer(await _shown(request, services))


async def rotate_inventory_address(request: Request, services: Services) -> Response:
    """Give the uploads a new address. The old address stops working."""
    await services.database.batch([inventory_files.rotate(services.clock.token(), instant(services.clock.now()))])
    return json_answer(await _shown(request, services))


async def change_inventory_columns(request: Request, services: Services) -> Response:
    """Say which field each column is, for every later file with the same headings. `headingsId` is from a file in the list."""
    columns = (await read_json(request, ColumnsChange)).columns
    wanted = request.params["headingsId"]
    file = next((each for each in await inventory_files.latest(services.database) if each["headingsId"] == wanted), None)
    if file is None:
        raise NotFound("No recent file has these column headings.")
    if unknown := sorted(set(columns) - set(file["headings"])):
        raise Invalid("There is no such column.", errors=[FieldError("columns", f"There is no column {unknown[0][:60]!r}.")])
    await services.database.batch([csv_columns.keep(wanted, columns, instant(services.clock.now()))])
    return json_answer(await _shown(request, services))


async def put_inventory_file(request: Request, services: Services) -> Response:
    """Send an export of the whole inventory, which starts a run: see `POST`."""
    return await post_inventory_file(request, services)


async def post_inventory_file(request: Request, services: Services) -> Response:
    """Take an export of the whole inventory and start a run that reads it: pages, rejected records and removals as in any pull.

    The body is the CSV file itself, or a form with that one file. While another run is going the file waits for its turn. A file
    that is being read, or waits, is not taken twice: the response names its run.
    """
    if not await inventory_files.opens(services.database, request.params["token"]):
        raise NotFound("There is nothing at this address.")
    await rate_limit.spend(services, rate_limit.FILES)
    if await inventory_files.waiting(services.database) >= MOST_WAITING:
        raise TooManyRequests("Too many files are waiting to be read. Send this one again later.", headers={"retry-after": "300"})
    staging = Staging(services)
    try:
        async with aclosing(file_parts(request, MAX_BYTES)) as parts:
            async for part in parts:
                await staging.take(part)
        file = await staging.finish()
    except UnreadableSheet as fault:
        raise Invalid(str(fault), code="bad-csv") from fault
    except Problem:
        await staging.drop()
        raise
    run_id = await inventory_files.reading(services.database, file.digest)
    if run_id is None:
        run_id = await start_file_run(as_author(services, DMS), file)
    else:
        await staging.drop()
    return json_answer({"runId": run_id}, 202, {"location": f"/api/integrations/runs/{run_id}"})


async def _shown(request: Request, services: Services) -> dict[str, object]:
    address = await inventory_files.address(services.database) or {"token": "", "created_at": None}
    files = [_shown_file(file) for file in await inventory_files.latest(services.database)]
    url = f"{public_base(request, services)}/api/inventory-files/{address['token']}"
    return {"url": url, "createdAt": address["created_at"], "files": files}


def _shown_file(file: dict[str, Any]) -> dict[str, object]:
    headings, chosen = file.pop("headings"), file.pop("chosen")
    program, columns = columns_of(headings, chosen)
    return {**file, "program": program, "columns": [column._asdict() for column in columns if column.heading]}
