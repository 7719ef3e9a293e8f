"""The two lists of vehicles: filters, order, pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from app.typed import add, get, sell
from support.lot import Lot, answer

PUBLIC = "/api/public/inventory"
ADMIN = "/api/vehicles"

CARS: tuple[dict[str, Any], ...] = (
    {"make": "Honda", "model": "Civic", "year": 2012, "price": 9000, "mileage": 90_000, "bodyStyle": "Sedan"},
    {"make": "Honda", "model": "CR-V", "year": 2018, "price": 21_000.50, "mileage": 40_000, "bodyStyle": "SUV"},
    {"make": "Ford", "model": "F-150", "year": 2015, "price": None, "mileage": None, "bodyStyle": "Truck"},
    {"make": "Škoda", "model": "Superb 100% 4_4", "year": 2018, "price": 18_000, "mileage": 10, "bodyStyle": None},
)


@pytest.fixture
def places() -> list[str]:
    """Where each of the four cars stands."""
    return ["Main lot", "Back row", "Main lot", "Service bay"]


async def filled(lot: Lot, places: list[str]) -> None:
    """The four cars, added a minute apart."""
    for number, (car, place) in enumerate(zip(CARS, places, strict=True)):
        await add(lot, number, **car, location=place, trim=None, exteriorColor="Red", description=f"No{number}e here")
        lot.clock.forward(60)


async def numbers(lot: Lot, target: str) -> list[int]:
    """Which cars a list shows, in its order."""
    found = await get(lot, target)
    vehicles = found if isinstance(found, list) else found["vehicles"]
    return [int(vehicle["stockNumber"][1:]) for vehicle in vehicles]


QUERIES = [
    ("", [3, 2, 1, 0]),
    ("?make=honda", [1, 0]),
    ("?make=Hond", []),
    ("?make=%20Honda%20", [1, 0]),
    ("?make=" + quote("Škoda"), [3]),
    ("?model=f-150", [2]),
    ("?bodyStyle=suv", [1]),
    ("?yearMin=2015", [3, 2, 1]),
    ("?yearMax=2015", [2, 0]),
    ("?yearMin=2015&yearMax=2015", [2]),
    ("?priceMin=18000", [3, 1]),
    ("?priceMax=21000.49", [3, 0]),
    ("?priceMax=21000.50", [3, 1, 0]),
    ("?mileageMax=40000", [3, 1]),
    ("?q=civic", [0]),
    ("?q=HONDA+2018", [1]),
    ("?q=no2e", [2]),
    ("?q=h3", [3]),
    ("?q=100%25", [3]),
    ("?q=4_4", [3]),
    ("?q=%25", [3]),
    ("?q='--", []),
    ("?q=5YJSA1", [3, 2, 1, 0]),
    ("?q=red", [3, 2, 1, 0]),
    ("?make=&q=+&yearMin=", [3, 2, 1, 0]),
    ("?make=Ford&make=Honda", [1, 0]),
    ("?nonsense=1", [3, 2, 1, 0]),
    ("?sort=newest", [3, 2, 1, 0]),
    ("?sort=price", [0, 3, 1, 2]),
    ("?sort=-price", [1, 3, 0, 2]),
    ("?sort=mileage", [3, 1, 0, 2]),
    ("?sort=-price&make=honda&limit=1", [1]),
    ("?limit=2", [3, 2]),
    ("?limit=2&offset=1", [2, 1]),
    ("?offset=4", []),
    ("?offset=99999999", []),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
async def test_both_lists_filter_and_sort_alike(lot: Lot, places: list[str], query: str, expected: list[int]) -> None:
    await filled(lot, places)
    assert await numbers(lot, PUBLIC + query) == expected
    assert await numbers(lot, ADMIN + query) == expected


async def test_years_sort_both_ways_and_ties_keep_one_order(lot: Lot, places: list[str]) -> None:
    await filled(lot, places)
    for target in (PUBLIC, ADMIN):
        up, down = await numbers(lot, target + "?sort=year"), await numbers(lot, target + "?sort=-year")
        assert up[:2] == [0, 2]
        assert down[2:] == [2, 0]
        assert set(up[2:]) == set(down[:2]) == {1, 3}
        assert await numbers(lot, target + "?sort=year") == up


async def test_the_dealer_also_filters_by_state_and_place(lot: Lot, places: list[str]) -> None:
    await filled(lot, places)
    ids = {vehicle["stockNumber"]: vehicle["id"] for vehicle in (await get(lot, ADMIN))["vehicles"]}
    await lot.call("DELETE", f"{ADMIN}/{ids['H0']}")
    await lot.call("PATCH", f"{ADMIN}/{ids['H1']}", {"status": "pending"})
    sell(lot, ids["H2"])
    assert await numbers(lot, ADMIN) == [3, 2, 1]
    assert await numbers(lot, ADMIN + "?status=archived") == [0]
    assert await numbers(lot, ADMIN + "?status=pending") == [1]
    assert await numbers(lot, ADMIN + "?status=sold") == [2]
    assert await numbers(lot, ADMIN + "?status=available") == [3]
    assert await numbers(lot, ADMIN + "?location=main%20lot") == [2]
    assert (await get(lot, ADMIN + "?status=sold"))["total"] == 1
    # The public cannot ask for what it may not see.
    for query in ("", "?status=sold", "?status=pending", "?location=Main+lot", "?publishToWebsite=false"):
        assert await numbers(lot, PUBLIC + query) == [3]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1.5", "limit=1e2", "offset=-1", "offset=100000000"),
        *("sort=cost", "sort=price%3BDROP", "yearMin=x", "yearMax=-1", "priceMin=-1", "priceMax=NaN", "priceMax=inf"),
        *("priceMin=1.001", "mileageMax=1e9", "q=" + "a" * 201, "make=%00", "q=a%00b", "make=" + "b" * 201),
        *("limit=" + "9" * 5000, "yearMin=%D9%A1%D9%A2%00", "priceMin=" + "9" * 400),
    ],
)
async def test_a_bad_query_is_400_and_names_the_field(lot: Lot, query: str) -> None:
    for target in (PUBLIC, ADMIN):
        response = await lot.call("GET", f"{target}?{query}")
        assert response.status == 400
        problem = answer(response)
        assert problem["code"] == "bad-query"
        assert [error["field"] for error in problem["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize("query", ["status=gone", "status=AVAILABLE", "location=%00"])
async def test_a_bad_query_of_the_dealer_is_400(lot: Lot, query: str) -> None:
    assert (await lot.call("GET", f"{ADMIN}?{query}")).status == 400


@pytest.mark.parametrize("text", ["'", '"', "';DROP TABLE vehicles--", "%' OR '1'='1", "\\", "[]", '"]', "{", "🚗", "&lt;b&gt;"])
async def test_texts_in_a_query_are_texts(lot: Lot, text: str) -> None:
    await add(lot, 1, make="Ford")
    await add(lot, 2, make=text, description=None)
    assert await numbers(lot, f"{PUBLIC}?make={quote(text)}") == [2]
    assert await numbers(lot, f"{PUBLIC}?q={quote(text)}") == [2]
    assert await numbers(lot, f"{ADMIN}?make={quote(text)}") == [2]
    assert len(lot.database.query("SELECT * FROM vehicles")) == 2


async def test_markup_in_a_query_finds_the_description_that_has_it(lot: Lot) -> None:
    await add(lot, 1)
    await add(lot, 2, description="Like <b>new</b>")
    assert await numbers(lot, f"{PUBLIC}?q={quote('<b>')}") == [2]


async def test_the_lists_are_walked_by_their_links(lot: Lot) -> None:
    for number in range(7):
        await add(lot, number)
        lot.clock.forward(1)
    target: str | None = f"{PUBLIC}?make=tesla&limit=3&q=model+s"
    seen: list[int] = []
    steps = 0
    while target:
        response = await lot.call("GET", target)
        assert response.headers["x-total-count"] == "7"
        links = dict(reversed(link) for link in re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers["link"]))
        for url in links.values():
            assert url.startswith(f"https://lot.test{PUBLIC}?make=tesla&q=model+s&limit=3&offset=")
        assert links["first"].endswith("offset=0")
        assert links["last"].endswith("offset=6")
        assert ("prev" in links) is (steps > 0)
        seen += [int(vehicle["stockNumber"][1:]) for vehicle in answer(response)]
        following = urlsplit(links["next"]) if "next" in links else None
        target = f"{following.path}?{following.query}" if following else None
        steps += 1
    assert seen == [6, 5, 4, 3, 2, 1, 0]
    assert steps == 3
    assert (await get(lot, f"{ADMIN}?limit=3&offset=6"))["total"] == 7


async def test_a_list_on_one_page_has_no_links(lot: Lot) -> None:
    await add(lot, 1)
    response = await lot.call("GET", PUBLIC)
    assert "link" not in response.headers
    assert response.headers["x-total-count"] == "1"
    assert (await lot.call("GET", PUBLIC + "?make=none")).headers["x-total-count"] == "0"


async def test_a_page_shows_500_cars_unless_told_otherwise(lot: Lot) -> None:
    columns = "id, vin, vin_valid, year, make, model, publish_to_website, created_at, updated_at"
    lot.database.query(
        f"""WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1201)
        INSERT INTO vehicles ({columns}) SELECT 'v' || n, 'VIN' || n, 0, 2000, 'M', 'M', 1,
        '2025-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z' FROM n"""
    )
    assert len(await get(lot, PUBLIC)) == 500
    assert len(await get(lot, PUBLIC + "?limit=1000")) == 1000
    assert len(await get(lot, PUBLIC + "?limit=1000&offset=1000")) == 201
    whole = await get(lot, ADMIN + "?limit=777")
    assert (len(whole["vehicles"]), whole["total"]) == (777, 1201)
