"""What every webhook must pass: only what is genuine, fresh and new has an effect, once; and what was answered 200 is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from carlot.platform.ports import Response
from support.lot import answer
from support.perils import Killed, Perils
from support.signing import with_type
from support.world import World
from webhooks.cases import CASES, OTHER, SECRET, WebhookCase

TOLERANCE_S = 300


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> WebhookCase:
    found: WebhookCase = request.param
    return found


@pytest.fixture
def world(case: WebhookCase) -> World:
    return case.world()


async def post(case: WebhookCase, world: World, body: bytes, headers: Mapping[str, str]) -> Response:
    return await world.call("POST", case.path, body, with_type(headers), signed_in=False)


async def send(
    case: WebhookCase, world: World, body: bytes, *, secret: str = SECRET, late_s: float = 0, message_id: str = "msg_1"
) -> Response:
    """Send a body as its sender does, signed some seconds ago."""
    world.clock.forward(-late_s)
    headers = case.sign(body, secret, world.clock.now(), message_id)
    world.clock.forward(late_s)
    return await post(case, world, body, headers)


def kept(world: World) -> list[dict[str, object]]:
    return world.database.query("SELECT event_key, type, state FROM webhook_events ORDER BY received_at, rowid")


def refused(world: World, response: Response) -> bool:
    """401 in the documented words, and nothing is stored."""
    problem = answer(response)
    return (response.status, problem["code"], problem["detail"], kept(world)) == (
        401,
        "invalid-signature",
        "Invalid signature",
        [],
    )


def flipped(content: bytes) -> Iterator[bytes]:
    """The content with each of its bits altered in turn."""
    for place in range(len(content)):
        for bit in range(8):
            yield content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


class TestGenuine:
    async def test_it_is_kept_answered_and_takes_effect(self, case: WebhookCase, world: World) -> None:
        response = await send(case, world, case.event(1))
        assert (response.status, answer(response)["received"]) == (200, True)
        assert [event["state"] for event in kept(world)] == ["applied" if case.becomes_tasks else "stored"]
        await world.work()
        assert [event["state"] for event in kept(world)] == ["applied"]
        assert case.effects(world) == 1

    async def test_no_partner_is_called_and_no_work_is_done_before_the_answer(self, case: WebhookCase, world: World) -> None:
        await send(case, world, case.event(1))
        assert world.perils.names == ["database.batch", "queue.send"]
        assert case.effects(world) == 0

    async def test_many_events_are_many_effects(self, case: WebhookCase, world: World) -> None:
        for number in range(1, 31):
            assert (await send(case, world, case.event(number), message_id=f"msg_{number}")).status == 200
        await world.work()
        assert case.effects(world) == 30

    async def test_nobody_has_to_sign_in_and_a_sign_in_is_no_signature(self, case: WebhookCase, world: World) -> None:
        response = await world.call("POST", case.path, case.event(1), with_type({}), signed_in=True)
        assert refused(world, response)

    async def test_only_by_post(self, case: WebhookCase, world: World) -> None:
        assert (await world.call("GET", case.path)).status == 405


class TestForged:
    async def test_a_request_without_a_signature_is_refused(self, case: WebhookCase, world: World) -> None:
        assert refused(world, await post(case, world, case.event(1), {}))

    async def test_one_header_is_missing(self, case: WebhookCase, world: World) -> None:
        headers = case.sign(case.event(1), SECRET, world.clock.now(), "msg_1")
        for name in headers:
            without = {other: value for other, value in headers.items() if other != name}
            assert refused(world, await post(case, world, case.event(1), without)), name

    async def test_one_header_is_empty(self, case: WebhookCase, world: World) -> None:
        headers = case.sign(case.event(1), SECRET, world.clock.now(), "msg_1")
        for name in headers:
            assert refused(world, await post(case, world, case.event(1), {**headers, name: ""})), name

    async def test_a_signature_by_another_secret_is_refused(self, case: WebhookCase, world: World) -> None:
        assert refused(world, await send(case, world, case.event(1), secret=OTHER))

    async def test_the_signature_of_another_body(self, case: WebhookCase, world: World) -> None:
        headers = case.sign(case.event(1), SECRET, world.clock.now(), "msg_1")
        assert refused(world, await post(case, world, case.event(2), headers))

    async def test_each_bit_of_the_body(self, case: WebhookCase, world: World) -> None:
        body = case.event(1)
        headers = case.sign(body, SECRET, world.clock.now(), "msg_1")
        for altered in flipped(body):
            assert (await post(case, world, altered, headers)).status == 401
        assert kept(world) == []
        assert (await post(case, world, body, headers)).status == 200

    async def test_each_bit_of_each_signed_header(self, case: WebhookCase, world: World) -> None:
        body = case.event(1)
        headers = case.sign(body, SECRET, world.clock.now(), "msg_1")
        for name in case.signature_headers:
            for altered in flipped(headers[name].encode()):
                assert (await post(case, world, body, {**headers, name: altered.decode("latin-1")})).status == 401, (
                    name,
                    altered,
                )
        assert kept(world) == []

    @pytest.mark.parametrize("signature", ["", "0", "v1", "v1,", "sha256=", "é" * 32, "a" * 100_000, "v1,=", "v2,AAAA", " " * 50])
    async def test_nonsense_for_a_signature(self, case: WebhookCase, world: World, signature: str) -> None:
        headers = case.sign(case.event(1), SECRET, world.clock.now(), "msg_1")
        assert refused(world, await post(case, world, case.event(1), {**headers, case.signature_headers[0]: signature}))

    async def test_a_longer_or_shorter_body(self, case: WebhookCase, world: World) -> None:
        body = case.event(1)
        headers = case.sign(body, SECRET, world.clock.now(), "msg_1")
        for altered in (body + b" ", body[:-1], b" " + body, body[1:], b""):
            assert refused(world, await post(case, world, altered, headers))

    async def test_hundreds_of_forgeries_cost_no_call(self, case: WebhookCase, world: World) -> None:
        before = world.perils.calls
        for _ in range(300):
            await send(case, world, case.event(1), secret=OTHER)
        assert world.perils.calls == before


class TestFreshness:
    @pytest.mark.parametrize("late_s", [-TOLERANCE_S, -1, 1, TOLERANCE_S])
    async def test_within_five_minutes_either_way(self, case: WebhookCase, world: World, late_s: float) -> None:
        assert (await send(case, world, case.event(1), late_s=late_s)).status == 200

    @pytest.mark.parametrize("late_s", [-86_400, -TOLERANCE_S - 1, TOLERANCE_S + 1, 86_400, 10 * 365 * 86_400])
    async def test_stale_or_from_the_future(self, case: WebhookCase, world: World, late_s: float) -> None:
        response = await send(case, world, case.event(1), late_s=late_s)
        assert refused(world, response) if case.stamped else response.status == 200

    async def test_a_replay_is_known_even_where_signatures_do_not_age(self, case: WebhookCase, world: World) -> None:
        headers = case.sign(case.event(1), SECRET, world.clock.now(), "msg_1")
        await post(case, world, case.event(1), headers)
        await world.work()
        world.clock.forward(30 * 86_400)
        await post(case, world, case.event(1), headers)
        await world.work()
        assert case.effects(world) == 1
        assert len(kept(world)) == 1


class TestRepeated:
    async def test_the_same_event_again_is_200_and_changes_nothing(self, case: WebhookCase, world: World) -> None:
        for number in range(5):
            response = await send(case, world, case.event(1), message_id=f"msg_{number}")
            assert response.status == 200
            await world.work()
        assert answer(response) == {"received": True, "duplicate": True}
        assert len(kept(world)) == 1
        assert case.effects(world) == 1

    @pytest.mark.parametrize("after_effect", [False, True])
    async def test_killed_at_each_call_of_the_intake(self, case: WebhookCase, after_effect: bool) -> None:
        """The sender sends again what was not answered; whatever was kept by then, it is one event and one effect."""
        for number in (1, 2):
            world = case.world()
            world.restart(Perils(world.clock, kill_at=number, after_effect=after_effect))
            with pytest.raises(Killed):
                await send(case, world, case.event(1))
            world.restart()
            assert (await send(case, world, case.event(1), message_id="msg_2")).status == 200
            await world.until_quiet()
            assert (len(kept(world)), case.effects(world)) == (1, 1)

    async def test_killed_after_the_answer_it_still_takes_effect(self, case: WebhookCase, world: World) -> None:
        assert (await send(case, world, case.event(1))).status == 200
        world.timed.waiting.clear()
        world.restart()
        await world.until_quiet()
        assert case.effects(world) == 1


class TestRotation:
    @pytest.mark.parametrize("secret", [SECRET, OTHER])
    @pytest.mark.parametrize("order", [f"{SECRET} {OTHER}", f"{OTHER}  {SECRET}"])
    async def test_either_secret_while_two_are_set(self, case: WebhookCase, secret: str, order: str) -> None:
        if not case.rotates:
            pytest.skip("its sender has one secret")
        world = case.world(order)
        assert (await send(case, world, case.event(1), secret=secret)).status == 200
        assert refused(case.world(order), await send(case, case.world(order), case.event(1), secret="a third one"))

    async def test_the_old_one_no_longer_counts_once_it_is_gone(self, case: WebhookCase) -> None:
        world = case.world(OTHER)
        assert refused(world, await send(case, world, case.event(1), secret=SECRET))

    async def test_both_together_are_no_secret(self, case: WebhookCase) -> None:
        world = case.world(f"{SECRET} {OTHER}")
        assert refused(world, await send(case, world, case.event(1), secret=f"{SECRET} {OTHER}"[6:]))


class TestInside:
    async def test_what_is_no_event_is_kept_and_answered_and_harms_nobody(self, case: WebhookCase, world: World) -> None:
        for number, body in enumerate(case.malformed):
            response = await send(case, world, body, message_id=f"msg_{number}")
            assert response.status == 200, body[:60]
        await send(case, world, case.event(1), message_id="msg_good")
        await world.until_quiet()
        events = kept(world)
        assert len(events) == len(case.malformed) + 1
        assert {event["state"] for event in events[:-1]} <= {"ignored", "failed"}
        assert events[-1]["state"] == "applied"
        assert case.effects(world) == 1

    async def test_a_type_that_means_nothing_here(self, case: WebhookCase, world: World) -> None:
        assert (await send(case, world, case.unknown)).status == 200
        await world.until_quiet()
        assert [event["state"] for event in kept(world)] == ["ignored"]
        assert world.tasks() == []

    async def test_the_content_type_does_not_matter(self, case: WebhookCase, world: World) -> None:
        headers = {**case.sign(case.event(1), SECRET, world.clock.now(), "msg_1"), "content-type": "text/plain"}
        assert (await world.call("POST", case.path, case.event(1), headers, signed_in=False)).status == 200


class TestAnswers:
    @pytest.mark.parametrize("secret", [None, "", "YOUR_WEBHOOK_SECRET", "<secret>"])
    async def test_without_a_secret_503(self, case: WebhookCase, secret: str | None) -> None:
        world = case.world(secret)
        response = await send(case, world, case.event(1), secret=secret or "x")
        assert (response.status, answer(response)["code"]) == (503, "webhook-not-configured")
        assert case.setting in answer(response)["detail"]
        assert kept(world) == []

    async def test_too_large_413(self, case: WebhookCase, world: World) -> None:
        assert (await send(case, world, b" " * (case.max_bytes + 1))).status == 413
        assert kept(world) == []

    async def test_just_not_too_large(self, case: WebhookCase, world: World) -> None:
        body = case.event(1)
        assert (await send(case, world, body + b" " * (case.max_bytes - len(body)))).status == 200
        await world.until_quiet()
        assert case.effects(world) == 1

    async def test_that_could_not_be_stored_503_and_the_sender_sends_again(self, case: WebhookCase, world: World) -> None:
        world.restart(Perils(world.clock, locked={1: False}))
        response = await send(case, world, case.event(1))
        assert (response.status, response.headers["retry-after"]) == (503, "5")
        assert kept(world) == []
        assert (await send(case, world, case.event(1), message_id="msg_2")).status == 200

    async def test_stored_although_the_database_did_not_say_so(self, case: WebhookCase, world: World) -> None:
        world.restart(Perils(world.clock, locked={1: True}))
        assert (await send(case, world, case.event(1))).status == 503
        world.restart()
        assert (await send(case, world, case.event(1), message_id="msg_2")).status == 200
        await world.until_quiet()
        assert case.effects(world) == 1

    async def test_no_answer_or_row_holds_a_secret(self, case: WebhookCase, world: World) -> None:
        responses = [await send(case, world, case.event(1)), await send(case, world, case.event(1), secret=OTHER)]
        stored = str(world.database.query("SELECT * FROM webhook_events")) + str(world.tasks())
        for text in (SECRET, SECRET[6:]):
            assert text not in stored
            assert all(text not in str(response) for response in responses)
