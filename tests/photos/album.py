"""Pictures as small as they come, and what tests do with them again and again."""

from __future__ import annotations

from typing import Any

from carlot.platform.ports import Response
from support.lot import Lot, answer

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 a picture \xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR a picture"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 a picture"
OLD = "2020-01-01T00:00:00.000Z"


def picture(number: int) -> bytes:
    """A picture of its own."""
    return JPEG + str(number).encode()


async def upload(lot: Lot, car: dict[str, Any], content: bytes = JPEG, kind: str = "image/jpeg", **more: Any) -> Response:
    """Send a picture for a car."""
    return await lot.call("POST", f"/api/vehicles/{car['id']}/photos", content, {"content-type": kind}, **more)


async def uploaded(lot: Lot, car: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """A picture that was taken; the photo."""
    response = await upload(lot, car, picture(number))
    assert response.status == 201, response.body
    photo: dict[str, Any] = answer(response)
    return photo


async def urls(lot: Lot, car: dict[str, Any]) -> list[str]:
    """The photos of a car as the admin API shows them."""
    response = await lot.call("GET", f"/api/vehicles/{car['id']}")
    photos = answer(response)["photos"]
    assert [photo["position"] for photo in photos] == list(range(len(photos)))
    return [photo["url"] for photo in photos]


def form(*parts: tuple[str, bytes], boundary: str = "----b0undary") -> tuple[bytes, str]:
    """A form of parts (what follows `form-data`, content), and its content type."""
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts
    ]
    return b"".join(lines) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
