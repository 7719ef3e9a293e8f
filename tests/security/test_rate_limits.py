"""What may not be asked for without end: signing in, pulls, publications. 429 says when to try again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.typed import entry
from carlot.partners.registry import QUICKBOOKS
from carlot.web.rate_limit import PUBLISH, SIGN_IN, SYNC, Limit
from support.lot import TOKEN, Lot, answer

HERE = {"cf-connecting-ip": "203.0.113.9"}
SYNC_PATH = "/api/integrations/wayne-reeves/sync"
BOOKS_PATH = "/api/integrations/quickbooks/sync"
BOOKS = dict.fromkeys(QUICKBOOKS.needs, "x")
PUBLISH_PATH = "/api/integrations/listings/publish"


async def sign_in(lot: Lot, token: str, headers: dict[str, str]) -> int:
    """The status of POST /api/session."""
    return (await lot.call("POST", "/api/session", {"token": token}, headers, signed_in=False)).status


async def use_up(lot: Lot, headers: dict[str, str]) -> None:
    """As many wrong tokens as are looked at."""
    assert [await sign_in(lot, f"guess {number}", headers) for number in range(SIGN_IN.most)] == [401] * SIGN_IN.most


async def test_after_ten_wrong_tokens_none_is_looked_at(lot: Lot) -> None:
    await use_up(lot, HERE)
    refused = await lot.call("POST", "/api/session", {"token": TOKEN}, HERE, signed_in=False)
    assert (refused.status, answer(refused)["code"], refused.headers["retry-after"]) == (429, "too-many-requests", "300")
    lot.clock.forward(299.5)
    refused = await lot.call("POST", "/api/session", {"token": TOKEN}, HERE, signed_in=False)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    lot.clock.forward(0.5)
    assert await sign_in(lot, TOKEN, HERE) == 204


async def test_what_is_refused_is_written_nowhere(lot: Lot) -> None:
    await use_up(lot, HERE)
    before = lot.database.query("SELECT * FROM rate_limits")
    changes = lot.database.connection.total_changes
    for number in range(5):
        assert await sign_in(lot, f"guess {number}", HERE) == 429
    assert lot.database.query("SELECT * FROM rate_limits") == before
    assert lot.database.connection.total_changes == changes


async def test_guesses_at_the_same_time_count_too(lot: Lot) -> None:
    found = await asyncio.gather(*(sign_in(lot, f"guess {number}", HERE) for number in range(30)))
    assert (found.count(401), found.count(429)) == (SIGN_IN.most, 30 - SIGN_IN.most)


async def test_the_right_token_begins_anew(lot: Lot) -> None:
    for _ in range(3):
        for number in range(SIGN_IN.most - 1):
            assert await sign_in(lot, f"guess {number}", HERE) == 401
        assert await sign_in(lot, TOKEN, HERE) == 204


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False),
        ("203.0.113.9", "203.0.113.9", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "no address", True),
    ],
)
async def test_each_address_is_counted_by_itself(lot: Lot, one: str, other: str, same: bool) -> None:
    await use_up(lot, {"cf-connecting-ip": one})
    assert await sign_in(lot, "guess", {"cf-connecting-ip": other}) == (429 if same else 401)


async def test_what_a_caller_says_of_himself_does_not_count(lot: Lot) -> None:
    await use_up(lot, HERE)
    for name in ("x-forwarded-for", "x-real-ip", "forwarded", "true-client-ip"):
        assert await sign_in(lot, "guess", {**HERE, name: "198.51.100.1"}) == 429


async def test_a_session_and_a_bearer_token_outlive_the_guesses_of_others(lot: Lot) -> None:
    begun = await lot.call("POST", "/api/session", {"token": TOKEN}, HERE, signed_in=False)
    await use_up(lot, HERE)
    cookie = {**HERE, "cookie": begun.headers["set-cookie"].partition(";")[0]}
    assert (await lot.call("GET", "/api/vehicles", headers=cookie, signed_in=False)).status == 200
    assert (await lot.call("GET", "/api/vehicles", headers=HERE)).status == 200


async def test_a_wrong_bearer_token_costs_no_call_to_the_database(lot: Lot) -> None:
    for number in range(50):
        wrong = {**HERE, "authorization": f"Bearer guess {number}"}
        assert (await lot.call("GET", "/api/vehicles", headers=wrong, signed_in=False)).status == 401
    assert lot.database.statements == 0


async def published(lot: Lot) -> dict[str, Any]:
    """A body that publishes a car on the lot."""
    created = await lot.call("POST", "/api/vehicles", entry(1, publishToThirdParty=True))
    return {"vehicleId": answer(created)["id"]}


@pytest.mark.parametrize(("limit", "path"), [(SYNC, SYNC_PATH), (SYNC, BOOKS_PATH), (PUBLISH, PUBLISH_PATH)])
async def test_what_starts_work_is_limited_for_all_together(lot: Lot, limit: Limit, path: str) -> None:
    lot.env = {**lot.env, **BOOKS}
    body = await published(lot) if path == PUBLISH_PATH else None
    callers = [{"cf-connecting-ip": f"203.0.113.{number % 250}"} for number in range(limit.most)]
    assert {(await lot.call("POST", path, body, caller)).status for caller in callers} == {202}
    waiting = len(lot.queue.messages)
    refused = await lot.call("POST", path, body)
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert len(lot.queue.messages) == waiting
    lot.clock.forward(60)
    assert (await lot.call("POST", path, body)).status == 202


async def test_counts_that_are_over_are_forgotten(lot: Lot) -> None:
    await use_up(lot, HERE)
    await lot.tick()
    assert len(lot.database.query("SELECT * FROM rate_limits")) == 1
    lot.clock.forward(300)
    await lot.tick()
    assert lot.database.query("SELECT * FROM rate_limits") == []
