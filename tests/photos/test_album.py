"""The photos of a car: their order, the cover, removal, and what the sweep deletes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.typed import add, change
from photos.album import OLD, picture, upload, uploaded, urls
from support.lot import Lot, answer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def order(lot: Lot, car: dict[str, Any], body: Any) -> Any:
    return await lot.call("PUT", f"/api/vehicles/{car['id']}/photos", body)


async def remove(lot: Lot, car: dict[str, Any], photo_id: str) -> int:
    return (await lot.call("DELETE", f"/api/vehicles/{car['id']}/photos/{photo_id}")).status


async def hours(lot: Lot, count: int = 24) -> None:
    """Let a day of crons pass."""
    for _ in range(count):
        lot.clock.forward(3600)
        await lot.tick("0 * * * *")


@pytest.mark.parametrize("shape", ["ids", "objects"])
async def test_the_order_is_the_dealers(lot: Lot, shape: str) -> None:
    car = await add(lot, 1)
    second = await uploaded(lot, car)
    photos = answer(await lot.call("GET", f"/api/vehicles/{car['id']}"))["photos"]
    turned = photos[::-1]
    body = {"photos": turned if shape == "objects" else [photo["id"] for photo in turned]}
    response = await order(lot, car, body)
    assert response.status == 200
    assert [photo["url"] for photo in answer(response)["photos"]] == [second["url"], "https://photos.test/1.jpg"]
    assert await urls(lot, car) == [second["url"], "https://photos.test/1.jpg"]
    version = answer(await lot.call("GET", f"/api/vehicles/{car['id']}"))["version"]
    assert (await order(lot, car, body)).status == 200
    assert answer(await lot.call("GET", f"/api/vehicles/{car['id']}"))["version"] == version


@pytest.mark.parametrize("wrong", [[], ["nobody"], ["twice"], "text", None, [1], [["x"]]], ids=str)
async def test_an_order_names_each_photo_once(lot: Lot, wrong: Any) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    ids = [photo["id"], photo["id"]] if wrong == ["twice"] else wrong
    assert (await order(lot, car, {"photos": ids})).status == 422
    assert (await order(lot, car, ids)).status in (415, 422)
    assert (await urls(lot, car))[1] == photo["url"]


@pytest.mark.parametrize("step", ["order", "remove"])
async def test_a_photo_that_comes_meanwhile_is_kept(lot: Lot, step: str) -> None:
    """The photos were read to be changed, and are others before they are written."""
    car = await add(lot, 1)
    first = await uploaded(lot, car, 1)
    (external, _) = answer(await lot.call("GET", f"/api/vehicles/{car['id']}"))["photos"]
    plain = lot.database.batch

    async def upload_meanwhile(statements: Any) -> Any:
        lot.database.batch = plain  # type: ignore[method-assign]
        await uploaded(lot, car, 2)
        return await plain(statements)

    lot.database.batch = upload_meanwhile  # type: ignore[method-assign]
    if step == "order":
        assert (await order(lot, car, {"photos": [first["id"], external["id"]]})).status == 422
    else:
        assert await remove(lot, car, first["id"]) == 204
    assert len(await urls(lot, car)) == {"order": 3, "remove": 2}[step]


async def test_a_removed_photo_is_gone_at_once_and_its_file_a_day_later(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    assert await remove(lot, car, photo["id"]) == 204
    assert await urls(lot, car) == ["https://photos.test/1.jpg"]
    assert (await lot.call("GET", f"/photos/{photo['id']}")).status == 404
    assert await remove(lot, car, photo["id"]) == 404
    assert list(lot.blobs.files) == [photo["id"]]
    await hours(lot, 26)
    assert lot.blobs.files == {}
    assert lot.database.query("SELECT id FROM photos") == []


async def test_uploaded_again_a_removed_photo_is_back(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    await remove(lot, car, photo["id"])
    again = await upload(lot, car, picture(1))
    assert answer(again)["id"] == photo["id"]
    await hours(lot, 26)
    assert (await lot.call("GET", f"/photos/{photo['id']}")).status == 200


async def test_a_photo_of_the_dms_can_be_removed(lot: Lot) -> None:
    car = await add(lot, 1)
    photo_id = answer(await lot.call("GET", f"/api/vehicles/{car['id']}"))["photos"][0]["id"]
    assert await remove(lot, car, photo_id) == 204
    assert await urls(lot, car) == []


async def test_another_cars_photo_is_not_removed(lot: Lot) -> None:
    car, other = await add(lot, 1), await add(lot, 2)
    photo = await uploaded(lot, car)
    assert await remove(lot, other, photo["id"]) == 404
    assert (await lot.call("GET", f"/photos/{photo['id']}")).status == 200


async def test_a_photo_left_out_of_a_change_is_removed_by_the_sweep(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    await change(lot, car["id"], photos=["https://photos.test/1.jpg"])
    await hours(lot, 26)
    assert lot.blobs.files == {}
    assert (await lot.call("GET", f"/photos/{photo['id']}")).status == 404


async def test_the_sweep_deletes_old_files_that_belong_to_nothing_and_no_others(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    for digit in "0123456789abcdef":
        for number in range(7):
            lot.blobs.files[f"{digit}orphan{number}"] = (b"", "image/jpeg", LONG_AGO)
    lot.blobs.files["5young"] = (b"", "image/jpeg", datetime(2025, 2, 3, 20, tzinfo=UTC))
    await hours(lot, 24)
    assert sorted(lot.blobs.files) == sorted(["5young", photo["id"]])


async def test_a_store_that_is_away_stops_no_cron(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    await remove(lot, car, photo["id"])
    lot.database.query("UPDATE photos SET removed_at = ?", OLD)
    lot.blobs.broken = True
    await hours(lot, 2)
    lot.blobs.broken = False
    lot.blobs.files[photo["id"]] = (b"", "image/jpeg", LONG_AGO)
    await hours(lot, 24)
    assert lot.blobs.files == {}
