"""The Worker's three ways in. Every public method of `Default` can be called from outside, so these three are all it has."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from workers import WorkerEntrypoint

from carlot.app import handle_delivery, handle_request, handle_tick
from carlot.partners.registry import PARTNERS
from carlot.platform import cloudflare
from carlot.platform.ports import Services

cloudflare.start_logging()


@cache
def services() -> Services:
    """Everything the program may use. An isolate's environment never changes, so it is read once."""
    return cloudflare.services(PARTNERS)


class Default(WorkerEntrypoint):
    """CarLot Manager."""

    async def fetch(self, request: Any) -> Any:
        """Answer a request."""
        incoming = await cloudflare.read_request(request, self.ctx)
        response = await handle_request(incoming, services())
        await cloudflare.leave_body(request)
        return cloudflare.write_response(response)

    async def queue(self, batch: Any, env: Any, ctx: Any) -> None:
        """Work off a batch of messages."""
        messages = {str(message.id): message for message in batch.messages}
        deliveries = [cloudflare.read_delivery(message) for message in messages.values()]
        dead = str(batch.queue).endswith("-dlq")
        for verdict in await handle_delivery(deliveries, services(), dead_letters=dead):
            if verdict.retry_after_s is None:
                messages[verdict.delivery_id].ack()
            else:
                messages[verdict.delivery_id].retry(delaySeconds=verdict.retry_after_s)

    async def scheduled(self, controller: Any, env: Any, ctx: Any) -> None:
        """Do what a cron is for."""
        at = datetime.fromtimestamp(controller.scheduledTime / 1000, UTC)
        await handle_tick(str(controller.cron), at, services())
