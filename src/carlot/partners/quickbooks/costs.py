"""The cost of cars in the books: which journal entries there are to be, as cars, work and sales are now.

A car is in the inventory at its cost and leaves it for the cost of sales when it is sold. `store.journals` says which entries
that takes; each is one document of its own, posted and taken back as invoices and expenses are (`post`).
Source: the field's practice: Ford's dealer accounting manual, account 1360 "Inventory - Used" (the purchase and reconditioning go
into it, the sale takes the cost out of it); Intuit's community, "Cost of Goods accounting for used car dealership".
"""

from __future__ import annotations

from carlot.domain.deadlines import DOCUMENT_POSTED
from carlot.domain.times import instant
from carlot.engine.enqueue import commit
from carlot.platform.ports import Services, Statement
from carlot.store import journals
from carlot.store.tasks import Lease, Outcome


async def follow_car(services: Services, lease: Lease) -> Outcome:
    """Make the journal entries of one car what they are to be; each that is new or no longer wanted is a task of its own."""
    if not services.settings.keeps_costs:
        return Outcome(summary="The accounts for the cost of cars are not set.")
    now = services.clock.now()
    writes, enqueued = journals.follow([lease.subject_id], instant(now), instant(now + DOCUMENT_POSTED))
    return Outcome(tuple(writes), "The journal entries are up to date.", enqueue=(enqueued,))


def wanted_costs(services: Services) -> list[Statement]:
    """The statement that wants every car looked at whose entries are not what they are to be; none when costs are not kept."""
    return [journals.enqueue_costs(instant(services.clock.now()))] if services.settings.keeps_costs else []


async def follow_all(services: Services) -> None:
    """Every hour: cars that the DMS or a file has brought or changed."""
    if services.settings.configured("quickbooks") and services.settings.keeps_costs:
        await commit(services, [], wanted_costs(services))
