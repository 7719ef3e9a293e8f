"""What the simulated DMS knows: its lot, its sales, and how it behaves."""

from typing import Any

from simulators.wayne_reeves.knobs import Knobs
from simulators.wayne_reeves.lot import Lot
from simulators.wayne_reeves.sales import Sales


class State:
    """One lot with its sales."""

    def __init__(self, records: list[Any]) -> None:
        self._first_records = records
        self.lot = Lot()
        self.sales = Sales(self.lot)
        self.knobs = Knobs()
        self.lot.replace(records)

    def reset(self) -> None:
        """The lot of the start, no sales, no knobs."""
        self.knobs = Knobs()
        self.sales.clear()
        self.lot.replace(self._first_records)
