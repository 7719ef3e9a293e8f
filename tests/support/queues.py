"""A queue that a test delivers from as Cloudflare does: at least once, in no order, and after so many failures no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carlot.errors import QueueUnavailable
from carlot.platform.ports import Delivery, QueueMetrics, Value, Verdict
from support.platform import MAX_MESSAGE_BYTES, FixedClock, MemoryQueue

MAX_RETRIES = 5
RETRY_DELAY_S = 30.0
"""As wrangler.jsonc has them."""


@dataclass
class Waiting:
    """A message that waits for its time."""

    id: str
    body: str
    due: datetime
    attempts: int = 0


class TimedQueue(MemoryQueue):
    """Messages with the time from which they are delivered. Those that failed too often are in `dead_letters`."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.waiting: list[Waiting] = []
        self.dead_letters: list[Waiting] = []
        self._clock = clock
        self._count = 0

    async def send(self, messages: Sequence[dict[str, Value]], delay_s: int = 0) -> None:
        if self.broken:
            raise QueueUnavailable("the queue is away")
        assert 0 <= delay_s <= 12 * 3600
        for message in messages:
            body = json.dumps(message)
            assert len(body.encode()) <= MAX_MESSAGE_BYTES
            self.put(body, delay_s)

    async def metrics(self) -> QueueMetrics:
        due = self.due()
        return QueueMetrics(len(due), min((message.due for message in due), default=None))

    def put(self, body: str, delay_s: float = 0) -> Waiting:
        """A message, whoever sent it."""
        self._count += 1
        message = Waiting(f"m{self._count}", body, self._clock.now() + timedelta(seconds=delay_s))
        self.waiting.append(message)
        return message

    def due(self) -> list[Waiting]:
        """The messages whose time has come, in the order they were sent."""
        return [message for message in self.waiting if message.due <= self._clock.now()]

    def deliver(self, messages: Sequence[Waiting]) -> list[Delivery]:
        """Messages as the consumer gets them. They stay until a verdict, or until the consumer is known to have died."""
        for message in messages:
            message.attempts += 1
        return [Delivery(message.id, message.body, message.attempts) for message in messages]

    def judge(self, messages: Sequence[Waiting], verdicts: Sequence[Verdict] | None) -> None:
        """What the consumer said of each message; `None`: it died."""
        said = {verdict.delivery_id: verdict.retry_after_s for verdict in verdicts or ()}
        for message in messages:
            again_s = RETRY_DELAY_S if verdicts is None else said[message.id]
            if again_s is not None and message.attempts <= MAX_RETRIES:
                message.due = self._clock.now() + timedelta(seconds=again_s)
                continue
            if message in self.waiting:
                self.waiting.remove(message)
            if again_s is not None:
                self.dead_letters.append(message)
