"""The tokens: refreshed ahead of their end by one at a time, stored before they are used, given up only when Intuit says so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from carlot.domain.backoff import OUTBOUND
from carlot.engine.outcome import LOOK_S
from carlot.errors import AuthExpired, NeedsDealer, Retryable, Throttled
from carlot.partners.quickbooks import tokens
from carlot.store import oauth_tokens
from support.books import BooksWorld
from support.lot import answer
from support.perils import Killed, Perils
from support.simulated import BOOKS

HOUR = 3600
TOKEN_PATH = "/oauth2/v1/tokens/bearer"


async def connected() -> BooksWorld:
    world = BooksWorld()
    await world.connect()
    return world


def refreshes(world: BooksWorld) -> int:
    return world.network.books.tokens.counts["refreshes"]


def kept(world: BooksWorld) -> dict[str, Any]:
    (row,) = world.database.query("SELECT * FROM oauth_tokens")
    return row


def refusal(world: BooksWorld) -> str | None:
    """Why QuickBooks as a whole takes no calls."""
    rows = world.database.query("SELECT blocked_reason FROM partners WHERE target = 'quickbooks'")
    return rows[0]["blocked_reason"] if rows else None


async def shown(world: BooksWorld) -> str:
    """QuickBooks' state on the status page."""
    return str(answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]["status"])


async def token(world: BooksWorld) -> str:
    return await tokens.access_token(world.services)


def token_faults(world: BooksWorld, *script: dict[str, Any]) -> None:
    world.network.faults(BOOKS, script=[{**rule, "path": TOKEN_PATH} for rule in script])


async def test_a_fresh_token_is_used_as_it_is() -> None:
    world = await connected()
    assert await token(world) == await token(world)
    world.clock.forward(HOUR - 301)
    await token(world)
    assert refreshes(world) == 0


@pytest.mark.parametrize("rotation", ["strict", "graceful", "daily"])
async def test_it_is_refreshed_ahead_of_its_end_for_months(rotation: str) -> None:
    world = await connected()
    world.knobs(rotation=rotation)
    first = kept(world)["generation"]
    seen = set()
    for _ in range(60):
        world.clock.forward(2 * 86400)
        seen.add(await token(world))
    assert (len(seen), refreshes(world)) == (60, 60)
    assert kept(world)["generation"] == first + 60


async def test_two_hundred_at_once_are_one_refresh() -> None:
    world = await connected()
    world.clock.forward(HOUR)
    results = await asyncio.gather(*(token(world) for _ in range(200)), return_exceptions=True)
    assert refreshes(world) == 1
    assert world.network.books.tokens.most_refreshing == 1
    good = {result for result in results if isinstance(result, str)}
    assert len(good) == 1
    assert all(isinstance(result, (str, Throttled)) for result in results)
    world.clock.forward(3)
    assert {await token(world)} == good


async def test_the_mirror_shows_the_pair_sealed_with_its_end_and_generation() -> None:
    world = await connected()
    world.clock.forward(HOUR)
    await token(world)
    row = kept(world)
    for name in ("access", "refresh"):
        text = world.key_value.texts[f"quickbooks_{name}_token"]
        assert f'"expires_at":"{row[f"{name}_expires_at"]}"' in text
        assert f'"generation":{row["generation"]}' in text
        assert row[f"{name}_token_sealed"] in text


async def test_the_new_pair_is_stored_before_it_is_used() -> None:
    """With strict rotation the old refresh token is void at once: a pair that is lost is a connection that is lost."""
    world = await connected()
    world.knobs(rotation="strict")
    world.clock.forward(HOUR)
    world.restart(Perils(world.clock, locked={5: True, 6: False}))
    await token(world)
    world.restart()
    for _ in range(5):
        world.clock.forward(HOUR)
        await token(world)
    assert kept(world)["state"] == "connected"


@pytest.mark.parametrize("after_effect", [False, True])
async def test_killed_at_every_call_it_goes_on(after_effect: bool) -> None:
    for number in range(1, 30):
        world = await connected()
        world.knobs(rotation="graceful")
        world.clock.forward(HOUR)
        world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
        try:
            await token(world)
        except Killed:
            world.restart()
        else:
            return
        world.clock.forward(61)
        assert await token(world)
        assert kept(world)["state"] == "connected"
    raise AssertionError("it makes more calls than are tried")


async def test_a_revoked_connection_is_given_up_at_once_and_says_so() -> None:
    world = await connected()
    await world.pull()
    world.clock.forward(HOUR)
    for connection, _ in world.network.books.tokens._refresh.values():
        connection.revoked = True
    await world.sell("A1")
    await world.sell("A2")
    await world.work()
    assert kept(world)["state"] == "reauth_required"
    assert {task["state"] for task in world.tasks() if task["target"] == "quickbooks"} == {"blocked"}
    asked = world.network.books.tokens.counts["refreshes_refused"]
    assert asked == 1
    found = answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]
    assert (found["status"], found["authenticated"]) == ("reauth_required", False)
    assert refusal(world) == tokens.REAUTH
    await world.minutes(60)
    assert world.network.books.tokens.counts["refreshes_refused"] == asked
    await world.connect()
    await world.until_quiet()
    world.check_books()


