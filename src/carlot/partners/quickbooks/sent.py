"""What was sent to the books before: where, whether it may still be on its way, and whether it is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from carlot.domain.times import parse_instant
from carlot.errors import Permanent, Throttled
from carlot.partners.quickbooks import client
from carlot.partners.quickbooks.client import Company
from carlot.partners.quickbooks.documents import is_ours
from carlot.partners.quickbooks.mapping import Entity
from carlot.platform.ports import Row

UNDER_WAY_S = 60.0
"""How long a document that was sent may still be on its way: a call is waited for a third of it."""

HOLD_S = 120.0
"""How long a lease is held for one call, in the course of which the token may have to be renewed."""


def is_elsewhere(row: Row, realm_id: str) -> bool:
    """Whether a sale or service record was sent to another company than this one."""
    return row["books_realm_id"] not in (None, realm_id)


def check_arrived(row: Row, now: datetime, under_way_s: float = UNDER_WAY_S) -> None:
    """Raises: `Throttled` while what was sent may still be on its way."""
    left = (parse_instant(row["books_tried_at"]) - now).total_seconds() + under_way_s
    if left > 0:
        raise Throttled("CarLot Manager checks in a moment whether it arrived.", left)


async def look_up_all(company: Company, entity: str, rows: Sequence[Row]) -> dict[str, Entity | Permanent | None]:
    """What the books have under our numbers, by the ids of the rows: our document, `None`, or why another one is in its way.

    Raises: as `client.find_numbers`.
    """
    found = await client.find_numbers(company, entity, [str(row["doc_number"]) for row in rows])
    return {str(row["id"]): _ours(entity, row, found) for row in rows}


async def look_up(company: Company, entity: str, row: Row) -> Entity | None:
    """The document in the books that has our number. Raises: `Permanent` when it is somebody else's; as `client.find_numbers`."""
    there = _ours(entity, row, await client.find_numbers(company, entity, [str(row["doc_number"])]))
    if isinstance(there, Permanent):
        raise there
    return there


def _ours(entity: str, row: Row, found: Sequence[Entity]) -> Entity | Permanent | None:
    numbered = [each for each in found if (each.number or "").casefold() == str(row["doc_number"]).casefold()]
    ours = [each for each in numbered if is_ours(each, row)]
    # Where numbers may repeat, one that was voided may stand beside one that counts.
    ours.sort(key=lambda each: each.is_void)
    if numbered and not ours:
        number = row["doc_number"]
        return Permanent(f"QuickBooks has another {entity.lower()} with the number {number}. Give that one another number.")
    return ours[0] if ours else None
