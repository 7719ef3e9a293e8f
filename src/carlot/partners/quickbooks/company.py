"""The company whose books are kept, opened with a token that is good for a while."""

from __future__ import annotations

from collections.abc import Awaitable

from carlot.errors import LeaseLost, PartnerError, Throttled
from carlot.partners.quickbooks import tokens
from carlot.partners.quickbooks.client import Company
from carlot.platform.ports import Services
from carlot.store.tasks import Outcome


async def open_company(services: Services) -> Company:
    """The company's books, with a token that opens them. Raises: as `tokens.access_token`."""

    async def renew(refused: str) -> str:
        return await tokens.renew(services, refused)

    token = await tokens.access_token(services)
    return Company(services.http, services.settings, services.clock, token, renew)


async def outcome_of(work: Awaitable[Outcome]) -> Outcome | Exception:
    """What one document came to; its failure is its own."""
    try:
        return await work
    except PartnerError as failure:
        return failure
    except LeaseLost:
        return Throttled("It is being handled elsewhere.", 1.0)
