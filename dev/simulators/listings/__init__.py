"""Simulated listing sites: CarGurus, TrueCar and Kelley Blue Book.

- `shapes`    the request format of each site: its fields, the required ones, its paths
- `partner`   the API of one site as CarLot Manager calls it, and its state
- `controls`  the endpoints under `/_sim/<site>`
- `knobs`     the ways in which a site can misbehave

ASSUMED: no site publishes its API. The formats are those that CarLot Manager documents.
"""

from simulators.listings.partner import ListingSite
from simulators.listings.shapes import CARGURUS, KBB, TRUECAR

__all__ = ["CARGURUS", "KBB", "TRUECAR", "ListingSite"]