async def test_a_refusal_looks_again_before_it_gives_up() -> None:
    """Another instance has refreshed meanwhile: its pair is there."""
    world = await connected()
    world.clock.forward(HOUR)
    world.knobs(rotation="strict")
    services = world.services
    stale = await oauth_tokens.read(world.database)
    assert stale is not None
    fresh = await token(world)
    assert await tokens._given_up(services, stale) == fresh
    assert kept(world)["state"] == "connected"


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "reset"},
        {"fault": "lost_answer"},
        {"fault": "truncate"},
        {"fault": "html"},
        *({"fault": "status", "status": status} for status in (302, 403, 404, 429, 500)),
        {"fault": "status", "status": 400, "body": {"error": "invalid_request"}},
    ],
    ids=lambda fault: str(fault.get("status", fault["fault"])),
)
async def test_trouble_at_intuit_is_no_reason_to_sign_in_again(fault: dict[str, Any]) -> None:
    world = await connected()
    world.knobs(rotation="graceful")
    world.clock.forward(HOUR)
    token_faults(world, fault)
    with pytest.raises(Retryable):
        await token(world)
    assert kept(world)["state"] == "connected"
    world.network.faults(BOOKS)
    assert await token(world)


async def test_while_no_new_token_is_to_be_had_the_old_one_is_used_to_its_end() -> None:
    world = await connected()
    old = await token(world)
    world.clock.forward(HOUR - 120)
    token_faults(world, {"fault": "status", "status": 503, "times": 2})
    assert await token(world) == old
    world.clock.forward(100)
    with pytest.raises(Retryable):
        await token(world)
    assert await token(world) != old


async def test_an_answer_that_is_lost_ends_the_connection_where_the_old_token_is_void_at_once() -> None:
    world = await connected()
    world.knobs(rotation="strict")
    world.clock.forward(HOUR)
    token_faults(world, {"fault": "lost_answer"})
    with pytest.raises(Retryable):
        await token(world)
    with pytest.raises(AuthExpired):
        await token(world)
    assert kept(world)["state"] == "reauth_required"


async def test_a_pair_with_lifetimes_that_cannot_be_read_is_kept_all_the_same() -> None:
    world = await connected()
    world.clock.forward(HOUR)
    hard = kept(world)["hard_expires_at"]
    pair = {"access_token": "new access", "expires_in": HOUR, "refresh_token": "new refresh", "token_type": "bearer"}
    odd = {"x_refresh_token_expires_in": "soon", "x_refresh_token_hard_expires_in": 0}
    token_faults(world, {"fault": "status", "status": 200, "body": {**pair, **odd}})
    assert await token(world) == "new access"
    row = kept(world)
    assert (row["hard_expires_at"], row["refresh_expires_at"][:10]) == (hard, "2025-05-14")


async def test_what_began_under_one_connection_does_nothing_to_the_next() -> None:
    world = await connected()
    before = await oauth_tokens.read(world.database)
    assert before is not None
    await world.call("POST", "/api/integrations/quickbooks/disconnect")
    world.clock.forward(2)
    await world.connect()
    row, now = kept(world), "2025-02-03T12:00:00.000Z"
    assert not await oauth_tokens.lease(world.database, before.generation, "lease", now, now)
    assert not await oauth_tokens.rotate(world.database, before.generation, before.pair, now)
    await world.database.batch([oauth_tokens.give_up(before.generation, now)])
    assert kept(world) == row


async def test_a_pair_that_arrives_after_another_gave_up_opens_quickbooks_again() -> None:
    world = await connected()
    stale = await oauth_tokens.read(world.database)
    assert stale is not None
    with pytest.raises(AuthExpired):
        await tokens._given_up(world.services, stale)
    assert await oauth_tokens.rotate(world.database, stale.generation, stale.pair, "2025-02-03T12:00:00.000Z")
    assert await token(world)


async def test_a_key_that_was_changed_is_said_in_words() -> None:
    world = await connected()
    world.env["TOKEN_ENCRYPTION_KEY"] = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    with pytest.raises(NeedsDealer, match="TOKEN_ENCRYPTION_KEY"):
        await token(world)
    await world.pull()
    await world.sell("A1")
    await world.work()
    assert await shown(world) == "reauth_required"
    message = answer(await world.call("GET", "/api/integrations/status"))["quickbooks"]["message"]
    assert "TOKEN_ENCRYPTION_KEY" in message


