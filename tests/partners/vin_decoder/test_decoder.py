"""VINs that fill the form: offered at the desk, filled in where an import left a field empty, and never in anybody's way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.typed import vin as valid_vin
from carlot.errors import Retryable
from carlot.partners.vin_decoder.mapping import DOUBTFUL, read_results
from support.lot import answer, car
from support.simulated import BASE
from support.world import World

DECODER: dict[str, str | None] = {"VIN_DECODER_URL": f"{BASE}/vpic"}
ACCORD = {
    "ErrorCode": "0",
    "ModelYear": "2003",
    "Make": "HONDA",
    "Model": "Accord",
    "Trim": "EX",
    "BodyClass": "Sedan/Saloon",
    "FuelTypePrimary": "Gasoline",
    "DriveType": "FWD/Front-Wheel Drive",
    "TransmissionStyle": "Automatic",
    "DisplacementL": "2.4",
    "EngineCylinders": "4",
    "EngineConfiguration": "In-Line",
}
SUGGESTED = {
    "year": 2003,
    "make": "Honda",
    "model": "Accord",
    "trim": "EX",
    "bodyStyle": "Sedan",
    "engine": "2.4L I4",
    "fuelType": "Gasoline",
    "drivetrain": "FWD",
    "transmission": "Automatic",
}
FILLED = ("trim", "body_style", "engine", "fuel_type", "drivetrain", "transmission")


def decoded(**changed: str) -> dict[str, Any]:
    """What is suggested when vPIC answers so."""
    body = json.dumps({"Results": [{"VIN": "V", **ACCORD, **changed}]}).encode()
    return dict(read_results(body)["V"].suggestions)


def asked(world: World) -> list[tuple[str, str]]:
    """The calls that the decoder heard."""
    return [(entry["method"], entry["path"]) for entry in world.network.heard(partner="vin-decoder")]


async def ask(world: World, number: str) -> dict[str, Any]:
    """What the API says of a VIN."""
    response = await world.call("GET", f"/api/vin/{number}")
    assert response.status == 200, response.body
    found: dict[str, Any] = answer(response)
    return found


@pytest.mark.parametrize(
    ("said", "name", "word"),
    [
        ({"Make": "BMW"}, "make", "BMW"),
        ({"Make": "MERCEDES-BENZ"}, "make", "Mercedes-Benz"),
        ({"Make": "MCLAREN"}, "make", "McLaren"),
        ({"Make": "LAND ROVER"}, "make", "Land Rover"),
        ({"BodyClass": "Sport Utility Vehicle (SUV)/Multi-Purpose Vehicle (MPV)"}, "bodyStyle", "SUV"),
        ({"BodyClass": "Pickup"}, "bodyStyle", "Truck"),
        ({"BodyClass": "Something new"}, "bodyStyle", None),
        ({"DriveType": "4WD/4-Wheel Drive/4x4"}, "drivetrain", "4WD"),
        ({"DriveType": "4x2"}, "drivetrain", None),
        ({"TransmissionStyle": "Continuously Variable Transmission (CVT)"}, "transmission", "CVT"),
        ({"TransmissionStyle": "Manual/Standard"}, "transmission", "Manual"),
        ({"EngineConfiguration": "V-Shaped", "EngineCylinders": "6", "DisplacementL": "3.456"}, "engine", "3.5L V6"),
        ({"EngineConfiguration": ""}, "engine", "2.4L 4-cylinder"),
        ({"FuelTypePrimary": "Electric", "DisplacementL": ""}, "engine", "Electric"),
        ({"FuelTypePrimary": "Flexible Fuel Vehicle (FFV)"}, "fuelType", "Flex fuel"),
        ({"FuelTypeSecondary": "Electric"}, "fuelType", "Hybrid"),
        ({"ElectrificationLevel": "PHEV (Plug-in Hybrid Electric Vehicle)"}, "fuelType", "Plug-in hybrid"),
        ({"ModelYear": "soon"}, "year", None),
        ({"Trim": "<b>EX</b>"}, "trim", "bEX/b"),
        ({"Trim": ""}, "trim", None),
    ],
)
def test_its_words_are_a_dealers(said: dict[str, str], name: str, word: str | None) -> None:
    assert decoded(**said).get(name) == word


def test_a_whole_answer() -> None:
    assert decoded() == SUGGESTED


def test_a_vin_that_it_would_correct_suggests_nothing() -> None:
    body = json.dumps({"Results": [{"VIN": "V", **ACCORD, "ErrorCode": "2,14"}]}).encode()
    assert read_results(body)["V"] == ({}, DOUBTFUL)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"Results": [{}]}', b'{"Results": null}'])
def test_what_is_no_answer_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Retryable, match="cannot be read"):
        read_results(body)


class TestAtTheDesk:
    """`GET /api/vin/:vin`."""

    async def test_it_is_on_its_way_and_then_decoded_and_asked_for_once(self) -> None:
        world, number = World(0, settings=DECODER), valid_vin(1)
        world.network.decoder.say(number, **ACCORD)
        nothing = dict.fromkeys(SUGGESTED)
        on_its_way = {"vin": number, "valid": True, "state": "on_its_way", "suggestions": nothing, "hint": None, "filled": {}}
        assert await ask(world, f" {number.lower()}".replace(" ", "%20")) == on_its_way
        assert await ask(world, number) == on_its_way
        await world.work()
        assert await ask(world, number) == {**on_its_way, "state": "decoded", "suggestions": SUGGESTED}
        await world.until_quiet()
        assert await ask(world, number) == {**on_its_way, "state": "decoded", "suggestions": SUGGESTED}
        assert asked(world) == [("GET", f"/vpic/vehicles/DecodeVinValues/{number}")]

    async def test_a_mistyped_vin_is_not_asked_about_and_suggests_no_other(self) -> None:
        world = World(0, settings=DECODER)
        found = await ask(world, "1HGCM82633A004353")
        assert (found["valid"], found["state"]) == (False, "not_offered")
        assert found["hint"] == "This VIN has a typing error somewhere. Compare it with the plate."
        await world.until_quiet()
        assert asked(world) == []

    async def test_without_a_decoder_nothing_is_offered(self) -> None:
        world = World(0)
        found = await ask(world, valid_vin(1))
        assert (found["valid"], found["state"], found["hint"]) == (True, "not_offered", None)
        assert world.tasks() == []

    @pytest.mark.parametrize("fault", ["outage", "refuse", "stall", "html", "truncate"])
    async def test_down_means_that_nothing_is_offered_and_nothing_else(self, fault: str) -> None:
        world, number = World(0, settings=DECODER), valid_vin(1)
        fails(world, fault=fault)
        assert (await ask(world, number))["state"] == "on_its_way"
        await world.work()
        assert (await ask(world, number))["state"] == "not_offered"
        status = answer(await world.call("GET", "/api/integrations/status"))
        assert (status["queue"]["pending"], status["queue"]["dead"]) == (0, 0)
        await world.until_quiet()
        assert world.tasks(state="dead") == world.tasks(state="blocked") == []
        assert len(asked(world)) <= 8
        assert (await ask(world, number))["state"] == "not_offered"
        world.network.faults("vin-decoder")
        world.clock.forward(3600)
        await ask(world, number)
        await world.until_quiet()
        assert (await ask(world, number))["state"] == "decoded"

    async def test_a_refusal_is_nobodys_problem(self) -> None:
        world, number = World(0, settings=DECODER), valid_vin(1)
        fails(world, fault="status", status=401)
        await ask(world, number)
        await world.until_quiet()
        assert (await ask(world, number))["state"] == "not_offered"
        assert {task["state"] for task in world.tasks()} == {"done"}
        assert world.database.query("SELECT * FROM partners WHERE blocked_reason IS NOT NULL") == []


class TestImports:
    """Only what is empty is filled, and it is marked."""

    async def test_a_pull_fills_what_is_empty_with_one_call(self) -> None:
        cars = [car(1), car(2, trim="LX", drivetrain="AWD"), car(3)]
        world = World(cars, settings=DECODER)
        for each in cars:
            world.network.decoder.say(each["vin"], **ACCORD)
        assert await world.pull() == "completed"
        shown = answer(await world.call("GET", f"/api/vehicles/{world.vehicle('A1')['id']}"))
        assert {name: shown[name] for name in SUGGESTED} == SUGGESTED
        filled = {name: SUGGESTED[name] for name in SUGGESTED if name not in ("year", "make", "model")}
        assert (await ask(world, shown["vin"]))["filled"] == filled
        assert shown["editedFields"] == []
        second = world.vehicle("A2")
        assert (second["trim"], second["drivetrain"], second["engine"]) == ("LX", "AWD", "2.4L I4")
        assert set(json.loads(second["decoded_fields"])) == {"bodyStyle", "engine", "fuelType", "transmission"}
        assert asked(world) == [("POST", "/vpic/vehicles/DecodeVINValuesBatch/")]

    async def test_what_the_dms_says_later_counts_and_a_second_pull_asks_nothing(self) -> None:
        world = World([car(1)], settings=DECODER)
        world.network.decoder.say(car(1)["vin"], **ACCORD)
        await world.pull()
        version = world.vehicle("A1")["version"]
        await world.pull()
        assert world.vehicle("A1")["version"] == version
        world.network.dms.lot.update("A1", {"trim": "SE"})
        await world.pull()
        assert (world.vehicle("A1")["trim"], world.vehicle("A1")["engine"]) == ("SE", "2.4L I4")
        assert len(asked(world)) == 1

    async def test_a_field_that_the_dealer_has_emptied_stays_empty(self) -> None:
        world = World([car(1)], settings=DECODER)
        world.network.decoder.say(car(1)["vin"], **ACCORD)
        await world.pull()
        await world.edit("A1", trim=None)
        world.network.dms.lot.update("A1", {"mileage": 99_000})
        await world.pull()
        assert world.vehicle("A1")["trim"] is None

    async def test_a_file_is_filled_too(self) -> None:
        world, number = World(0, settings=DECODER), valid_vin(1)
        world.network.decoder.say(number, **ACCORD)
        sheet = f"VIN,Year,Make,Model,Trim\n{number},2013,Tesla,Model S,P85\n".encode()
        taken = await world.call("POST", "/api/vehicles/import", sheet, {"content-type": "text/csv"})
        assert taken.status == 200, taken.body
        await world.until_quiet()
        [row] = world.database.query("SELECT * FROM vehicles")
        # A make that does not fit is a hint at the desk, and no reason to change anything.
        assert (row["make"], row["year"], row["trim"], row["body_style"]) == ("Tesla", 2013, "P85", "Sedan")

    async def test_a_file_names_the_car_to_which_a_known_vin_belongs_and_takes_the_row(self) -> None:
        world, numbers = World(0, settings=DECODER), [valid_vin(number) for number in (1, 2, 3)]
        for number in numbers[:2]:
            world.network.decoder.say(number, **ACCORD)
            await ask(world, number)
        await world.until_quiet()
        rows = [f"{numbers[0]},2013,Tesla,Model S", f"{numbers[1]},2003,HONDA,Accord EX", f"{numbers[2]},2013,Tesla,Model S"]
        sheet = "\n".join(["VIN,Year,Make,Model", *rows]).encode()
        for query in ("?dryRun=true", ""):
            taken = answer(await world.call("POST", f"/api/vehicles/import{query}", sheet, {"content-type": "text/csv"}))
            assert (taken["created"], taken["rejected"]) == (3, [])
            hint = {"row": 2, "column": "VIN", "value": numbers[0], "message": "This VIN belongs to a 2003 Honda Accord."}
            assert taken["warnings"] == [hint]
        renamed = f"VIN,Make\n{numbers[0]},Honda\n{numbers[1]},Toyota\n".encode()
        changed = answer(await world.call("POST", "/api/vehicles/import", renamed, {"content-type": "text/csv"}))
        assert (changed["updated"], [each["row"] for each in changed["warnings"]]) == (2, [2, 3])

    async def test_a_car_typed_by_hand_is_left_as_it_was_typed(self) -> None:
        world, number = World(0, settings=DECODER), valid_vin(1)
        entered = {"vin": number, "year": 2013, "make": "Tesla", "model": "Model S"}
        assert (await world.call("POST", "/api/vehicles", entered)).status == 201
        await world.until_quiet()
        assert [row[name] for row in world.database.query("SELECT * FROM vehicles") for name in FILLED] == [None] * 6

    async def test_without_a_decoder_nothing_is_asked(self) -> None:
        world = World([car(1)])
        await world.pull()
        assert (world.tasks(target="vin_decoder"), asked(world)) == ([], [])


def fails(world: World, **fault: Any) -> None:
    """Every call to the decoder fails so."""
    world.network.faults("vin-decoder", script=[{**fault, "times": 1000}])
