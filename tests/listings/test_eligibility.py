"""What may be listed: the rule in words, and the same rule in SQL."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from carlot.domain.eligibility import addressed, missing, obstacles, off_market
from carlot.domain.vehicle import STATUSES
from carlot.store.listings import LISTABLE
from support.platform import migrated

CARS = some.fixed_dictionaries(
    {
        "status": some.sampled_from(STATUSES),
        "publishToThirdParty": some.booleans(),
        "vinValid": some.booleans(),
        "price": some.sampled_from([None, 0, 0.01, 1, 99_999_999.99]),
        "photos": some.lists(some.sampled_from(["https://a.test/1.jpg", "/photos/1"]), max_size=3),
    }
)
FINE = {"status": "available", "publishToThirdParty": True, "vinValid": True, "price": 1.0, "photos": ["https://a.test/1.jpg"]}
_DATABASE = migrated()


@given(CARS)
def test_words_and_sql_agree(car: dict[str, Any]) -> None:
    cents = None if car["price"] is None else round(car["price"] * 100)
    urls = "[" + ",".join(f'"{url}"' for url in car["photos"]) + "]"
    row = _DATABASE.execute(
        f"""SELECT count(*) FROM
          (SELECT ? AS status, ? AS publish_to_third_party, ? AS vin_valid, ? AS price_cents, ? AS photos) v
        WHERE {LISTABLE}""",
        (car["status"], car["publishToThirdParty"], car["vinValid"], cents, urls),
    ).fetchone()
    assert bool(row[0]) is (not obstacles(car))


def test_a_fine_car_has_no_obstacle() -> None:
    assert obstacles(FINE) == []


def test_every_obstacle_is_a_sentence_of_its_own() -> None:
    assert off_market({**FINE, "status": "sold"}) == "It is sold."
    assert off_market({**FINE, "status": "pending"}) == "A sale is pending."
    assert off_market({**FINE, "status": "archived"}) == "It is not in inventory."
    assert off_market({**FINE, "publishToThirdParty": False}) == "Publish to Third Party is off."
    lacking = {**FINE, "vinValid": False, "price": None, "photos": [], "bodyStyle": None}
    assert [lack.field for lack in missing(lacking)] == ["vin", "price", "photos"]
    assert [lack.field for lack in missing(lacking, ("price", "bodyStyle"))] == ["vin", "price", "photos", "bodyStyle"]
    assert missing(lacking, ("bodyStyle",))[-1].message == "It has no body style."


def test_uploaded_photos_need_an_address_of_ours() -> None:
    assert addressed(["/photos/1", "https://a.test/1"], "https://lot.test") == ["https://lot.test/photos/1", "https://a.test/1"]
    assert addressed(["/photos/1", "https://a.test/1"], "") == ["https://a.test/1"]
