"""Where the pages of an inventory come from: the one thing that differs between the DMS's API and a file of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from carlot.partners.wayne_reeves.pages import Before, InventoryPage


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that is here but not read yet.

    The same fingerprint as in an earlier run means the same page, and what it leads to. `read` may leave out what is as it was
    before, where that is told.
    """

    fingerprint: str
    read: Callable[[Before | None], InventoryPage]


class Source(Protocol):
    """A source of pages. `counts`: it says how many records there are, so that a run knows whether it saw all of them."""

    counts: bool

    async def fetch(self, cursor: str | None) -> Fetched:
        """The page behind a cursor that an earlier page gave; `None` is the first.

        Raises: `Retryable`, `Permanent`, `AuthExpired`; so does `Fetched.read`.
        """
        ...
