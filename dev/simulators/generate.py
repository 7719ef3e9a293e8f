"""Thousands of made-up vehicles for benchmarks. The same seed gives the same vehicles."""

import random
from datetime import date, timedelta
from typing import Any

from simulators import vin

MODELS = [
    # make, model, body style, manufacturer in the VIN, plant, engine, drivetrain, price when new
    ("Honda", "Accord", "Sedan", "1HG", "A", "2.0L I4", "FWD", 28000),
    ("Honda", "CR-V", "SUV", "2HK", "H", "1.5L I4", "AWD", 31000),
    ("Toyota", "Camry", "Sedan", "4T1", "U", "2.5L I4", "FWD", 28500),
    ("Toyota", "Tacoma", "Truck", "5TF", "X", "3.5L V6", "4WD", 37000),
    ("Ford", "F-150", "Truck", "1FT", "F", "5.0L V8", "4WD", 46000),
    ("Ford", "Escape", "SUV", "1FM", "U", "1.5L I3", "FWD", 29500),
    ("Chevrolet", "Malibu", "Sedan", "1G1", "F", "1.5L I4", "FWD", 26000),
    ("Chevrolet", "Tahoe", "SUV", "1GN", "R", "5.3L V8", "4WD", 58000),
    ("Nissan", "Altima", "Sedan", "1N4", "N", "2.5L I4", "FWD", 27000),
    ("Subaru", "Outback", "Wagon", "4S4", "3", "2.5L H4", "AWD", 32000),
    ("Hyundai", "Elantra", "Sedan", "5NP", "H", "2.0L I4", "FWD", 22500),
    ("Mazda", "MX-5 Miata", "Convertible", "JM1", "0", "2.0L I4", "RWD", 30500),
]
TRIMS = ["Base", "S", "LE", "EX", "Sport", "Limited", "Touring", "Premium"]
PAINTS = ["White", "Silver", "Gray", "Black", "Red", "Blue", "Green", "Beige"]
CABINS = ["Black", "Gray", "Tan", "Brown"]
LOCATIONS = ["Main lot", "Back row", "Service bay"]
PHRASES = [
    "clean title",
    "one owner",
    "new tires",
    "service records",
    "heated seats",
    "backup camera",
    "remote start",
    "power liftgate",
    "tow package",
    "all-weather mats",
    "garage kept",
    "moonroof",
]
TODAY = date(2026, 11, 1)
# A fixed day, so that the same seed gives the same vehicles every year.


def vehicles(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return `count` records in the DMS's field names, with distinct stock numbers and distinct valid VINs."""
    draw = random.Random(seed)
    return [_vehicle(number, draw) for number in range(1, count + 1)]


def _vehicle(number: int, draw: random.Random) -> dict[str, Any]:
    make, model, body_style, wmi, plant, engine, drivetrain, new_price = draw.choice(MODELS)
    year = draw.randint(2005, 2025)
    age = TODAY.year - year
    mileage = max(40, int(age * draw.uniform(4000, 17000)))
    price = max(2495, round(new_price * 0.88**age * draw.uniform(0.85, 1.15), -2) - 5)
    acquired = TODAY - timedelta(days=draw.randint(1, 240))
    # The running number is the serial number and, above a million, part of the model code, so every VIN is distinct.
    code = f"{'ABCDEFGHJK'[number // 1_000_000 % 10]}{draw.randint(1, 9)}{draw.randint(1, 9)}"
    code += ("B" if year >= 2010 else "4") + str(draw.randint(1, 9))
    return {
        "stock_number": f"G{number:06d}",
        "vin": vin.complete(wmi, code, year, plant, number % 1_000_000),
        "make": make,
        "model": model,
        "year": year,
        "cost": round(price * draw.uniform(0.78, 0.9), 2),
        "date_acquired": acquired.isoformat(),
        "mileage": mileage,
        "location": draw.choice(LOCATIONS),
        "trim": draw.choice(TRIMS),
        "body_style": body_style,
        "exterior_color": draw.choice(PAINTS),
        "interior_color": draw.choice(CABINS),
        "transmission": "Manual" if draw.random() < 0.06 else "Automatic",
        "fuel_type": "Gasoline",
        "drivetrain": drivetrain,
        "engine": engine,
        "price": float(price),
        "description": ", ".join(draw.sample(PHRASES, k=8)).capitalize() + ".",
        "photos": [f"https://photos.example.com/{number:06d}/{view}.jpg" for view in range(1, 4)],
        "status": "available",
        "updated_at": f"{acquired.isoformat()}T12:00:00Z",
    }
