"""What is live where: the list, the car's page, the counts and the filters say the same of each car, and say why."""

from __future__ import annotations

from typing import Any

import pytest

from app.typed import vin
from carlot.domain.eligibility import missing, off_market
from carlot.domain.standing import STATES, facts_of
from carlot.domain.vehicle import FIELDS
from carlot.store.standings import SiteAsked, sites_json
from listings.market import SITES, WIRE, Market
from support.lot import answer

REFUSAL = {"error": {"code": "invalid", "message": "This trim is not in our catalog"}}
MEMBERS = {"live": "live", "onTheirWay": "on_its_way", "refused": "refused", "incomplete": "incomplete"}


async def listed(market: Market, query: str = "") -> dict[str, dict[str, Any]]:
    """The dealer's list by VIN."""
    found = answer(await market.call("GET", f"/api/vehicles?limit=1000{query}"))
    assert found["total"] == len(found["vehicles"])
    return {vehicle["vin"]: vehicle for vehicle in found["vehicles"]}


async def status(market: Market) -> dict[str, Any]:
    found: dict[str, Any] = answer(await market.call("GET", "/api/integrations/status"))
    return found


async def six_cars(market: Market) -> list[dict[str, Any]]:
    """Two live, one refused by CarGurus, two that lack something, one that is switched off; then one more on its way."""
    refused = {"fault": "status", "status": 422, "body": REFUSAL, "path": f"*/{vin(3)}", "times": 1000}
    market.network.faults("cargurus", script=[refused])
    cars = [
        await market.add(1),
        await market.add(2),
        await market.add(3),
        await market.add(4, price=None),
        await market.add(5, photos=[]),
        await market.add(6, publishToThirdParty=False),
    ]
    await market.minutes(2)
    return [*cars, await market.add(7)]


async def agree(market: Market) -> None:
    """The list, each car's page, the counts and every filter agree."""
    cars = await listed(market)
    counts = (await status(market))["listings"]
    for site in SITES:
        wire = WIRE[site]
        states = {vin: vehicle["listings"][wire] for vin, vehicle in cars.items()}
        for member, state in MEMBERS.items():
            assert counts[wire][member] == sum(each["state"] == state for each in states.values()), (wire, member)
        for state in STATES:
            found = await listed(market, f"&listing={state}&site={wire}")
            assert set(found) == {vin for vin, each in states.items() if each["state"] == state}, (wire, state)
        for vehicle in cars.values():
            assert (await market.listings(vehicle))[wire]["standing"] == states[vehicle["vin"]]
    for state in STATES:
        of_any = {vin for vin, vehicle in cars.items() if any(each["state"] == state for each in vehicle["listings"].values())}
        assert set(await listed(market, f"&listing={state}")) == of_any


async def test_six_cars_that_looked_alike_are_told_apart(market: Market) -> None:
    await six_cars(market)
    cars = await listed(market)
    assert {vin: vehicle["listings"]["carGurus"]["state"] for vin, vehicle in cars.items()} == {
        vin(1): "live",
        vin(2): "live",
        vin(3): "refused",
        vin(4): "incomplete",
        vin(5): "incomplete",
        vin(6): "off",
        vin(7): "on_its_way",
    }
    assert cars[vin(3)]["listings"]["trueCar"] == {"state": "live", "reason": None}
    assert cars[vin(3)]["listings"]["carGurus"]["reason"] == "CarGurus refused it: This trim is not in our catalog"
    assert "price" in cars[vin(4)]["listings"]["kbb"]["reason"]
    assert "photo" in cars[vin(5)]["listings"]["kbb"]["reason"]
    seen = (await status(market))["listings"]
    counted = {member: seen["carGurus"][member] for member in MEMBERS}
    assert counted == {"live": 2, "onTheirWay": 1, "refused": 1, "incomplete": 2}
    assert set(await listed(market, "&listing=not_listed")) == {vin(3), vin(4), vin(5)}
    await agree(market)


async def test_they_agree_while_things_happen(market: Market) -> None:
    cars = await six_cars(market)
    await market.sold(cars[0])
    await agree(market)
    gone = (await listed(market))[vin(1)]["listings"]["carGurus"]
    assert gone == {"state": "live", "reason": "It is being removed from CarGurus. It is sold."}
    await market.minutes(2)
    assert (await listed(market))[vin(1)]["listings"]["carGurus"] == {"state": "off", "reason": "It is sold."}
    market.network.faults("cargurus")
    await market.change(cars[2], trim="Known")
    assert (await listed(market))[vin(3)]["listings"]["carGurus"]["state"] == "on_its_way"
    await agree(market)
    await market.minutes(2)
    assert (await listed(market))[vin(3)]["listings"]["carGurus"]["state"] == "live"
    await agree(market)