@pytest.mark.parametrize("key", ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "no key"])
async def test_a_key_that_was_changed_stops_no_call_and_its_return_is_noticed_within_a_minute(key: str) -> None:
    world = BooksWorld(settings={"ALERT_WEBHOOK_URL": "http://partners.test/alerts"})
    await world.connect()
    await world.pull()
    right, world.env["TOKEN_ENCRYPTION_KEY"] = world.env["TOKEN_ENCRYPTION_KEY"], key
    await world.sell("A1")
    await world.minutes(3)
    # No call was made, so QuickBooks has refused nobody; the dealer is told all the same, once.
    assert world.network.heard(partner=BOOKS) == []
    assert refusal(world) is None
    assert [text for text in world.network.alerts._texts if "TOKEN_ENCRYPTION_KEY" in text] == world.network.alerts._texts
    assert len(world.network.alerts._texts) == 1
    leases = len(world.timed.waiting), world.task(target="quickbooks", kind="invoice")["updated_at"]
    await world.minutes(60)
    assert (len(world.timed.waiting), world.task(target="quickbooks", kind="invoice")["updated_at"]) == leases
    world.env["TOKEN_ENCRYPTION_KEY"] = right
    await world.minutes(1)
    world.check_books()
    assert await shown(world) == "connected"
    await world.minutes(2)
    assert world.network.alerts._texts[-1].startswith("Resolved: ")


async def test_without_a_connection_tasks_wait_without_a_word_about_the_partner() -> None:
    world = BooksWorld(settings={"ALERT_WEBHOOK_URL": "http://partners.test/alerts"})
    await world.pull()
    await world.sell("A1")
    await world.work()
    waiting = world.task(target="quickbooks", kind="invoice")
    assert (waiting["state"], waiting["error"]) == ("blocked", "QuickBooks is not connected. Connect it under Integrations.")
    await world.minutes(60)
    assert refusal(world) is None
    assert world.task(target="quickbooks", kind="invoice")["updated_at"] == waiting["updated_at"]
    assert world.network.heard(partner=BOOKS) == []
    assert len(world.network.alerts._texts) == 1
    await world.connect()
    await world.minutes(1)
    world.check_books()


async def test_an_app_that_intuit_does_not_know_blocks_all_of_it_and_is_tried_again_now_and_then() -> None:
    world = await connected()
    await world.pull()
    world.clock.forward(HOUR)
    token_faults(world, {"fault": "status", "status": 401, "times": 3})
    await world.sell("A1")
    await world.sell("A2")
    await world.work()
    assert (refusal(world), await shown(world)) == (None, "connected")
    world.clock.forward(LOOK_S + OUTBOUND.base_s)
    await world.work()
    assert "QUICKBOOKS_CLIENT_SECRET" in str(refusal(world))
    assert await shown(world) == "reauth_required"
    asked = len(world.network.heard("POST", TOKEN_PATH, BOOKS))
    await world.minutes(14)
    assert len(world.network.heard("POST", TOKEN_PATH, BOOKS)) == asked == 2
    await world.minutes(20)
    world.check_books()
    assert (refusal(world), await shown(world)) == (None, "connected")


@pytest.mark.parametrize(
    "trouble", [{"fault": "status", "status": 503}, {"fault": "reset"}, {"fault": "html"}], ids=lambda each: each["fault"]
)
async def test_trouble_of_the_token_service_after_an_early_401_is_no_reason_to_sign_in_again(trouble: dict[str, Any]) -> None:
    """The API refuses a token before its time, and just then the token service is down for ten minutes."""
    world = await connected()
    await world.pull()
    world.network.books.tokens._access.clear()
    token_faults(world, {**trouble, "times": 1000})
    await world.sell("A1")
    for _ in range(10):
        await world.minutes(1)
        assert (refusal(world), await shown(world)) == (None, "degraded")
        assert world.task(target="quickbooks", kind="invoice")["state"] == "pending"
    world.network.faults(BOOKS)
    await world.minutes(10)
    world.check_books()
    assert (refusal(world), await shown(world)) == (None, "connected")


async def test_a_token_that_the_api_refuses_is_renewed_once() -> None:
    world = await connected()
    await world.pull()
    world.network.books.tokens._access.clear()
    await world.sell("A1")
    await world.until_quiet()
    world.check_books()
    assert refreshes(world) == 1


async def test_the_dealer_is_told_two_weeks_ahead_and_that_it_is_over() -> None:
    world = BooksWorld(settings={"ALERT_WEBHOOK_URL": "http://partners.test/alerts"})
    await world.connect()
    world.clock.forward(87 * 86400)
    await world.minutes(1)
    begun = world.database.query("SELECT text, cleared_at FROM alerts WHERE subject = 'expiring:quickbooks'")
    assert len(begun) == 1
    assert "the sign-in to QuickBooks ends on" in begun[0]["text"]
    await world.connect()
    await world.minutes(1)
    assert world.database.query("SELECT cleared_at FROM alerts WHERE subject = 'expiring:quickbooks'")[0]["cleared_at"]
