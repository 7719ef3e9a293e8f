"""Uploading photos: what is taken, what is refused, and that an interrupted upload leaves nothing to be seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.typed import add
from photos.album import JPEG, PNG, WEBP, form, picture, upload, uploaded, urls
from support.lot import Lot, answer
from support.perils import Killed, Perils
from support.world import World

MAX_BYTES = 10 * 1024 * 1024
FIELDS = {"content-type", "etag", "cache-control", "content-length", "x-content-type-options"}


@pytest.mark.parametrize(
    ("content", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")], ids=["jpeg", "png", "webp"]
)
async def test_a_picture_is_kept_and_served_as_what_it_is(lot: Lot, content: bytes, kind: str) -> None:
    car = await add(lot, 1)
    response = await upload(lot, car, content, "application/octet-stream")
    assert response.status == 201
    photo = answer(response)
    assert photo == {"id": photo["id"], "url": f"https://lot.test/photos/{photo['id']}", "position": 1}
    assert response.headers["location"] == f"/photos/{photo['id']}"
    shown = await lot.call("GET", f"/photos/{photo['id']}", signed_in=False)
    assert (shown.status, shown.stream) == (200, content)
    assert {name: shown.headers[name] for name in FIELDS - {"etag"}} == {
        "content-type": kind,
        "cache-control": "public, max-age=31536000, immutable",
        "content-length": str(len(content)),
        "x-content-type-options": "nosniff",
    }
    assert shown.headers["access-control-allow-origin"] == "*"
    assert shown.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await lot.call("GET", f"/photos/{photo['id']}", headers={"if-none-match": shown.headers["etag"]})
    assert (again.status, again.body, again.stream) == (304, b"", None)
    head = await lot.call("HEAD", f"/photos/{photo['id']}")
    assert (head.status, head.stream, head.headers["content-length"]) == (200, None, str(len(content)))


async def test_it_comes_last_and_everyone_hears_of_it(lot: Lot) -> None:
    car = await add(lot, 1)
    first, second = await uploaded(lot, car, 1), await uploaded(lot, car, 2)
    assert await urls(lot, car) == ["https://photos.test/1.jpg", first["url"], second["url"]]
    listed = answer(await lot.call("GET", "/api/public/inventory"))[0]
    assert listed["photos"] == ["https://photos.test/1.jpg", first["url"], second["url"]]


async def test_an_uploaded_photo_outlives_the_dms() -> None:
    """It counts as edited by hand: the next pull brings its own pictures, and the dealer's stay."""
    world = World(1)
    await world.pull()
    car = world.vehicle("A1")
    photo = await uploaded(world, car)
    world.network.dms.lot.update("A1", {"photos": ["https://photos.test/other.jpg"], "mileage": 5})
    await world.pull()
    assert world.vehicle("A1")["mileage_miles"] == 5
    assert await urls(world, car) == ["https://photos.test/1.jpg", photo["url"]]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"RIFF\x00\x00\x00\x00WAVE",
        b" " + JPEG,
        b"%PDF-1.7",
    ],
)
async def test_what_is_no_picture_by_its_bytes_is_refused(lot: Lot, content: bytes) -> None:
    car = await add(lot, 1)
    response = await upload(lot, car, content, "image/jpeg")
    assert (response.status, answer(response)["code"]) == (415, "unsupported-media-type")
    assert lot.blobs.files == {}


async def test_ten_megabytes_and_no_more(lot: Lot) -> None:
    car = await add(lot, 1)
    assert (await upload(lot, car, JPEG.ljust(MAX_BYTES, b"."))).status == 201
    assert (await upload(lot, car, JPEG.ljust(MAX_BYTES + 1, b"."))).status == 413
    body, kind = form(('name="file"; filename="a.jpg"', JPEG.ljust(MAX_BYTES, b"!")))
    assert (await upload(lot, car, body, kind)).status == 201
    body, kind = form(('name="file"; filename="a.jpg"', JPEG.ljust(MAX_BYTES + 1, b"!")))
    assert (await upload(lot, car, body, kind)).status == 413
    assert len(lot.blobs.files) == 2


async def test_forty_photos_and_no_more(lot: Lot) -> None:
    car = await add(lot, 1, photos=[])
    for number in range(40):
        await uploaded(lot, car, number)
    response = await upload(lot, car, picture(40))
    assert (response.status, answer(response)["code"]) == (409, "too-many-photos")
    assert len(lot.blobs.files) == len(lot.database.query("SELECT id FROM photos")) == len(await urls(lot, car)) == 40
    assert (await upload(lot, car, picture(39))).status == 200


