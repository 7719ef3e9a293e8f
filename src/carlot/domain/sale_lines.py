"""What stands on a sale besides the car: fees, tax, a trade-in, a deposit, a discount; the total is the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_core import to_json

from carlot.domain.api_model import OptionalLine, WireModel, one_of
from carlot.domain.money import SignedDollars, cents

NEEDS_TAX_CODE = "A company outside the United States needs a tax code on each line: set QUICKBOOKS_TAX_CODE to the name of one"
CONNECT_WITH_TAX_CODE = f"{NEEDS_TAX_CODE}, then connect."

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class LineKind:
    """One kind of line: the words for it, the setting that names its item in QuickBooks, and whether it takes money off."""

    words: str
    setting: str
    takes_off: bool


LINE_KINDS: Mapping[str, LineKind] = {
    "fee": LineKind("Fee", "QUICKBOOKS_FEE_ITEM", takes_off=False),
    "tax": LineKind("Sales tax", "QUICKBOOKS_TAX_ITEM", takes_off=False),
    "tradeIn": LineKind("Trade-in allowance", "QUICKBOOKS_TRADE_IN_ITEM", takes_off=True),
    "deposit": LineKind("Deposit already taken", "QUICKBOOKS_DEPOSIT_ITEM", takes_off=True),
    "discount": LineKind("Discount", "QUICKBOOKS_DISCOUNT_ITEM", takes_off=True),
}
"""By their names in the API."""


class SaleLine(WireModel):
    """A line of a sale. `amount` is dollars; that of a trade-in, a deposit or a discount is below zero, however it is written."""

    kind: Annotated[Literal["fee", "tax", "tradeIn", "deposit", "discount"], one_of(*LINE_KINDS)]
    description: OptionalLine | None = None
    amount: SignedDollars


SaleLines = Annotated[list[SaleLine], Field(max_length=MOST_LINES)]
"""The lines of a sale, in the order of its invoice."""


def line_faults(lines: Sequence[SaleLine], price: Decimal) -> list[tuple[str, str]]:
    """What is wrong with the lines of a sale of a car for `price`, as (field, message)."""
    faults = [
        (f"lines.{number}.amount", f"The amount of a {LINE_KINDS[line.kind].words.lower()} is below zero.")
        for number, line in enumerate(lines)
        if line.amount < 0 and not LINE_KINDS[line.kind].takes_off
    ]
    if not faults and cents(price) + sum(_cents(line) for line in lines) < 0:
        # QuickBooks refuses an invoice below zero.
        faults.append(("lines", "The lines take off more than the customer pays."))
    return faults


def stored_lines(lines: Sequence[SaleLine]) -> str:
    """The lines as the sales table keeps them, amounts in signed cents."""
    return to_json(
        [
            {
                "kind": line.kind,
                "description": line.description or LINE_KINDS[line.kind].words,
                "amount_cents": _cents(line),
            }
            for line in lines
        ]
    ).decode()


def _cents(line: SaleLine) -> int:
    amount_cents = cents(line.amount)
    return -abs(amount_cents) if LINE_KINDS[line.kind].takes_off else amount_cents


def line_setting(line: Mapping[str, Any]) -> str:
    """The setting that names the item of a line."""
    return LINE_KINDS[str(line["kind"])].setting
