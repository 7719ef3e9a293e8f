"""Simulated Wayne Reeves DMS.

- `lot`       the vehicles and sales it holds, in served form
- `state`     its lot, its sales and its knobs
- `partner`   its API as CarLot Manager calls it
- `controls`  the endpoints under `/_sim/wayne-reeves`
- `webhooks`  signed events as it would send them
- `files`     reads a lot from CSV or JSON

ASSUMED: Wayne Reeves publishes no API. The formats are those that CarLot Manager documents.
"""

from simulators.wayne_reeves.partner import WayneReeves

__all__ = ["WayneReeves"]
