"""Simulated Wayne Reeves DMS.

- `lot`       its vehicles and sales, as the API returns them
- `partner`   its API as CarLot Manager calls it, its knobs, and its state
- `controls`  the endpoints under `/_sim/wayne-reeves`
- `webhooks`  signed events as it would send them
- `files`     reads a lot from CSV or JSON

ASSUMED: Wayne Reeves publishes no API. The formats are those that CarLot Manager documents.
"""

from simulators.wayne_reeves.partner import WayneReeves

__all__ = ["WayneReeves"]
