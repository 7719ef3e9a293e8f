"""Posting to QuickBooks. Documents wait, blocked and counted, until the company is connected."""

from __future__ import annotations

from carlot.errors import AuthExpired
from carlot.ports import Services
from carlot.store import oauth_tokens
from carlot.store.tasks import Done, Lease


async def post_document(services: Services, lease: Lease) -> Done:
    """Post a sale or a service record.

    Raises: `AuthExpired`: no company is connected.
    """
    state = await oauth_tokens.state(services.database)
    raise AuthExpired("QuickBooks is not connected." if state is None else "QuickBooks wants you to sign in again.")
