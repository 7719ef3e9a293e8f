"""One id from the request at the edge to the call at the partner, by way of the queue, and in every log line between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.typed import entry
from carlot import app, log, trace
from carlot.platform.ports import Delivery, HttpResponse
from support.lot import Lot, answer

SITES: dict[str, str | None] = {"CARGURUS_API_URL": "http://cargurus.test", "CARGURUS_API_KEY": "k"}


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """Every log line."""
    found: list[dict[str, object]] = []
    log.sinks.append(lambda level, fields: found.append(fields))
    yield found
    log.sinks.pop()


class Listening:
    """A network that notes the request ids that calls carry."""

    def __init__(self) -> None:
        self.ids: list[str | None] = []

    async def request(self, method: str, url: str, headers: dict[str, str], body: Any, **limits: Any) -> HttpResponse:
        self.ids.append(headers.get("x-request-id"))
        return HttpResponse(200, {}, b'{"id": "1"}')


async def published(lot: Lot) -> str:
    """A car on the lot that goes to one site; its id."""
    lot.env = {**lot.env, **SITES}
    return str(answer(await lot.call("POST", "/api/vehicles", entry(1, publishToThirdParty=True)))["id"])


async def test_the_partner_hears_whose_request_it_is(lot: Lot, lines: list[dict[str, object]]) -> None:
    network = Listening()
    lot.http = network  # type: ignore[assignment]
    await published(lot)
    assert '"request": "req-1"' in lot.queue.messages[0][0] or '"request":"req-1"' in lot.queue.messages[0][0]
    trace.begin("")
    await lot.deliver()
    assert network.ids == ["req-1"]
    assert {line["request"] for line in lines if line["event"] in ("request", "task")} == {"req-1"}


async def test_a_wake_up_of_the_sweep_is_for_nobody_in_particular(lot: Lot, lines: list[dict[str, object]]) -> None:
    network = Listening()
    lot.http = network  # type: ignore[assignment]
    await published(lot)
    lot.queue.messages.clear()
    lot.clock.forward(60)
    await lot.tick()
    lines.clear()
    await lot.deliver()
    assert network.ids == [None]
    assert [line for line in lines if line["event"] == "task" and "request" in line] == []


async def test_tasks_of_one_delivery_keep_their_own(lot: Lot) -> None:
    network = Listening()
    lot.http = network  # type: ignore[assignment]
    await published(lot)
    await lot.call("POST", "/api/vehicles", entry(2, publishToThirdParty=True))
    bodies = [body.replace("req-1", f"req-{number}") for number, (body, _) in enumerate(lot.queue.messages)]
    lot.queue.messages.clear()
    await app.handle_delivery([Delivery(f"m{number}", body, 1) for number, body in enumerate(bodies)], lot.services)
    assert sorted(map(str, network.ids)) == ["req-0", "req-1"]


def test_an_id_of_any_length_fits_a_message() -> None:
    trace.begin("x" * 10_000)
    assert len(trace.current()) == trace.MAX_LENGTH
    trace.begin("")