async def test_a_site_that_is_not_set_up_takes_nothing() -> None:
    market = Market(KBB_DEALER_ID=None)
    await market.add(1)
    await market.minutes(1)
    assert (await listed(market))[vin(1)]["listings"]["kbb"] == {
        "state": "not_configured",
        "reason": "Kelley Blue Book is not set up.",
    }
    await agree(market)


async def test_what_was_discarded_says_so(market: Market) -> None:
    cars = await six_cars(market)
    task = market.task(target="cargurus", subject_id=cars[2]["id"])
    await market.call("POST", f"/api/integrations/tasks/{task['id']}/discard")
    standing = (await listed(market))[vin(3)]["listings"]["carGurus"]
    assert standing == {"state": "off", "reason": "You discarded this sync. Publish the vehicle again to list it."}
    await agree(market)


async def test_what_waits_and_what_needs_the_dealer_can_be_listed(market: Market) -> None:
    cars = await six_cars(market)
    found = await listed(market)
    assert {vin for vin, vehicle in found.items() if vehicle["needsYou"]} == {vin(3)} == set(await listed(market, "&needs=you"))
    assert await listed(market, "&waitingFor=quickbooks") == {}
    await market.sold(cars[0])
    assert set(await listed(market, "&waitingFor=quickbooks")) == {vin(1)}
    assert (await listed(market))[vin(1)]["waitingFor"] == ["quickbooks"]
    await market.minutes(2)
    waiting = {partner["target"]: partner["blocked"] for partner in (await status(market))["partners"]}
    assert waiting["quickbooks"] == 1 and waiting["cargurus"] == 0
    market.database.query(
        """INSERT INTO questions (id, kind, subject_id, details, created_at)
        VALUES ('q', 'cars_missing', 'lot', ?, '2025-02-03T10:30:00.000Z')""",
        '{"vehicleIds": ["' + cars[1]["id"] + '"], "lot": 7}',
    )
    assert set(await listed(market, "&needs=you")) == {vin(2), vin(3)}


async def test_cars_by_their_ids_archived_ones_too(market: Market) -> None:
    cars = [await market.add(number) for number in (1, 2, 3)]
    await market.call("DELETE", f"/api/vehicles/{cars[1]['id']}")
    assert set(await listed(market, f"&ids={cars[0]['id']},{cars[1]['id']}")) == {vin(1), vin(2)}
    assert await listed(market, "&ids=nothing") == {}


@pytest.mark.parametrize("query", ["listing=gone", "site=myspace", "needs=us", "waitingFor=godot"])
async def test_other_words_are_refused(market: Market, query: str) -> None:
    assert (await market.call("GET", f"/api/vehicles?{query}")).status == 400


async def test_the_facts_of_the_database_are_the_rules_of_the_domain(market: Market) -> None:
    """Each field that a site may need, missing and there; each status; the switch."""
    whole = await market.add(
        1,
        **{
            field.wire: "x"
            for field in FIELDS
            if field.kind == "text" and field.public and field.writable and field.wire != "vin"
        },
    )
    optional = [
        field
        for field in FIELDS
        if field.public and field.writable and field.wire not in ("make", "model", "year", "vin", "photos", "price")
    ]
    for needed in optional:
        site = sites_json([SiteAsked("cargurus", (needed.wire,))])
        for value in (None, whole[needed.wire] or 7):
            market.database.query(f"UPDATE vehicles SET {needed.column} = ?", value)
            vehicle = answer(await market.call("GET", f"/api/vehicles/{whole['id']}"))
            assert keys(market, site)[0].whole is (missing(vehicle, (needed.wire,)) == []), needed.wire
    site = sites_json([SiteAsked("cargurus")])
    for status_ in ("available", "pending", "archived"):
        for switch in (0, 1):
            market.database.query("UPDATE vehicles SET status = ?, publish_to_third_party = ?", status_, switch)
            vehicle = answer(await market.call("GET", f"/api/vehicles/{whole['id']}"))
            assert keys(market, site)[0].wanted is (off_market(vehicle) is None)


def keys(market: Market, site: str) -> list[Any]:
    """The facts of every car at one site."""
    from carlot.store.standings import JOINED, KEY

    rows = market.database.query(f"SELECT {KEY} AS key FROM json_each(?) AS site, vehicles v {JOINED}", site)
    return [facts_of(row["key"]) for row in rows]
