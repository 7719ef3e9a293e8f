"""Simulated listing sites: CarGurus, TrueCar and Kelley Blue Book.

- `shapes`    what each site takes: its fields, which of them it needs, where it answers
- `state`     what one site shows
- `partner`   the API of one site as CarLot Manager calls it
- `controls`  the endpoints under `/_sim/<site>`
- `knobs`     the ways in which a site can misbehave

ASSUMED: no site publishes its API. The formats are those that CarLot Manager documents.
"""

from simulators.listings.partner import ListingSite
from simulators.listings.shapes import CARGURUS, KBB, TRUECAR

__all__ = ["CARGURUS", "KBB", "TRUECAR", "ListingSite"]
