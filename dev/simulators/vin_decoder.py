"""A stand-in of NHTSA's vPIC API: VINs decoded one at a time or fifty at once.

It knows the vehicles of the simulated DMS, tells the maker of others by their first three characters, and takes answers of a
test's own. Source of paths, names and values: https://vpic.nhtsa.dot.gov/api/.
"""

import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from simulators import generate, vin
from simulators.partner import answer_json, read_json

MOST = 50

_BODIES = {
    "Sedan": "Sedan/Saloon",
    "SUV": "Sport Utility Vehicle (SUV)/Multi-Purpose Vehicle (MPV)",
    "Truck": "Pickup",
    "Wagon": "Wagon",
    "Coupe": "Coupe",
    "Hatchback": "Hatchback/Liftback/Notchback",
    "Convertible": "Convertible/Cabriolet",
    "Minivan": "Minivan",
    "Van": "Van",
}
_DRIVES = {
    "FWD": "FWD/Front-Wheel Drive",
    "RWD": "RWD/Rear-Wheel Drive",
    "AWD": "AWD/All-Wheel Drive",
    "4WD": "4WD/4-Wheel Drive/4x4",
}
_TRANSMISSIONS = {"Manual": "Manual/Standard", "CVT": "Continuously Variable Transmission (CVT)", "Automatic": "Automatic"}
_LAYOUTS = {"I": "In-Line", "V": "V-Shaped", "H": "Horizontally opposed (boxer)", "W": "W Shape"}
_FUELS = {"Hybrid": "Gasoline", "Plug-in hybrid": "Gasoline", "Flex fuel": "Flexible Fuel Vehicle (FFV)"}
_NAMES = (
    *("VIN", "ErrorCode", "ErrorText", "ModelYear", "Make", "Model", "Trim", "BodyClass", "FuelTypePrimary", "FuelTypeSecondary"),
    *("ElectrificationLevel", "DriveType", "TransmissionStyle", "DisplacementL", "EngineCylinders", "EngineConfiguration"),
    *("Series", "VehicleType", "Manufacturer", "PlantCountry", "Doors", "GVWR", "Note"),
)


class VinDecoder:
    """Decode VINs as vPIC does. Any address below `/vpic` is its API."""

    name = "vin-decoder"
    prefixes: tuple[str, ...] = ("/vpic",)

    def __init__(self, records: Iterable[Any] = ()) -> None:
        self._records = {str(record["vin"]): record for record in records if isinstance(record, dict) and record.get("vin")}
        self._told: dict[str, dict[str, str]] = {}

    def routes(self) -> list[web.RouteDef]:
        """Return the two routes of the API that CarLot Manager calls."""
        return [
            web.get("/vpic/vehicles/DecodeVinValues/{vin}", self.decode, allow_head=False),
            web.post("/vpic/vehicles/DecodeVINValuesBatch/", self.decode_batch),
        ]

    def control_routes(self) -> list[web.RouteDef]:
        """Return the route of `PUT /_sim/vin-decoder/vins`."""
        return [web.put("/_sim/vin-decoder/vins", self.tell)]

    def settings(self, base: str) -> dict[str, str]:
        """Return the setting with which CarLot Manager decodes VINs here."""
        return {"VIN_DECODER_URL": f"{base}/vpic"}

    def reset(self) -> None:
        """Forget what was told."""
        self._told.clear()

    def say(self, number: str, **values: str) -> None:
        """Answer a VIN (`*`: every other one) with these values of vPIC's, all others empty."""
        self._told[number] = values

    async def tell(self, request: web.Request) -> web.Response:
        """Answer VINs with values of your own: `{"VIN": {"Make": "HONDA", "Trim": "EX"}}`; the rest is empty.
        `*` is every other VIN.
        """
        for number, values in (await read_json(request)).items():
            self.say(number, **values)
        return answer_json({"told": sorted(self._told)})

    async def decode(self, request: web.Request) -> web.Response:
        """Decode one VIN, in the flat format."""
        return _answer([self.row(request.match_info["vin"])], f"VIN:{request.match_info['vin']}")

    async def decode_batch(self, request: web.Request) -> web.Response:
        """Decode the VINs of a form's `data`, between semicolons, each perhaps with a comma and its year."""
        form = await request.post()
        numbers = [part.partition(",")[0].strip() for part in str(form.get("data", "")).split(";") if part.strip()]
        return _answer([self.row(number) for number in numbers[:MOST]], None)

    def row(self, number: str) -> dict[str, str]:
        """What is known of a VIN."""
        number = number.upper()
        row = {**dict.fromkeys(_NAMES, ""), "VIN": number, "ErrorCode": "0", "ErrorText": "0 - VIN decoded clean."}
        told = self._told.get(number, self._told.get("*"))
        if told is not None:
            return {**row, **told}
        if not vin.is_valid(number):
            return {**row, "ErrorCode": "1", "ErrorText": "1 - Check Digit (9th position) does not calculate properly"}
        if number in self._records:
            return {**row, **_of_record(self._records[number])}
        return {**row, **_of_maker(number)}


def _answer(rows: list[dict[str, str]], searched: str | None) -> web.Response:
    message = "Results returned successfully. NOTE: Any missing decoded values should be interpreted as NHTSA does not have data."
    return answer_json({"Count": len(rows), "Message": message, "SearchCriteria": searched, "Results": rows})


def _of_record(record: dict[str, Any]) -> dict[str, str]:
    """A record of the DMS in vPIC's words."""
    said = {name: str(value) for name, value in record.items() if value is not None}
    engine = re.match(r"(?:(\d\.\d)L )?(?:([IVHW])(\d+))?", said.get("engine", ""))
    fuel = said.get("fuel_type", "")
    hybrid = {"Hybrid": "Strong HEV (Hybrid Electric Vehicle)", "Plug-in hybrid": "PHEV (Plug-in Hybrid Electric Vehicle)"}
    return {
        "ModelYear": said.get("year", ""),
        "Make": said.get("make", "").upper(),
        "Model": said.get("model", ""),
        "Trim": said.get("trim", ""),
        "BodyClass": _BODIES.get(said.get("body_style", ""), ""),
        "FuelTypePrimary": _FUELS.get(fuel, fuel),
        "ElectrificationLevel": hybrid.get(fuel, ""),
        "DriveType": _DRIVES.get(said.get("drivetrain", ""), ""),
        "TransmissionStyle": _TRANSMISSIONS.get(said.get("transmission", ""), ""),
        "DisplacementL": engine[1] or "" if engine else "",
        "EngineConfiguration": _LAYOUTS.get(engine[2] or "", "") if engine else "",
        "EngineCylinders": engine[3] or "" if engine else "",
    }


def _of_maker(number: str) -> dict[str, str]:
    """What the first three characters and the year tell of a car that nobody described."""
    found = next((model for model in generate.MODELS if number.startswith(model[3])), None)
    if found is None:
        return {
            "ErrorCode": "7",
            "ErrorText": "7 - Manufacturer is not registered with NHTSA for sale or importation",
        }
    make, model, body, _, _, engine, drive, _ = found
    known = {"make": make, "model": model, "body_style": body, "engine": engine, "drivetrain": drive, "fuel_type": "Gasoline"}
    return _of_record({**known, "year": model_year(number)})


def model_year(number: str) -> int:
    """Return the model year of a car's VIN: the seventh character is a letter from 2010 on. Source: 49 CFR 565.15."""
    year = 1980 + vin.MODEL_YEARS.index(number[9])
    return year + 30 if number[6].isalpha() else year
