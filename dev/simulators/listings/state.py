"""What a simulated listing site shows, and how it behaves."""

import time
from typing import Any

from simulators.listings.knobs import Knobs
from simulators.listings.shapes import Shape


class State:
    """One site's listings, `listings` by VIN; `history` is every change of them, oldest first."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.name = shape.name
        self.reset()

    def reset(self) -> None:
        """Nothing listed, no knobs, no history."""
        self.knobs = Knobs()
        self.listings: dict[str, dict[str, Any]] = {}
        self.history: list[dict[str, Any]] = []
        self.removed_at: dict[str, tuple[float, dict[str, Any]]] = {}
        self._count = 0

    def show(self, vin: str, listing: dict[str, Any]) -> dict[str, Any]:
        """Put a listing up; it keeps the id it had."""
        known = self.listings.get(vin)
        if known is None:
            self._count += 1
        self.listings[vin] = {"id": known["id"] if known else f"{self.name}-{self._count:06d}", **listing}
        self._note("put", vin, listing.get(self.shape.price))
        return self.listings[vin]

    def hide(self, vin: str) -> None:
        """Take a listing down."""
        self.removed_at[vin] = (time.monotonic(), self.listings.pop(vin))
        self._note("removed", vin, None)

    def _note(self, what: str, vin: str, price: float | None) -> None:
        self.history.append({"what": what, "vin": vin, "price": price, "at": time.time()})
