"""Which vehicle a row of a CSV file is about: its VIN first, then its stock number, as everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import from_json

from carlot.domain.identity import ON_LOT, Candidate, Told, is_correction
from carlot.store.vehicles_bulk import Found


def whose(found: Found, values: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the vehicle of a row (`None`: a new one), and another on the lot whose stock number the row takes (`None`: nobody).

    A row under the stock number of another VIN corrects that VIN, where make, model and year agree and it is nearly the same;
    otherwise it is another car, which has the number from now on.
    """
    before = found.before()
    holder: dict[str, Any] | None = None if found.holder is None else from_json(found.holder)
    if holder is None or (values.get("status") or (before or holder)["status"]) not in ON_LOT:
        return before, None
    if before is None and is_correction(_told(values, holder), _candidate(holder)):
        return holder, None
    return before, holder


def keepers(rows: Iterable[tuple[Found, Mapping[str, Any]]]) -> set[str]:
    """Return the ids of the vehicles whose own rows repeat their stock numbers: any other row with one of those is mistaken."""
    befores = ((found.before(), values) for found, values in rows)
    return {
        before["id"]
        for before, values in befores
        if before and before["stockNumber"] and before["stockNumber"] == values.get("stockNumber")
    }


def _told(values: Mapping[str, Any], holder: Mapping[str, Any]) -> Told:
    """What a row tells of its car; what it leaves out does not differ."""
    return Told(
        number=values.get("stockNumber") or "",
        vin=values.get("vin") or "",
        make=values.get("make") or holder["make"],
        model=values.get("model") or holder["model"],
        year=values.get("year") or holder["year"],
        sold=False,
    )


def _candidate(holder: Mapping[str, Any]) -> Candidate:
    return Candidate(
        id=holder["id"],
        vin=holder["vin"] or "",
        dms_vin=None,
        number=holder["externalDmsId"],
        stock_number=holder["stockNumber"],
        status=holder["status"],
        make=holder["make"],
        model=holder["model"],
        year=holder["year"],
        vin_valid=holder["vinValid"],
        acquired=holder["purchaseDate"],
        sold_on=None,
        untold=0,
        seen=0,
    )
