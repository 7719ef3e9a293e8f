"""What the desk makes of a phone's picture before it sends it: smaller, upright, and nothing left of where it was taken."""

from __future__ import annotations

import base64
import struct

import httpx
from playwright.sync_api import Page, expect

from browser.conftest import OpenDesk
from browser.desk_page import add_vehicle, address, stored
from browser.installation import Installation
from support.running import wait_until

LONGEST_PX = 2048
ON_ITS_SIDE = 6
"""The orientation of a phone held upright. Source: CIPA DC-008 (Exif), tag Orientation."""

# A picture whose left half is red and whose right half is blue, as base64.
DRAWN = """([width, height]) => {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const paper = canvas.getContext("2d");
  for (const [colour, from] of [["red", 0], ["blue", width / 2]]) {
    paper.fillStyle = colour;
    paper.fillRect(from, 0, width / 2, height);
  }
  return canvas.toDataURL("image/jpeg").split(",")[1];
}"""
# The colours at the top and at the bottom of the picture at an address.
TOP_AND_BOTTOM = """async (url) => {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const paper = canvas.getContext("2d");
  paper.drawImage(image, 0, 0);
  return [10, image.height - 10].map((y) => {
    const [red, , blue] = paper.getImageData(image.width / 2, y, 1, 1).data;
    return red > blue ? "red" : "blue";
  });
}"""


def taken_by_phone(page: Page, width: int, height: int) -> bytes:
    """A JPEG as a phone writes it: lying on its side, with the place where it was taken."""
    plain = base64.b64decode(page.evaluate(DRAWN, [width, height]))
    assert plain.startswith(b"\xff\xd8")
    # Two entries, orientation and where the GPS entries begin; then those: north, and 40 degrees 26 minutes 46 seconds.
    first = struct.pack("<HHHIHHHHIII", 2, 0x0112, 3, 1, ON_ITS_SIDE, 0, 0x8825, 4, 1, 8 + 2 + 2 * 12 + 4, 0)
    place = struct.pack("<HHHI4sHHIII", 2, 1, 2, 2, b"N\0\0\0", 2, 5, 3, 38 + 2 + 2 * 12 + 4, 0)
    exif = b"Exif\0\0" + b"II*\0" + struct.pack("<I", 8) + first + place + struct.pack("<6I", 40, 1, 26, 1, 46, 1)
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]


def segments(jpeg: bytes) -> dict[int, bytes]:
    """The segments of a JPEG before its picture, by marker. Source: ITU-T T.81, annex B."""
    found, at = {}, 2
    while jpeg[at + 1] != 0xDA:
        (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
        found[jpeg[at + 1]] = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
    return found


def size(jpeg: bytes) -> tuple[int, int]:
    """Width and height of a JPEG, whatever its metadata say."""
    frame = next(content for marker, content in segments(jpeg).items() if marker in (0xC0, 0xC1, 0xC2))
    height, width = struct.unpack(">HH", frame[1:5])
    return width, height


def test_a_phones_picture_is_made_smaller_upright_and_says_no_more_where_it_was_taken(
    desk: OpenDesk, desk_lot: Installation
) -> None:
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    original = taken_by_phone(page, 4000, 3000)
    assert b"Exif" in segments(original)[0xE1]
    page.get_by_label("Photo files").set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": original})
    wait_until(lambda: len(stored(desk_lot, car)["photos"]) == 1, 20, "the photo is there")
    expect(page.locator(".photo-coming")).to_have_count(0)
    url = stored(desk_lot, car)["photos"][0]["url"]
    sent = httpx.get(url).raise_for_status().content
    assert size(sent) == (LONGEST_PX * 3 // 4, LONGEST_PX)
    assert len(sent) < len(original)
    assert segments(sent).keys().isdisjoint({0xE1, 0xED, 0xFE})
    assert b"Exif" not in sent
    # Turned clockwise, left is up.
    assert page.evaluate(TOP_AND_BOTTOM, url) == ["red", "blue"]


def test_a_small_picture_is_not_made_larger(desk: OpenDesk, desk_lot: Installation) -> None:
    car = add_vehicle(desk_lot)
    page = desk(address(car))
    picture = base64.b64decode(page.evaluate(DRAWN, [64, 48]))
    page.get_by_label("Photo files").set_input_files({"name": "small.jpg", "mimeType": "image/jpeg", "buffer": picture})
    wait_until(lambda: len(stored(desk_lot, car)["photos"]) == 1, 20, "the photo is there")
    assert size(httpx.get(stored(desk_lot, car)["photos"][0]["url"]).raise_for_status().content) == (64, 48)
