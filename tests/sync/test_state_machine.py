"""Anything, in any order: cars sold, edited, paid for, voided, corrected, taken in trade and told of, messages repeated, late
and lost, the program killed or slow or its database locked at any call, the DMS failing in any way. Whatever happens, the
agreements hold; put right, all agrees.

`SYNC_SEED` and `SYNC_EXAMPLES` choose another course and a longer one: `SYNC_SEED=7 SYNC_EXAMPLES=5000 pytest` with this file's
name. A course that fails is shortened to its essence, which takes minutes; `SYNC_SHORTEN=no` shows it as it came.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from carlot.domain.times import instant
from carlot.errors import DatabaseUnavailable
from simulators.quickbooks import bookkeeper
from simulators.quickbooks.knobs import Knobs
from simulators.quickbooks.preset import DEALER_REALM
from simulators.wayne_reeves.sales import SaleCorrection, SaleRefused
from support.books import BOOKS_ENV, connect
from support.lot import answer
from support.perils import Killed, Perils
from support.simulated import BOOKS
from support.world import HOUR, MINUTE, World
from sync.actions import (
    AFTER_A_SALE,
    ANYTHING,
    BY_THE_DEALER,
    BY_THE_DMS,
    BY_THE_QUEUE,
    CARS,
    FAULT_RULES,
    FAULTS,
    PRICES,
    RARELY,
    SEEDS,
    TIME,
    TROUBLE,
    Action,
    Trouble,
)
from sync.agreement import History, check_always, check_at_rest

SEED = int(os.environ.get("SYNC_SEED", "20250203"))
EXAMPLES = int(os.environ.get("SYNC_EXAMPLES", "90"))
SHORTEN = os.environ.get("SYNC_SHORTEN", "yes") != "no"
PARTS = 2
STEPS = 30


class Dealership(RuleBasedStateMachine):
    """CarLot, its dealer, its DMS, and everything that goes wrong between them."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(2, settings=BOOKS_ENV)
        # The pair before is good for a day: a renewal whose answer is lost does not end the connection.
        self.world.network.books.knobs = Knobs(rotation="graceful", requestid="ignored")
        self.history = History()
        self.mail: list[dict[str, Any]] = []
        self.told = 0
        # The stock number that each car has in the DMS by now.
        self.numbers = {"A1": "A1", "A2": "A2"}
        # The vehicle that each car was here before the DMS took it back, by id.
        self.before: dict[str, str] = {}

    # ----------------------------------------------------------------------------------------------------------- the rules

    @initialize()
    def open_the_lot(self) -> None:
        self.live(connect(self.world))
        self.live(self.world.pull())

    @rule(action=BY_THE_DEALER, trouble=TROUBLE)
    def the_dealer(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @rule(action=BY_THE_DMS, trouble=TROUBLE)
    def the_dms(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @rule(action=st.tuples(st.just("dms sells and tells"), CARS, PRICES), trouble=TROUBLE)
    def the_dms_sells(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @precondition(lambda self: any(record["status"] == "sold" for record in self.world.network.dms.lot.records()))
    @rule(action=AFTER_A_SALE, trouble=TROUBLE)
    def after_a_sale(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @precondition(lambda self: self.world.database.query("SELECT 1 FROM questions WHERE state = 'open'"))
    @rule(action=st.tuples(st.just("answer"), SEEDS, PRICES), trouble=TROUBLE)
    def the_dealer_answers(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @rule(action=BY_THE_QUEUE, trouble=TROUBLE, chance=SEEDS)
    def the_queue(self, action: Action, trouble: Trouble, chance: int) -> None:
        self.live(self.do(action), trouble, chance)

    @rule(action=BY_THE_QUEUE)
    def the_queue_in_peace(self, action: Action) -> None:
        self.live(self.do(action))

    @rule(action=st.one_of(TIME, RARELY), trouble=TROUBLE)
    def rarely(self, action: Action, trouble: Trouble) -> None:
        self.live(self.do(action), trouble)

    @precondition(lambda self: self.world.timed.due())
    @rule(number=st.integers(1, 12), after_effect=st.booleans(), meanwhile=st.lists(ANYTHING, min_size=1, max_size=6))
    def while_a_worker_stands_still(self, number: int, after_effect: bool, meanwhile: list[Action]) -> None:
        """A delivery stops at one of its calls; other instances go on; then it goes on as if nothing had happened."""
        self.live(self.slow(number, after_effect, meanwhile))

    @precondition(lambda self: len(self.world.timed.due()) > 1)
    @rule(actions=st.lists(st.one_of(BY_THE_DEALER, BY_THE_QUEUE), min_size=2, max_size=3), trouble=TROUBLE, chance=SEEDS)
    def at_the_same_time(self, actions: list[Action], trouble: Trouble, chance: int) -> None:
        """Several instances take turns at each call. What kills one kills all."""
        self.live(self.together(actions), trouble, chance)

    @rule(fault=FAULTS, times=st.integers(1, 4))
    def the_dms_fails(self, fault: str, times: int) -> None:
        self.world.network.faults(script=[{"times": times, **FAULT_RULES.get(fault, {"fault": fault})}])

    @rule(fault=FAULTS.filter(lambda fault: fault != "late"), times=st.integers(1, 4))
    def quickbooks_fails(self, fault: str, times: int) -> None:
        """What arrives after minutes only is tested apart: it is not waited for without end."""
        rule = {"times": times, "path": "/v3/*", **FAULT_RULES.get(fault, {"fault": fault})}
        self.world.network.faults(BOOKS, script=[rule])

    @invariant()
    def the_agreements_hold(self) -> None:
        for row in self.world.database.query("SELECT external_dms_id, price_cents FROM vehicles"):
            self.history.prices[row["external_dms_id"]].add(row["price_cents"])
        # A pull that is given up says so and another one comes; its task is dead for good.
        self.history.poisoned |= {task["subject_id"] for task in self.world.tasks(kind="pull", state="dead")}
        check_always(self.world, self.history)

    def teardown(self) -> None:
        """Everything is put right: at rest, everything agrees."""
        try:
            self.world.restart()
            self.world.network.faults()
            self.world.network.faults(BOOKS)
            self.loop.run_until_complete(connect(self.world))
            self.world.env["WAYNE_REEVES_API_KEY"] = "key"
            self.loop.run_until_complete(self.put_right())
        finally:
            self.loop.close()
            self.world.database.connection.close()

    # ------------------------------------------------------------------------------------------------ how a step is carried out

    def live(self, course: Coroutine[Any, Any, Any], trouble: Trouble = None, chance: int | None = None) -> None:
        """Carry out one step in a life of its own, with its trouble."""
        self.world.restart(self.perils(trouble, chance))
        with suppress(Killed, DatabaseUnavailable):
            self.loop.run_until_complete(course)
        self.world.restart()

    def perils(self, trouble: Trouble, chance: int | None) -> Perils:
        interleave = None if chance is None else Random(chance)
        if trouble is None:
            return Perils(self.world.clock, interleave=interleave)
        what, number, after_effect = trouble
        if what == "kill":
            return Perils(self.world.clock, kill_at=number, after_effect=after_effect, interleave=interleave)
        return Perils(self.world.clock, locked={number: after_effect}, interleave=interleave)

    async def slow(self, number: int, after_effect: bool, meanwhile: list[Action]) -> None:
        slow = Perils(self.world.clock, pause_at=number, after_effect=after_effect)
        self.world.restart(slow)
        worker = asyncio.ensure_future(self.world.deliver_due())
        pause = asyncio.ensure_future(slow.paused.wait())
        await asyncio.wait({worker, pause}, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()
        self.world.restart()
        for action in meanwhile:
            await self.do(action)
        slow.go_on.set()
        await worker

    async def together(self, actions: list[Action]) -> None:
        found = await asyncio.gather(*(self.do(action) for action in actions), return_exceptions=True)
        for failure in found:
            if isinstance(failure, BaseException):
                raise failure

    async def put_right(self) -> None:
        await self.world.network.do_late_work()
        for event in self.mail:
            assert await self.world.told_by_dms(event) == 200
        await self.world.until_quiet()
        self.the_agreements_hold()
        # What the dealer has voided of the DMS's own sales he undoes there too, a day later.
        self.world.clock.forward(86_400)
        for car in self.numbers:
            vehicle = self.vehicle(car)
            if vehicle is not None and vehicle["status"] != "sold":
                await self.do_dms_undoes(car)
        await check_at_rest(self.world, self.history)

    # ------------------------------------------------------------------------------------------------------------ the actions

    async def do(self, action: Action) -> None:
        """Do what an action says."""
        what, details = action[0], action[1:]
        await getattr(self, "do_" + what.replace(" ", "_"))(*details)

    def vehicle(self, car: str) -> dict[str, Any] | None:
        """A car as it stands here under its number in the DMS; `None`: it is not known yet that it was taken back."""
        rows = self.world.database.query("SELECT * FROM vehicles WHERE external_dms_id = ?", self.numbers[car])
        return rows[0] if rows else None

    async def do_sell(self, car: str, price: float) -> None:
        vehicle = self.vehicle(car)
        if vehicle is None:
            return
        self.history.sale_prices[vehicle["vin"]].add(round(price * 100))
        entry = {"vehicleId": vehicle["id"], "salePrice": price, "saleDate": "2025-02-03"}
        response = await self.world.call("POST", "/api/sales", entry)
        assert response.status in (201, 409, 503), response
        if response.status == 201:
            self.history.sales.add(answer(response)["id"])

    async def do_void(self, pick: int) -> None:
        rows = self.world.database.query("SELECT id FROM sales ORDER BY voided_at IS NOT NULL, created_at DESC")
        rows = rows[:3]
        if not rows:
            return
        sale_id = rows[pick % len(rows)]["id"]
        response = await self.world.call("POST", f"/api/sales/{sale_id}/void")
        # Its car may be back on the lot as another vehicle.
        assert response.status in (200, 409, 503), response
        if response.status == 200:
            self.history.voids.add(sale_id)

    async def do_correct(self, pick: int, terms: dict[str, Any]) -> None:
        """The dealer corrects a sale that stands, his own or one of the DMS's."""
        rows = self.world.database.query(
            """SELECT s.id, v.vin FROM sales s JOIN vehicles v ON v.id = s.vehicle_id
            WHERE s.voided_at IS NULL AND s.sale_price_cents IS NOT NULL ORDER BY s.created_at DESC LIMIT 2"""
        )
        if not rows:
            return
        sale, fields = rows[pick % len(rows)], {"price": "salePrice", "day": "saleDate", "customer": "customer"}
        self.history.sale_prices[sale["vin"]] |= {round(terms["price"] * 100)} if "price" in terms else set()
        self.history.decided.add(sale["id"])
        entry = {fields[name]: value for name, value in terms.items()}
        response = await self.world.call("PATCH", f"/api/sales/{sale['id']}", entry)
        assert response.status in (200, 409, 503), response

    async def do_pay(self, pick: int, much: bool) -> None:
        """The buyer pays a dollar of an invoice, or all that he owes, which is more than it may be corrected to."""
        company = self.world.network.books.companies[DEALER_REALM]
        owed = [each for each in company.standing("Invoice") if each.body["Balance"] >= 1]
        if owed:
            cents = None if much else 100
            bookkeeper.pay(company, bookkeeper.Payment(invoice=owed[pick % len(owed)].object_id, amount_cents=cents))

    async def do_answer(self, pick: int, price: float) -> None:
        """The dealer answers a question."""
        response = await self.world.call("GET", "/api/questions?state=open")
        questions = answer(response)["questions"] if response.status == 200 else []
        if not questions:
            return
        question = questions[pick % len(questions)]
        choice = question["choices"][pick % len(question["choices"])]
        known = {"salePrice": price, "saleDate": "2025-02-02", "customer": {"name": "Ann Lee"}}
        if question["kind"] == "sale_price":
            vin = self.world.database.query("SELECT vin FROM vehicles WHERE id = ?", question["vehicleId"])[0]["vin"]
            self.history.sale_prices[vin].add(round(price * 100))
        if "salePrice" in choice["needs"] or question["kind"].startswith("sale_"):
            self.history.decided.add(question["subjectId"])
        given = {name: known[name] for name in choice["needs"] if name in known}
        response = await self.world.call("POST", f"/api/questions/{question['id']}/answer", {"choice": choice["choice"], **given})
        # The car of a sale that is undone may be back on the lot as another vehicle.
        assert response.status in (200, 409, 503), response

    async def do_edit(self, car: str, changes: dict[str, Any]) -> None:
        vehicle = self.vehicle(car)
        if vehicle is None:
            return
        if "price" in changes:
            self.history.prices[self.numbers[car]].add(round(changes["price"] * 100))
        response = await self.world.call("PATCH", f"/api/vehicles/{vehicle['id']}", changes)
        assert response.status in (200, 409, 503), response

    async def do_dms_changes(self, car: str, changes: dict[str, Any]) -> None:
        self.world.clock.forward(0.5)
        self.world.network.dms.lot.update(self.numbers[car], changes)

    async def do_dms_sells(self, car: str, price: float) -> None:
        vehicle = self.vehicle(car)
        if vehicle is None or (vehicle["status"] == "sold" and vehicle["id"] == self.before.get(car)):
            return  # Sold again before it was seen for sale: nothing tells that from the first sale corrected.
        with suppress(SaleRefused):
            told = self.world.dms_sells(self.numbers[car], price)
            self.history.sale_prices[told["vehicle"]["vin"]].add(round(price * 100))
            self.mail.append(told)

    async def do_dms_sells_and_tells(self, car: str, price: float) -> None:
        """The DMS sells a car, and its webhook arrives and takes effect at once."""
        await self.do_dms_sells(car, price)
        await self.do_webhook_arrives(len(self.mail) - 1, False)
        await self.do_deliver_all()

    async def do_dms_undoes(self, car: str) -> None:
        """A deal of the DMS's own falls through: it shows the car as available from now on."""
        for sale in self.own_sales(car):
            self.world.clock.forward(0.5)
            self.world.network.dms.sales.undo(sale["sale_id"])

    def own_sales(self, car: str) -> list[dict[str, Any]]:
        """The sales of a car, as it stands in the DMS by now, that the DMS has made itself."""
        found = [sale for sale in self.world.dms_sales() if sale["idempotency_key"].startswith("dms-")]
        return [
            sale for sale in found if sale["stock_number"] == self.numbers[car] and sale["sale_id"] not in self.history.past_sales
        ]

    async def do_dms_corrects(self, car: str, terms: dict[str, Any], named: bool) -> None:
        """The DMS's users correct a sale of their own; the event tells the sale's id or does not."""
        for sale in self.own_sales(car):
            self.told += 1
            self.world.clock.forward(0.5)
            names = {"price": "sale_price", "day": "sale_date", "customer": "customer"}
            wanted = {names[name]: value for name, value in terms.items()}
            corrected = self.world.network.dms.sales.correct(sale["sale_id"], SaleCorrection.model_validate(wanted))
            assert corrected is not None
            kept = {name: corrected[name] for name in ("sale_price", "sale_date", "customer") if name in corrected}
            vehicle = dict(self.world.dms_record(self.numbers[car]))
            self.history.sale_prices[vehicle["vin"]].add(round(corrected["sale_price"] * 100))
            self.mail.append(
                {
                    "id": f"evt_c{self.told}",
                    "event": "vehicle.sold",
                    "occurred_at": instant(self.world.clock.now()),
                    "vehicle": vehicle,
                    "sale": {**kept, **({"sale_id": sale["sale_id"]} if named else {})},
                }
            )

    async def do_dms_takes_back(self, car: str, how: str, kept: bool) -> None:
        """A sold car comes back in trade: under another number, acquired again, or both. Its old record stays or is deleted."""
        number, dms = self.numbers[car], self.world.network.dms
        vehicle = self.vehicle(car)
        record = self.world.dms_record(number)
        if vehicle is None or vehicle["status"] != "sold" or record["status"] != "sold":
            return
        if any(task["state"] != "done" for task in self.world.tasks(target="wayne_reeves", kind="sale")):
            return  # It comes back days after its sale: nobody asks any more whether the DMS has that.
        self.told += 1
        self.world.clock.forward(0.5)
        self.history.past.add(number)
        self.history.past_sales |= {sale["sale_id"] for sale in self.world.dms_sales() if sale["stock_number"] == number}
        self.history.again.add(f"T{self.told}")
        back = {**record, "stock_number": f"T{self.told}" if "other" in how else number, "status": "available"}
        if "dated" in how:
            back["date_acquired"] = (self.world.clock.now() + timedelta(days=self.told + 1)).date().isoformat()
        if not kept:
            dms.lot.remove(number)
        dms.lot.upsert(back)
        self.before[car] = vehicle["id"]
        self.numbers[car] = back["stock_number"]
        self.history.prices[back["stock_number"]] |= self.history.prices[number]
        dms.lot.update(back["stock_number"], {})

    async def do_dms_announces(self, car: str, kind: str) -> None:
        """A webhook with the car as it is now, to arrive whenever it does."""
        self.told += 1
        record = dict(self.world.dms_record(self.numbers[car]))
        kind = "sold" if record["status"] == "sold" and kind == "added" else kind
        self.mail.append({"id": f"evt_{self.told}", "event": f"vehicle.{kind}", "vehicle": record})

    async def do_webhook_arrives(self, pick: int, again: bool) -> None:
        if not self.mail:
            return
        event = self.mail[pick % len(self.mail)]
        status = await self.world.told_by_dms(event)
        assert status in (200, 503)
        if status == 200:
            self.history.events.add(event["id"])
            if not again and event in self.mail:
                self.mail.remove(event)

    async def do_deliver(self, most: int, chance: int) -> None:
        await self.world.deliver_due(most, Random(chance))

    async def do_deliver_all(self) -> None:
        await self.world.work()

    async def do_minute(self) -> None:
        self.world.clock.forward(60)
        await self.world.tick(MINUTE)
        await self.world.work()

    async def do_hour(self) -> None:
        await self.world.tick(HOUR)

    async def do_time(self, seconds: float) -> None:
        self.world.clock.forward(seconds)

    async def do_pull(self) -> None:
        response = await self.world.call("POST", "/api/integrations/wayne-reeves/sync")
        assert response.status in (202, 503), response

    async def do_retry_all(self) -> None:
        await self.world.call("POST", "/api/integrations/tasks/retry-all")

    async def do_late_work(self) -> None:
        await self.world.network.do_late_work()

    async def do_key(self, right: bool) -> None:
        self.world.env["WAYNE_REEVES_API_KEY"] = "key" if right else "wrong"

    async def do_poison(self, body: str) -> None:
        self.history.poisoned.add(self.world.timed.put(body).id)

    async def do_queue_errs(self, pick: int, how: str) -> None:
        if not self.world.timed.waiting:
            return
        message = self.world.timed.waiting[pick % len(self.world.timed.waiting)]
        if how == "drop":
            self.world.timed.waiting.remove(message)
        elif how == "early":
            message.due = self.world.clock.now()
        else:
            repeated = self.world.timed.put(message.body)
            if message.id in self.history.poisoned:
                self.history.poisoned.add(repeated.id)


@pytest.fixture
def same_course_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no constants from the modules that happen to be imported: one seed is one course, alone and among all tests."""
    monkeypatch.setattr(providers, "_get_local_constants", Constants)


@pytest.mark.usefixtures("same_course_everywhere")
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_everything_agrees_in_the_end(part: int, record_property: Any) -> None:
    chosen = SEED + part
    record_property("seed", f"SYNC_SEED={chosen} SYNC_EXAMPLES={EXAMPLES}")
    print(f"SYNC_SEED={chosen} SYNC_EXAMPLES={EXAMPLES}")
    course = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=False,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if SHORTEN else [])],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(chosen)(Dealership), settings=course)