async def test_the_same_picture_is_the_same_photo(lot: Lot) -> None:
    car, other = await add(lot, 1, photos=[]), await add(lot, 2, photos=[])
    first = await uploaded(lot, car)
    again = await upload(lot, car, picture(1))
    assert (again.status, answer(again)) == (200, first)
    assert len(lot.blobs.files) == 1
    assert (await uploaded(lot, other))["id"] != first["id"]


async def test_no_car_no_sign_in_no_photo(lot: Lot) -> None:
    car = await add(lot, 1)
    assert (await upload(lot, {"id": "nobody"})).status == 404
    assert (await upload(lot, car, signed_in=False)).status == 401
    assert (await lot.call("GET", "/photos/nobody")).status == 404
    assert (await lot.call("POST", f"/api/vehicles/{car['id']}/photos")).status == 415


async def test_a_form_with_one_file(lot: Lot) -> None:
    car = await add(lot, 1, photos=[])
    tricky = PNG + b"\r\n--not the end\r\n\r\n"
    body, kind = form(
        ('name="note"', b"a field"), ('name="photo"; filename="front \xc3\xa9.png"\r\nContent-Type: image/png', tricky)
    )
    assert (await upload(lot, car, b"preamble\r\n" + body, kind)).status == 201
    assert [content for content, _, _ in lot.blobs.files.values()] == [tricky]


FILE = ('name="f"; filename="a.jpg"', JPEG)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (*form(), 422),
        (*form(('name="f"', JPEG)), 422),
        (*form(FILE, FILE), 422),
        (form(FILE)[0], "multipart/form-data", 400),
        (form(FILE)[0], "multipart/form-data; boundary=other", 400),
        (form(FILE)[0], f"multipart/form-data; boundary={'b' * 71}", 400),
        (form(FILE)[0][:-25], form(FILE)[1], 400),
        (b"", form(FILE)[1], 400),
        (b"------b0undary", form(FILE)[1], 400),
    ],
)
async def test_a_form_that_is_none(lot: Lot, body: bytes, kind: str, status: int) -> None:
    car = await add(lot, 1)
    assert (await upload(lot, car, body, kind)).status == status
    assert lot.blobs.files == {}


async def test_many_at_once_are_all_kept(lot: Lot) -> None:
    car = await add(lot, 1, photos=[])
    responses = await asyncio.gather(*(upload(lot, car, picture(number % 10)) for number in range(20)))
    assert {response.status for response in responses} <= {200, 201}
    shown = await urls(lot, car)
    assert len(shown) == len(set(shown)) == 10
    assert sorted(lot.blobs.files) == sorted(url.rpartition("/")[2] for url in shown)


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
async def test_interrupted_at_any_call_it_is_there_whole_or_not_at_all(after_effect: bool) -> None:
    call = 0
    while True:
        call += 1
        world = World(1)
        await world.pull()
        car = world.vehicle("A1")
        world.restart(Perils(world.clock, kill_at=call, after_effect=after_effect))
        try:
            await upload(world, car)
            reached = False
        except Killed:
            reached = True
        world.restart()
        shown = await urls(world, car)
        rows = world.database.query("SELECT id FROM photos WHERE removed_at IS NULL")
        assert [url.rpartition("/")[2] for url in shown[1:]] == [row["id"] for row in rows]
        for row in rows:
            assert (await world.call("GET", f"/photos/{row['id']}")).stream == JPEG
        assert (await upload(world, car)).status == (200 if rows else 201)
        assert len(await urls(world, car)) == 2
        if not reached:
            break
    assert call > 4


async def test_a_store_that_is_away_is_a_503_and_leaves_nothing(lot: Lot) -> None:
    car = await add(lot, 1)
    lot.blobs.broken = True
    response = await upload(lot, car)
    assert (response.status, response.headers["retry-after"]) == (503, "5")
    assert lot.database.query("SELECT id FROM photos") == []
    assert len(await urls(lot, car)) == 1


async def test_a_photo_whose_file_is_gone_is_not_there(lot: Lot) -> None:
    car = await add(lot, 1)
    photo = await uploaded(lot, car)
    lot.blobs.files.clear()
    response: Any = await lot.call("GET", f"/photos/{photo['id']}")
    assert response.status == 404
